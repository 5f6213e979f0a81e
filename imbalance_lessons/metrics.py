"""What a set of predictions is worth."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from imbalance_lessons.validation import as_integer, paired_labels


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
