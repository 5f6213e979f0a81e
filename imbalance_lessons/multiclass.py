"""Scores that give every class the same say, made from the confusion matrix of all classes."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from imbalance_lessons.validation import as_integer, paired_labels


def confusion_matrix(
    y_true: ArrayLike, y_pred: ArrayLike, num_classes: int | None = None
) -> np.ndarray:
    r"""Count how often each class was taken for each class.

    Parameters
    ----------
    y_true, y_pred
        True and predicted class numbers, one each a sample: lists, arrays or tensors.
    num_classes
        C, the number of classes. If None, one more than the largest label, and at least 2.

    Returns
    -------
    np.ndarray
        Shape (C, C), whole numbers: in row t and column p, the samples of class t taken for p.

    Raises
    ------
    TypeError, ValueError
        If `y_true` or `y_pred` does not hold class numbers, their lengths differ, or `num_classes`
        is not a whole number above all of them, up to 10,000 (a matrix of nearly a gigabyte).

    Notes
    -----
    :math:`M_{tp} = \sum_i [y_i = t][\hat y_i = p]`: each pair (t, p) is numbered :math:`tC + p`,
    and the numbers are counted. `sklearn.metrics.confusion_matrix` takes the classes from the data
    instead: one that nobody mentions has no row, and if all labels are 0 the matrix is 1 x 1.

    References
    ----------
    J. T. Townsend, "Theoretical analysis of an alphabetic confusion matrix", Perception &
    Psychophysics 9 (1971), 40-50.

    Examples
    --------
    >>> confusion_matrix([0, 0, 1, 2], [0, 1, 1, 0])
    array([[1, 1, 0],
           [0, 1, 0],
           [1, 0, 0]])
    >>> confusion_matrix([0, 0], [0, 0])
    array([[2, 0],
           [0, 0]])
    """
    true, predicted = paired_labels(y_true, y_pred)
    largest = int(max(true.max(), predicted.max()))
    if num_classes is None:
        num_classes = max(2, largest + 1)
    num_classes = as_integer(num_classes, "num_classes", largest + 1, maximum=10_000)
    pairs = true * num_classes + predicted
    return np.bincount(pairs, minlength=num_classes**2).reshape(num_classes, num_classes)


def class_recalls(y_true: ArrayLike, y_pred: ArrayLike) -> np.ndarray:
    r"""Measure the recall of each class that is there.

    Parameters
    ----------
    y_true, y_pred
        True and predicted class numbers, one each a sample: lists, arrays or tensors.

    Returns
    -------
    np.ndarray
        One number between 0 and 1 for each class that occurs in `y_true`, in order.

    Raises
    ------
    TypeError, ValueError
        As `confusion_matrix` does.

    Notes
    -----
    :math:`r_c = M_{cc} / \sum_p M_{cp}`, the diagonal divided by the sums of the rows. A class
    without samples has no recall, and is left out.

    References
    ----------
    `sklearn.metrics.recall_score` with ``average=None``.

    Examples
    --------
    >>> class_recalls([0, 0, 2, 2], [0, 1, 2, 2])
    array([0.5, 1. ])
    """
    matrix = confusion_matrix(y_true, y_pred)
    sizes = matrix.sum(axis=1)
    there = sizes > 0
    return np.asarray(matrix.diagonal()[there] / sizes[there])


def recall_per_class(y_true: ArrayLike, y_pred: ArrayLike, num_classes: int) -> np.ndarray:
    r"""Measure the recall of each class, also of those that have no samples.

    Parameters
    ----------
    y_true, y_pred
        True and predicted class numbers, one each a sample: lists, arrays or tensors.
    num_classes
        C, the number of classes: their numbers are 0 to C - 1.

    Returns
    -------
    np.ndarray
        Shape (C,): the recall of each class, NaN for one without samples in `y_true`.

    Raises
    ------
    TypeError, ValueError
        As `confusion_matrix` does.

    Notes
    -----
    :math:`r_c = M_{cc} / \sum_p M_{cp}`: entry c is always class c. `class_recalls` leaves out
    classes without samples; a 0 for them would claim that all were missed.

    References
    ----------
    `sklearn.metrics.recall_score` with ``average=None``, `labels` and ``zero_division=np.nan``.

    Examples
    --------
    >>> recall_per_class([0, 0, 2, 2], [0, 1, 2, 2], num_classes=4)
    array([0.5, nan, 1. , nan])
    """
    matrix = confusion_matrix(y_true, y_pred, num_classes)
    sizes = matrix.sum(axis=1)
    recalls = np.full(len(sizes), np.nan)
    there = sizes > 0
    recalls[there] = matrix.diagonal()[there] / sizes[there]
    return recalls


def taken_for(y_true: ArrayLike, y_pred: ArrayLike, label: int) -> int:
    """Say for which class the missed samples of one class are most often taken.

    Parameters
    ----------
    y_true, y_pred
        True and predicted class numbers, one each a sample: lists, arrays or tensors.
    label
        The class whose samples we look at.

    Returns
    -------
    int
        Another class, any of them if several come first; -1 if no sample was missed.

    Raises
    ------
    TypeError, ValueError
        If `y_true` or `y_pred` does not hold class numbers, their lengths differ, or `label` is not
        a class up to the largest of them.

    Notes
    -----
    The largest entry of the row of `label` in the confusion matrix, off the diagonal; the lowest
    class of several.

    Examples
    --------
    >>> taken_for([9, 9, 9, 9, 4], [9, 4, 7, 4, 9], label=9)
    4
    """
    matrix = confusion_matrix(y_true, y_pred)
    missed = matrix[as_integer(label, "label", maximum=len(matrix) - 1)]
    missed[label] = 0
    return int(missed.argmax()) if missed.any() else -1


def balanced_accuracy(y_true: ArrayLike, y_pred: ArrayLike) -> float:
    r"""Measure the accuracy as if all classes had the same size.

    Parameters
    ----------
    y_true, y_pred
        True and predicted class numbers, one each a sample: lists, arrays or tensors.

    Returns
    -------
    float
        Between 0 and 1. Classes that do not occur in `y_true` do not count.

    Raises
    ------
    TypeError, ValueError
        If `y_true` or `y_pred` does not hold class numbers, or their lengths differ.

    Notes
    -----
    :math:`\frac{1}{C} \sum_c r_c`, the mean of the recalls. With two classes, the mean of recall
    and specificity. A model that always gives the same answer, or guesses without looking, scores
    1/C whatever the sizes. `sklearn.metrics.balanced_accuracy_score` agrees, and also leaves out
    classes that are predicted but never true.

    References
    ----------
    K. H. Brodersen, C. S. Ong, K. E. Stephan, J. M. Buhmann, "The balanced accuracy and its
    posterior distribution", ICPR 2010, 3121-3124.

    Examples
    --------
    >>> balanced_accuracy([0] * 990 + [1] * 10, [0] * 1000)
    0.5
    """
    true, predicted = paired_labels(y_true, y_pred)
    _, groups = np.unique(true, return_inverse=True)
    recalls = np.bincount(groups, weights=true == predicted) / np.bincount(groups)
    return float(np.mean(recalls))


def g_mean(y_true: ArrayLike, y_pred: ArrayLike) -> float:
    r"""Average the recalls so that one neglected class spoils the score.

    Parameters
    ----------
    y_true, y_pred
        True and predicted class numbers, one each a sample: lists, arrays or tensors.

    Returns
    -------
    float
        Between 0 and 1; 0 if one class is never recognised. Classes that do not occur in `y_true`
        do not count.

    Raises
    ------
    TypeError, ValueError
        As `confusion_matrix` does.

    Notes
    -----
    The geometric mean of the recalls, :math:`(\prod_c r_c)^{1/C}`, never above their arithmetic
    mean, the balanced accuracy. `imblearn.metrics.geometric_mean_score` agrees wherever every class
    occurs in `y_true` (its default puts nothing in the place of a recall of 0); a class that is
    predicted but never true has recall 0 there, and makes the score 0.

    References
    ----------
    M. Kubat, S. Matwin, "Addressing the curse of imbalanced training sets: one-sided selection",
    ICML 1997, 179-186.

    Examples
    --------
    >>> round(g_mean([0, 0, 0, 0, 1], [0, 1, 1, 1, 1]), 6)
    0.5
    >>> g_mean([0] * 990 + [1] * 10, [0] * 1000)
    0.0
    """
    recalls = class_recalls(y_true, y_pred)
    return float(np.prod(recalls) ** (1 / len(recalls)))


def matthews_correlation(y_true: ArrayLike, y_pred: ArrayLike) -> float:
    r"""Correlate predictions with the truth: Matthews' correlation coefficient (MCC).

    Parameters
    ----------
    y_true, y_pred
        True and predicted class numbers, one each a sample: lists, arrays or tensors.

    Returns
    -------
    float
        Between -1 and 1; 0 for a guess, and where `y_true` or `y_pred` holds one class only.

    Raises
    ------
    TypeError, ValueError
        As `confusion_matrix` does.

    Notes
    -----
    With N samples, :math:`t_c` of them of class c, :math:`p_c` predicted as c, and R right:

    .. math:: \frac{RN - \sum_c t_c p_c}
                   {\sqrt{(N^2 - \sum_c t_c^2)(N^2 - \sum_c p_c^2)}}.

    With two classes this is Pearson's correlation of the two columns of zeros and ones. Where one
    of them does not vary it is 0/0, and 0 here, as in `sklearn.metrics.matthews_corrcoef`; other
    libraries take a limit that can come out near 1 for a model that finds nothing.

    References
    ----------
    B. W. Matthews, Biochimica et Biophysica Acta 405 (1975), 442-451; J. Gorodkin, "Comparing two
    K-category assignments by a K-category correlation coefficient", Computational Biology and
    Chemistry 28 (2004), 367-374.

    Examples
    --------
    >>> matthews_correlation([0, 0, 1, 1], [1, 1, 0, 0])
    -1.0
    >>> matthews_correlation([0] * 990 + [1] * 10, [0] * 1000)
    0.0
    """
    matrix = confusion_matrix(y_true, y_pred).astype(np.float64)
    total, right = matrix.sum(), matrix.trace()
    sizes, guesses = matrix.sum(axis=1), matrix.sum(axis=0)
    spread = np.sqrt((total**2 - sizes @ sizes) * (total**2 - guesses @ guesses))
    if spread == 0:
        return 0.0
    return float((right * total - sizes @ guesses) / spread)
