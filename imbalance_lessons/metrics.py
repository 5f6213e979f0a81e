"""What a set of predictions is worth."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from imbalance_lessons.validation import as_integer, as_number, paired_labels


def accuracy(y_true: ArrayLike, y_pred: ArrayLike) -> float:
    r"""Measure the share of predictions that are right.

    Parameters
    ----------
    y_true, y_pred
        True and predicted class numbers, one each a sample: lists, arrays or tensors.

    Returns
    -------
    float
        Between 0 and 1.

    Raises
    ------
    TypeError, ValueError
        If one of them does not hold class numbers, or their lengths differ.

    Notes
    -----
    Every sample counts the same, so every class counts by its size: with classes of shares
    :math:`q_c` and recalls :math:`r_c`, accuracy is :math:`\sum_c q_c r_c`. A class with a share
    of 1 % can move it by at most 0.01. The same as `sklearn.metrics.accuracy_score`.

    References
    ----------
    F. Provost, T. Fawcett, R. Kohavi, "The case against accuracy estimation for comparing
    induction algorithms", ICML 1998.

    Examples
    --------
    >>> accuracy([0, 0, 1, 1], [0, 0, 0, 1])
    0.75
    """
    true, predicted = paired_labels(y_true, y_pred)
    return float(np.mean(true == predicted))


def positives_caught(y_true: ArrayLike, y_pred: ArrayLike, positive: int = 1) -> int:
    r"""Count the positives that the predictions found: the true positives.

    Parameters
    ----------
    y_true, y_pred
        True and predicted class numbers, one each a sample: lists, arrays or tensors.
    positive
        The class that we are looking for.

    Returns
    -------
    int
        From 0 up to the number of positives in `y_true`.

    Raises
    ------
    TypeError, ValueError
        If `y_true` or `y_pred` does not hold class numbers, their lengths differ, or `positive` is
        not a class number.

    Notes
    -----
    With positive class p, :math:`TP = \sum_i [y_i = p][\hat y_i = p]`: the entry of
    `sklearn.metrics.confusion_matrix` in row p and column p. Divided by the number of positives it
    is the recall; divided by the number of predicted positives, the precision.

    References
    ----------
    T. Fawcett, "An introduction to ROC analysis", Pattern Recognition Letters 27 (2006), 861-874.

    Examples
    --------
    >>> positives_caught([0, 0, 1, 1, 1], [0, 1, 1, 0, 1])
    2
    >>> positives_caught([0] * 990 + [1] * 10, [0] * 1000)
    0
    """
    y_true, y_pred = paired_labels(y_true, y_pred)
    positive = as_integer(positive, "positive")
    is_positive = y_true == positive
    is_flagged = y_pred == positive
    return int(np.sum(is_positive & is_flagged))


class ConfusionCounts(NamedTuple):
    """How often each kind of answer was given, for one positive class.

    Attributes
    ----------
    tp, fp
        Flagged samples: those that are positive, and those that are not (false alarms).
    fn, tn
        The others: those that are positive (missed), and those that are not.
    """

    tp: int
    fp: int
    fn: int
    tn: int


def confusion_counts(y_true: ArrayLike, y_pred: ArrayLike, positive: int = 1) -> ConfusionCounts:
    r"""Count the four kinds of answers to "is it the positive class?".

    Parameters
    ----------
    y_true, y_pred
        True and predicted class numbers, one each a sample: lists, arrays or tensors.
    positive
        The class that we are looking for; all others are negative.

    Returns
    -------
    ConfusionCounts
        `(tp, fp, fn, tn)`: true and false positives, false and true negatives, as ints.

    Raises
    ------
    TypeError, ValueError
        If `y_true` or `y_pred` does not hold class numbers, their lengths differ, or `positive` is
        not a class number.

    Notes
    -----
    The four sum to N. The order is that of alarms first; `sklearn.metrics.confusion_matrix(...)
    .ravel()` gives (tn, fp, fn, tp) instead, and fewer numbers where a class is missing.

    References
    ----------
    T. Fawcett, "An introduction to ROC analysis", Pattern Recognition Letters 27 (2006), 861-874.

    Examples
    --------
    >>> confusion_counts([0, 0, 1, 1, 1], [0, 1, 1, 0, 1])
    ConfusionCounts(tp=2, fp=1, fn=1, tn=1)
    """
    y_true, y_pred = paired_labels(y_true, y_pred)
    positive = as_integer(positive, "positive")
    is_positive, is_flagged = y_true == positive, y_pred == positive
    tp = int(np.sum(is_positive & is_flagged))
    fp = int(np.sum(~is_positive & is_flagged))
    fn = int(np.sum(is_positive & ~is_flagged))
    return ConfusionCounts(tp, fp, fn, len(y_true) - tp - fp - fn)


def precision(y_true: ArrayLike, y_pred: ArrayLike, positive: int = 1) -> float:
    r"""Measure how many of the alarms are right.

    Parameters
    ----------
    y_true, y_pred
        True and predicted class numbers, one each a sample: lists, arrays or tensors.
    positive
        The class that we are looking for; all others are negative.

    Returns
    -------
    float
        Between 0 and 1; 0 if there are no alarms.

    Raises
    ------
    TypeError, ValueError
        As `confusion_counts` does.

    Notes
    -----
    :math:`TP / (TP + FP)`, with 0/0 = 0, as in `sklearn.metrics.precision_score`, but without its
    warning. It depends on the prevalence :math:`\pi`: with recall r and specificity s it is
    :math:`\pi r / (\pi r + (1 - \pi)(1 - s))`.

    References
    ----------
    C. J. van Rijsbergen, "Information Retrieval", 2nd ed., Butterworths 1979, chapter 7.

    Examples
    --------
    >>> precision([0, 0, 1, 1], [0, 1, 1, 0])
    0.5
    """
    tp, fp, _, _ = confusion_counts(y_true, y_pred, positive)
    if tp + fp == 0:
        return 0.0
    return tp / (tp + fp)


def recall(y_true: ArrayLike, y_pred: ArrayLike, positive: int = 1) -> float:
    r"""Measure how many of the positives were found.

    Parameters
    ----------
    y_true, y_pred
        True and predicted class numbers, one each a sample: lists, arrays or tensors.
    positive
        The class that we are looking for; all others are negative.

    Returns
    -------
    float
        Between 0 and 1; 0 if there are no positives.

    Raises
    ------
    TypeError, ValueError
        As `confusion_counts` does.

    Notes
    -----
    :math:`TP / (TP + FN)`, also called sensitivity or true positive rate, with 0/0 = 0, as in
    `sklearn.metrics.recall_score`, but without its warning. It does not depend on the prevalence.

    References
    ----------
    C. J. van Rijsbergen, "Information Retrieval", 2nd ed., Butterworths 1979, chapter 7.

    Examples
    --------
    >>> recall([0, 1, 1, 1, 1], [1, 1, 1, 1, 0])
    0.75
    """
    tp, _, fn, _ = confusion_counts(y_true, y_pred, positive)
    if tp + fn == 0:
        return 0.0
    return tp / (tp + fn)


def specificity(y_true: ArrayLike, y_pred: ArrayLike, positive: int = 1) -> float:
    r"""Measure how many of the negatives were left alone.

    Parameters
    ----------
    y_true, y_pred
        True and predicted class numbers, one each a sample: lists, arrays or tensors.
    positive
        The class that we are looking for; all others are negative.

    Returns
    -------
    float
        Between 0 and 1; 0 if there are no negatives.

    Raises
    ------
    TypeError, ValueError
        As `confusion_counts` does.

    Notes
    -----
    :math:`TN / (TN + FP)`, which is 1 minus the false positive rate, with 0/0 = 0. With two classes
    it is the recall of the negative one; `imblearn.metrics.specificity_score` agrees. At a
    prevalence of 0.1 %, a specificity of 99 % still means ten false alarms for each positive.

    References
    ----------
    J. Yerushalmy, "Statistical problems in assessing methods of medical diagnosis", Public Health
    Reports 62 (1947), 1432-1449.

    Examples
    --------
    >>> specificity([0, 0, 0, 0, 1], [0, 0, 0, 1, 1])
    0.75
    """
    _, fp, _, tn = confusion_counts(y_true, y_pred, positive)
    if tn + fp == 0:
        return 0.0
    return tn / (tn + fp)


def f_score(y_true: ArrayLike, y_pred: ArrayLike, beta: float = 1.0, positive: int = 1) -> float:
    r"""Combine precision and recall in one number: F1, or F-beta.

    Parameters
    ----------
    y_true, y_pred
        True and predicted class numbers, one each a sample: lists, arrays or tensors.
    beta
        How many times as much recall counts as precision, from 0 on; 1 gives F1.
    positive
        The class that we are looking for; all others are negative.

    Returns
    -------
    float
        Between 0 and 1; 0 if nothing was found.

    Raises
    ------
    TypeError, ValueError
        As `confusion_counts` does; also if `beta` is not a finite number from 0 on.

    Notes
    -----
    The harmonic mean of precision (weight 1) and recall (weight :math:`\beta^2`):

    .. math:: F_\beta = \frac{(1 + \beta^2)\, TP}{(1 + \beta^2)\, TP + \beta^2 FN + FP},

    which stays defined where precision is 0/0. Only where there is neither a positive nor an alarm
    is it 0/0 itself; then it is 0. `sklearn.metrics.fbeta_score` agrees. TN does not enter, so that
    flagging everything gives F1 :math:`= 2\pi / (1 + \pi)` at prevalence :math:`\pi`: compare
    with that, not with 0.

    References
    ----------
    C. J. van Rijsbergen, "Information Retrieval", 2nd ed., Butterworths 1979, chapter 7.

    Examples
    --------
    >>> f_score([0, 0, 1, 1], [0, 1, 1, 0]), f_score([0, 0, 1, 1], [1, 1, 1, 0], beta=0)
    (0.5, 0.3333333333333333)
    """
    tp, fp, fn, _ = confusion_counts(y_true, y_pred, positive)
    b2 = as_number(beta, "beta") ** 2
    denominator = (1 + b2) * tp + b2 * fn + fp
    if denominator == 0:
        return 0.0
    return (1 + b2) * tp / denominator
