"""Where to draw the line between "flag it" and "leave it", and what that is worth elsewhere.

A sample is flagged if its score is at the threshold or above. All searches are exact: they try
every threshold that makes a difference.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from imbalance_lessons.ranking import threshold_curve
from imbalance_lessons.score_validation import as_cost, as_scores, as_threshold, scored_labels
from imbalance_lessons.validation import as_number


def apply_threshold(scores: ArrayLike, threshold: float) -> NDArray[np.int64]:
    r"""Flag the samples whose score reaches a threshold.

    Parameters
    ----------
    scores
        One number a sample, higher where the positive class is more likely.
    threshold
        Where to draw the line; infinity flags nobody.

    Returns
    -------
    np.ndarray
        Shape (N,): 1 for a sample at the threshold or above it, 0 for one below.

    Raises
    ------
    TypeError, ValueError
        If the scores are not finite numbers, or the threshold is not a number.

    Notes
    -----
    :math:`\hat y_i = [s_i \ge t]`. That the threshold itself counts as "above" is scikit-learn's
    convention too. A softmax of two classes followed by argmax is the threshold 0.5, except that
    a tie then goes to class 0.

    References
    ----------
    T. Fawcett, "An introduction to ROC analysis", Pattern Recognition Letters 27 (2006), 861-874.

    Examples
    --------
    >>> apply_threshold([0.2, 0.5, 0.9], 0.5)
    array([0, 1, 1])
    """
    threshold = as_threshold(threshold)
    return (as_scores(scores) >= threshold).astype(np.int64)


def best_f_threshold(
    y_true: ArrayLike, scores: ArrayLike, beta: float = 1.0, positive: int = 1
) -> tuple[float, float]:
    r"""Find the threshold with the highest F-beta.

    Parameters
    ----------
    y_true, scores
        Class numbers; and as many numbers, higher where the positive class is more likely.
    beta
        How many times as much recall counts as precision; 1 gives F1.
    positive
        The class that we are looking for; all others are negative.

    Returns
    -------
    tuple
        The threshold, and its F-beta. Of several that are best, the highest.

    Raises
    ------
    TypeError, ValueError
        As `threshold_curve` does; also if `beta` is not a finite number from 0 on.

    Notes
    -----
    The best threshold for F1 of a calibrated probability is half of the F1 that it reaches, so
    never above 1/2, and far below it where positives are rare and hard to find. Of scores that tell
    nothing, the best is to flag everybody: :math:`F_1 = 2\pi / (1 + \pi)`.

    A grid of thresholds can miss the best; so can `precision_recall_curve` with a division of 0 by
    0 left in, as NaN wins `argmax`.

    References
    ----------
    Z. C. Lipton, C. Elkan, B. Naryanaswamy, "Optimal thresholding of classifiers to maximize F1
    measure", ECML PKDD 2014.

    Examples
    --------
    >>> best_f_threshold([0, 0, 1, 0, 1], [0.1, 0.2, 0.3, 0.4, 0.6])
    (0.3, 0.8)
    """
    curve = threshold_curve(y_true, scores, positive)
    f_scores = curve.f_score(beta)
    best = np.argmax(f_scores)
    return float(curve.thresholds[best]), float(f_scores[best])


def fast_f_threshold(
    y_true: ArrayLike, scores: ArrayLike, beta: float = 1.0, positive: int = 1
) -> tuple[float, float]:
    r"""Find what `best_f_threshold` finds, in less time.

    Parameters
    ----------
    y_true, scores, beta, positive
        As for `best_f_threshold`.

    Returns
    -------
    tuple
        The threshold, and its F-beta. Of several that are best, the highest.

    Raises
    ------
    TypeError, ValueError
        As `best_f_threshold` does.

    Notes
    -----
    Lowering the threshold to a negative's score can only add false alarms, so that the best lies at
    a positive's score. Two plain sorts, of positives and of negatives, and looking the former up
    among the latter, cost less than finding the order of all samples. A positive that ties with
    others is looked at several times; only the view that counts them all is highest.

    Examples
    --------
    >>> fast_f_threshold([0, 0, 1, 0, 1], [0.1, 0.2, 0.3, 0.4, 0.6])
    (0.3, 0.8)
    """
    is_positive, scores = scored_labels(y_true, scores, positive)
    b2 = as_number(beta, "beta") ** 2
    positives, negatives = np.sort(scores[is_positive])[::-1], np.sort(scores[~is_positive])
    tp = np.arange(1, len(positives) + 1)
    fp = len(negatives) - np.searchsorted(negatives, positives, side="left")
    f_scores = (1 + b2) * tp / ((1 + b2) * tp + b2 * (len(positives) - tp) + fp)
    best = np.argmax(f_scores)
    return float(positives[best]), float(f_scores[best])


def best_balanced_threshold(
    y_true: ArrayLike, scores: ArrayLike, positive: int = 1
) -> tuple[float, float]:
    r"""Find the threshold with the highest balanced accuracy.

    Parameters
    ----------
    y_true, scores
        Class numbers; and as many numbers, higher where the positive class is more likely.
    positive
        The class that we are looking for; all others are negative.

    Returns
    -------
    tuple
        The threshold, and its balanced accuracy. Of several that are best, the highest.

    Raises
    ------
    TypeError, ValueError
        As `threshold_curve` does.

    Notes
    -----
    :math:`\max_t (R(t) + S(t)) / 2`, with recall and specificity. Of a calibrated probability it is
    best to flag from the prevalence on.

    References
    ----------
    W. J. Youden, "Index for rating diagnostic tests", Cancer 3 (1950), 32-35: his index is twice
    the balanced accuracy, less 1.

    Examples
    --------
    >>> best_balanced_threshold([0, 0, 1, 0, 1], [0.1, 0.2, 0.3, 0.4, 0.6])
    (0.3, 0.8333333333333333)
    """
    curve = threshold_curve(y_true, scores, positive)
    best = np.argmax(curve.balanced_accuracy)
    return float(curve.thresholds[best]), float(curve.balanced_accuracy[best])


def recall_at_precision(
    y_true: ArrayLike, scores: ArrayLike, least: float, positive: int = 1
) -> tuple[float, float]:
    r"""Find as many positives as possible while enough of the alarms are right.

    Parameters
    ----------
    y_true, scores
        Class numbers; and as many numbers, higher where the positive class is more likely.
    least
        The precision that is needed, from 0 to 1.
    positive
        The class that we are looking for; all others are negative.

    Returns
    -------
    tuple
        The highest threshold that has the best recall, and this recall. Where no threshold is
        precise enough: infinity, which flags nobody, and 0.

    Raises
    ------
    TypeError, ValueError
        As `threshold_curve` does; also if `least` is not a number from 0 to 1.

    Notes
    -----
    :math:`\max_t R(t)` subject to :math:`P(t) \ge p`. Precision can rise and fall many times along
    the way, so the search must not stop where it first falls short. "Spam filter: no more than one
    good letter in a hundred alarms" is such a question.

    References
    ----------
    `sklearn.metrics.precision_recall_curve` gives the same pairs.

    Examples
    --------
    >>> recall_at_precision([0, 0, 1, 0, 1], [0.1, 0.2, 0.3, 0.4, 0.6], least=0.6)
    (0.3, 1.0)
    """
    curve = threshold_curve(y_true, scores, positive)
    enough = curve.precision >= as_number(least, "least", maximum=1)
    recalls = np.where(enough, curve.recall, 0)
    best = np.argmax(recalls)
    return float(curve.thresholds[best]), float(recalls[best])


def precision_at_recall(
    y_true: ArrayLike, scores: ArrayLike, least: float, positive: int = 1
) -> tuple[float, float]:
    r"""Raise as few false alarms as possible while enough of the positives are found.

    Parameters
    ----------
    y_true, scores
        Class numbers; and as many numbers, higher where the positive class is more likely.
    least
        The recall that is needed, from 0 to 1.
    positive
        The class that we are looking for; all others are negative.

    Returns
    -------
    tuple
        The threshold with the best precision, and this precision. Of several that are best, the
        lowest: it has the highest recall.

    Raises
    ------
    TypeError, ValueError
        As `threshold_curve` does; also if `least` is not a number from 0 to 1.

    Notes
    -----
    :math:`\max_t P(t)` subject to :math:`R(t) \ge r`. There always is such a threshold, as flagging
    everybody has a recall of 1. The highest threshold that finds enough need not be the most
    precise. "Screening: find nine out of ten, then bother as few as possible" is such a question.

    References
    ----------
    `sklearn.metrics.precision_recall_curve` gives the same pairs.

    Examples
    --------
    >>> precision_at_recall([0, 0, 1, 0, 1], [0.1, 0.2, 0.3, 0.4, 0.6], least=0.8)
    (0.3, 0.6666666666666666)
    """
    curve = threshold_curve(y_true, scores, positive)
    enough = curve.recall >= as_number(least, "least", maximum=1)
    precisions = np.where(enough, curve.precision, -1)
    best = np.flatnonzero(precisions == precisions.max())[-1]
    return float(curve.thresholds[best]), float(precisions[best])


def best_cost_threshold(
    y_true: ArrayLike, scores: ArrayLike, cost_fp: float, cost_fn: float, positive: int = 1
) -> tuple[float, float]:
    r"""Find the threshold at which mistakes cost least.

    Parameters
    ----------
    y_true, scores
        Class numbers; and as many numbers, higher where the positive class is more likely.
    cost_fp, cost_fn
        What a false alarm costs, and what a missed positive costs: above 0.
    positive
        The class that we are looking for; all others are negative.

    Returns
    -------
    tuple
        The threshold, and the mean cost of a sample. Of several that are best, the highest;
        infinity if it is cheapest to flag nobody.

    Raises
    ------
    TypeError, ValueError
        As `threshold_curve` does; also if a cost is not a finite number above 0.

    Notes
    -----
    :math:`\min_t \frac{1}{N} (c_{FP}\, FP(t) + c_{FN}\, FN(t))`. Right answers cost nothing. The
    prevalence is that of these labels: on data that were resampled it is not that of the world.

    References
    ----------
    C. Elkan, "The foundations of cost-sensitive learning", IJCAI 2001, 973-978.

    Examples
    --------
    >>> best_cost_threshold([0, 0, 1, 0, 1], [0.1, 0.2, 0.3, 0.4, 0.6], cost_fp=1, cost_fn=10)
    (0.3, 0.2)
    """
    curve = threshold_curve(y_true, scores, positive)
    costs = curve.cost(cost_fp, cost_fn)
    best = np.argmin(costs)
    return float(curve.thresholds[best]), float(costs[best])


def cost_threshold(cost_fp: float, cost_fn: float) -> float:
    r"""Work out from the costs alone where to flag a calibrated probability.

    Parameters
    ----------
    cost_fp, cost_fn
        What a false alarm costs, and what a missed positive costs: above 0.

    Returns
    -------
    float
        The probability from which on it is cheaper to flag a sample than to leave it.

    Raises
    ------
    TypeError, ValueError
        If a cost is not a finite number above 0.

    Notes
    -----
    Flagging a sample of probability p costs :math:`(1 - p)\, c_{FP}`, leaving it
    :math:`p\, c_{FN}`; they are equal at :math:`c_{FP} / (c_{FP} + c_{FN})`. The prevalence does
    not appear: it is in p already, if p is calibrated.

    References
    ----------
    C. Elkan, "The foundations of cost-sensitive learning", IJCAI 2001, 973-978.

    Examples
    --------
    >>> cost_threshold(1, 1), cost_threshold(1, 9)
    (0.5, 0.1)
    """
    cost_fp = as_cost(cost_fp, "cost_fp")
    cost_fn = as_cost(cost_fn, "cost_fn")
    return cost_fp / (cost_fp + cost_fn)
