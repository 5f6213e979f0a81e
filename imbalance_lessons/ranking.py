"""What a set of scores is worth at every threshold at once, and without any."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from imbalance_lessons.score_validation import as_cost, scored_labels
from imbalance_lessons.validation import as_integer, as_labels, as_number


@dataclass(frozen=True, eq=False)
class ThresholdCurve:
    """What happens at each threshold, from flagging nobody to flagging everybody.

    Attributes
    ----------
    thresholds
        Infinity, then every distinct score, falling. At each, samples with a score at or above it
        are flagged.
    tp, fp, fn, tn
        True and false positives, false and true negatives at each threshold.
    """

    thresholds: NDArray[np.float64]
    tp: NDArray[np.int64]
    fp: NDArray[np.int64]
    fn: NDArray[np.int64]
    tn: NDArray[np.int64]

    @property
    def recall(self) -> NDArray[np.float64]:
        """The share of the positives that is flagged; never falls."""
        return ratio(self.tp, self.tp + self.fn)

    @property
    def precision(self) -> NDArray[np.float64]:
        """The share of the flagged that is positive; 0 where nobody is flagged."""
        return ratio(self.tp, self.tp + self.fp)

    @property
    def specificity(self) -> NDArray[np.float64]:
        """The share of the negatives that is not flagged; never rises."""
        return ratio(self.tn, self.tn + self.fp)

    @property
    def false_positive_rate(self) -> NDArray[np.float64]:
        """The share of the negatives that is flagged; with `recall`, the ROC curve."""
        return ratio(self.fp, self.tn + self.fp)

    @property
    def balanced_accuracy(self) -> NDArray[np.float64]:
        """The mean of recall and specificity."""
        return np.asarray((self.recall + self.specificity) / 2)

    def f_score(self, beta: float = 1.0) -> NDArray[np.float64]:
        """Give F-beta at each threshold, as `metrics.f_score` defines it."""
        b2 = as_number(beta, "beta") ** 2
        return ratio((1 + b2) * self.tp, (1 + b2) * self.tp + b2 * self.fn + self.fp)

    def cost(self, cost_fp: float, cost_fn: float) -> NDArray[np.float64]:
        """Give the mean cost of a sample at each threshold, where right answers cost nothing."""
        false_alarms = as_cost(cost_fp, "cost_fp") * self.fp
        missed = as_cost(cost_fn, "cost_fn") * self.fn
        total = self.tp[-1] + self.fp[-1]
        return np.asarray((false_alarms + missed) / total)


def ratio(part: ArrayLike, whole: ArrayLike) -> NDArray[np.float64]:
    """Divide, and take 0/0 for 0.

    Parameters
    ----------
    part, whole
        Numbers from 0 on, of the same shape; `part` is 0 wherever `whole` is.

    Returns
    -------
    np.ndarray
        The ratios, float64.

    Notes
    -----
    What is 0/0 here is a precision without alarms, or a recall without positives.

    Examples
    --------
    >>> ratio([0, 1], [0, 4])
    array([0.  , 0.25])
    """
    part, whole = np.asarray(part, dtype=np.float64), np.asarray(whole, dtype=np.float64)
    return np.asarray(np.divide(part, whole, out=np.zeros_like(whole), where=whole > 0))


def threshold_curve(y_true: ArrayLike, scores: ArrayLike, positive: int = 1) -> ThresholdCurve:
    r"""Count right and wrong answers at every threshold that makes a difference.

    Parameters
    ----------
    y_true, scores
        Class numbers; and as many numbers, higher where the positive class is more likely.
    positive
        The class that we are looking for; all others are negative.

    Returns
    -------
    ThresholdCurve
        `thresholds`, `tp`, `fp`, `fn`, `tn`: arrays of the same length, thresholds falling.

    Raises
    ------
    TypeError, ValueError
        If `y_true` does not hold class numbers, of the positive class some and of others some;
        `scores` are not as many finite numbers; or `positive` is not a class number.

    Notes
    -----
    At threshold t, samples with :math:`s_i \ge t` are flagged. Between two neighbouring scores
    nothing changes, so the distinct scores and one threshold above them all are all there are: one
    sort and one sum, :math:`O(N \log N)`. Samples with the same score are flagged together; to
    step through them one by one would score a model by the order of its data.

    `sklearn.metrics.confusion_matrix_at_thresholds` counts the same, without infinity.

    References
    ----------
    T. Fawcett, "An introduction to ROC analysis", Pattern Recognition Letters 27 (2006), 861-874,
    algorithm 1.

    Examples
    --------
    >>> curve = threshold_curve([0, 1, 0, 1], [0.1, 0.4, 0.4, 0.8])
    >>> curve.thresholds
    array([inf, 0.8, 0.4, 0.1])
    >>> curve.tp, curve.fp
    (array([0, 1, 2, 2]), array([0, 0, 1, 2]))
    """
    is_positive, scores = scored_labels(y_true, scores, positive)
    order = np.argsort(-scores)
    scores, hits = scores[order], np.cumsum(is_positive[order])
    last = np.flatnonzero(np.append(scores[1:] != scores[:-1], True))
    tp = np.append(0, hits[last])
    fp = np.append(0, last + 1) - tp
    thresholds = np.append(np.inf, scores[last])
    return ThresholdCurve(thresholds, tp, fp, fn=tp[-1] - tp, tn=fp[-1] - fp)


def roc_auc(y_true: ArrayLike, scores: ArrayLike, positive: int = 1) -> float:
    r"""Measure how well the scores put positives above negatives: the area under the ROC curve.

    Parameters
    ----------
    y_true, scores
        Class numbers; and as many numbers, higher where the positive class is more likely.
    positive
        The class that we are looking for; all others are negative.

    Returns
    -------
    float
        How likely a random positive has a higher score than a random negative; a tie counts half.

    Raises
    ------
    TypeError, ValueError
        As `threshold_curve` does. With one class only there is no pair to compare, and no area;
        `sklearn.metrics.roc_auc_score` gives NaN then.

    Notes
    -----
    :math:`\frac{1}{PN} \sum_{i \in pos} \sum_{j \in neg} ([s_i > s_j] + \frac12 [s_i = s_j])`, the
    Mann-Whitney statistic, which is the area under the ROC curve (ties joined by a straight line).
    Scores without information give 1/2 at any prevalence. A rising function of the scores has the
    same area as they. There are P N pairs, but sorting the negatives once is enough.

    References
    ----------
    J. A. Hanley, B. J. McNeil, "The meaning and use of the area under a receiver operating
    characteristic (ROC) curve", Radiology 143 (1982), 29-36.

    Examples
    --------
    >>> roc_auc([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8])
    0.75
    """
    is_positive, scores = scored_labels(y_true, scores, positive)
    positives, negatives = scores[is_positive], np.sort(scores[~is_positive])
    below = np.searchsorted(negatives, positives, side="left")
    below_or_tied = np.searchsorted(negatives, positives, side="right")
    pairs = len(positives) * len(negatives)
    return float((below.sum() + below_or_tied.sum()) / (2 * pairs))


def average_precision(y_true: ArrayLike, scores: ArrayLike, positive: int = 1) -> float:
    r"""Average the precision over the positives, from the highest score down.

    Parameters
    ----------
    y_true, scores
        Class numbers; and as many numbers, higher where the positive class is more likely.
    positive
        The class that we are looking for; all others are negative.

    Returns
    -------
    float
        Between 0 and 1; about the `prevalence` for scores that tell nothing.

    Raises
    ------
    TypeError, ValueError
        As `threshold_curve` does.

    Notes
    -----
    The precision at each positive's own score, where all that score as high or higher are flagged,
    averaged over the positives. Written as :math:`\sum_k (R_k - R_{k-1})\, P_k` over the distinct
    scores, falling, it is the recall that each adds times the precision that it has. The same as
    `sklearn.metrics.average_precision_score`.
    Not the trapezoids under the points of the precision-recall curve: for a constant score at
    prevalence 0.1 those give 0.55 where 0.1 is right.

    References
    ----------
    J. Davis, M. Goadrich, "The relationship between precision-recall and ROC curves", ICML 2006
    (no straight lines between points); T. Saito, M. Rehmsmeier, PLOS ONE 10 (2015), e0118432 (the
    baseline); M. McDermott et al., "A closer look at AUROC and AUPRC under class imbalance",
    NeurIPS 2024 (that it suits imbalance better is not true in general).

    Examples
    --------
    >>> round(average_precision([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8]), 4)
    0.8333
    """
    is_positive, scores = scored_labels(y_true, scores, positive)
    everyone, positives = np.sort(scores), np.sort(scores[is_positive])
    flagged = len(everyone) - np.searchsorted(everyone, positives)
    found = len(positives) - np.searchsorted(positives, positives)
    return float(np.mean(found / flagged))


def prevalence(y_true: ArrayLike, positive: int = 1) -> float:
    r"""Measure the share of the positives.

    Parameters
    ----------
    y_true
        True class numbers, one a sample: a list, an array or a tensor.
    positive
        The class that we are looking for.

    Returns
    -------
    float
        Between 0 and 1: the average precision and the precision of a guess.

    Raises
    ------
    TypeError, ValueError
        If `y_true` does not hold class numbers, or `positive` is not one.

    Notes
    -----
    :math:`\pi = P / (P + N)`, the height of the baseline in a precision-recall plot. In a ROC plot
    the baseline is the diagonal, at any prevalence. In a small sample a random ranking's average
    precision lies a little above :math:`\pi`.

    References
    ----------
    T. Saito, M. Rehmsmeier, "The precision-recall plot is more informative than the ROC plot when
    evaluating binary classifiers on imbalanced datasets", PLOS ONE 10 (2015), e0118432.

    Examples
    --------
    >>> prevalence([0] * 990 + [1] * 10)
    0.01
    """
    labels = as_labels(y_true, "y_true")
    return float(np.mean(labels == as_integer(positive, "positive")))
