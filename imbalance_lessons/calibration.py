"""Whether probabilities mean what they say."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from imbalance_lessons.score_validation import (
    as_share,
    binary_probabilities,
    class_probabilities,
)
from imbalance_lessons.validation import as_integer


class ReliabilityCurve(NamedTuple):
    """What was promised and what came true, a bin of similar probabilities at a time.

    Attributes
    ----------
    predicted
        The mean probability in each bin that has samples.
    observed
        The share of positives there.
    counts
        The number of samples there.
    """

    predicted: NDArray[np.float64]
    observed: NDArray[np.float64]
    counts: NDArray[np.int64]


def reliability_curve(
    y_true: ArrayLike, y_prob: ArrayLike, bins: int = 10, quantiles: bool = False
) -> ReliabilityCurve:
    r"""Compare probabilities with what happened, a bin at a time.

    Parameters
    ----------
    y_true, y_prob
        Labels (1 for a positive, 0 for a negative); and the probability of a positive.
    bins, quantiles
        How many bins; of equal widths between 0 and 1 (False), or of about equal sizes (True).

    Returns
    -------
    ReliabilityCurve
        `(predicted, observed, counts)`, arrays with an entry for each bin that has samples.

    Raises
    ------
    TypeError, ValueError
        If the labels are not 0 and 1, the probabilities are not as many numbers from 0 to 1, or
        `bins` is not a whole number from 1 on.

    Notes
    -----
    Calibrated probabilities give points near the diagonal. A bin (a, b] holds what is above its
    lower end, up to its upper end; the first also holds its lower end. With rare positives nearly
    all samples fall in the first of the equal bins; quantiles show more. `sklearn.calibration.
    calibration_curve` agrees, and keeps the counts to itself; without them a point of two samples
    looks like one of two thousand.

    References
    ----------
    A. Niculescu-Mizil, R. Caruana, "Predicting good probabilities with supervised learning", ICML
    2005, 625-632.

    Examples
    --------
    >>> curve = reliability_curve([0, 0, 1, 1], [0.1, 0.3, 0.6, 0.8], bins=2)
    >>> curve.predicted, curve.observed, curve.counts
    (array([0.2, 0.7]), array([0., 1.]), array([2, 2]))
    """
    is_positive, p = binary_probabilities(y_true, y_prob)
    edges = np.linspace(0, 1, as_integer(bins, "bins", minimum=1) + 1)
    inner = np.quantile(p, edges)[1:-1] if quantiles else edges[1:-1]
    bin_of = np.searchsorted(inner, p)
    counts = np.bincount(bin_of)
    there = counts > 0
    sums = [np.bincount(bin_of, weights=values)[there] for values in (p, is_positive)]
    return ReliabilityCurve(sums[0] / counts[there], sums[1] / counts[there], counts[there])


def calibration_error(
    y_true: ArrayLike, y_prob: ArrayLike, bins: int = 10, quantiles: bool = False
) -> float:
    r"""Measure how far probabilities are from what happened: the expected calibration error.

    Parameters
    ----------
    y_true, y_prob, bins, quantiles
        As for `reliability_curve`.

    Returns
    -------
    float
        The mean distance of its points from the diagonal, each counted by its samples.

    Raises
    ------
    TypeError, ValueError
        As `reliability_curve` does.

    Notes
    -----
    :math:`\sum_b \frac{n_b}{N} |o_b - p_b|`. It depends on the bins, and is 0 for a model that
    always says the prevalence: low is necessary, not enough.

    References
    ----------
    C. Guo, G. Pleiss, Y. Sun, K. Q. Weinberger, "On calibration of modern neural networks", ICML
    2017, 1321-1330.

    Examples
    --------
    >>> round(calibration_error([0, 0, 1, 1], [0.1, 0.3, 0.6, 0.8], bins=2), 6)
    0.25
    """
    predicted, observed, counts = reliability_curve(y_true, y_prob, bins, quantiles)
    return float(np.average(np.abs(observed - predicted), weights=counts))


def brier_score(y_true: ArrayLike, y_prob: ArrayLike) -> float:
    r"""Measure the mean squared distance of probabilities from what happened.

    Parameters
    ----------
    y_true
        Class numbers, one a sample.
    y_prob
        The probability of class 1 of two, shape (N,); or of each of C classes, shape (N, C).

    Returns
    -------
    float
        0 for a model that knew it all. For two classes at most 1, for more at most 2.

    Raises
    ------
    TypeError, ValueError
        If the labels are not class numbers below C, or the probabilities are not as many numbers
        from 0 to 1 (as many rows of them, that sum to 1).

    Notes
    -----
    For two classes :math:`\frac1N \sum_i (p_i - y_i)^2`; for more
    :math:`\frac1N \sum_i \sum_c (p_{ic} - [y_i = c])^2`, which would be twice as much for two.
    `sklearn.metrics.brier_score_loss` has the same convention. It is proper: the true probability
    has the lowest expected score. Always saying the prevalence scores :math:`\pi (1 - \pi)`, which
    is next to nothing for a rare class: see `brier_skill`.

    References
    ----------
    G. W. Brier, "Verification of forecasts expressed in terms of probability", Monthly Weather
    Review 78 (1950), 1-3.

    Examples
    --------
    >>> brier_score([0, 1], [0.5, 1.0])
    0.125
    """
    labels, probabilities = class_probabilities(y_true, y_prob)
    truth = np.eye(probabilities.shape[1])[labels]
    distances = np.sum((probabilities - truth) ** 2, axis=1)
    halves = 2 if probabilities.shape[1] == 2 else 1
    return float(np.mean(distances) / halves)


def brier_skill(y_true: ArrayLike, y_prob: ArrayLike) -> float:
    r"""Measure how much better the probabilities are than always saying the classes' shares.

    Parameters
    ----------
    y_true
        Class numbers, one a sample, of more than one class.
    y_prob
        The probability of class 1 of two, shape (N,); or of each of C classes, shape (N, C).

    Returns
    -------
    float
        1 for a model that knew it all, 0 for one that always says the shares in `y_true`; below 0
        for one that is worse.

    Raises
    ------
    TypeError, ValueError
        As `brier_score` does; and a ValueError if all samples are of one class.

    Notes
    -----
    :math:`1 - B / B_0`, with :math:`B_0` the Brier score of the shares themselves. The same as
    `sklearn.metrics.d2_brier_score`. At 1 % positives, a Brier score of 0.0099 looks good, and is a
    skill of 0.

    References
    ----------
    D. S. Wilks, "Statistical Methods in the Atmospheric Sciences", 3rd ed., Academic Press 2011,
    chapter 8.

    Examples
    --------
    >>> round(brier_skill([0] * 99 + [1], [0.01] * 100), 6)
    0.0
    >>> brier_skill([0, 0, 1, 1], [0, 0, 1, 0.5])
    0.75
    """
    labels, probabilities = class_probabilities(y_true, y_prob)
    shares = np.bincount(labels, minlength=probabilities.shape[1]) / len(labels)
    if shares.max() == 1:
        raise ValueError(f"y_true: expected more than one class, got class {labels[0]} only")
    baseline = brier_score(labels, np.tile(shares, (len(labels), 1)))
    return 1 - brier_score(labels, probabilities) / baseline


def forecast_skill(y_true: ArrayLike, y_prob: ArrayLike, base_rate: float | None = None) -> float:
    r"""Measure how much of the Brier score of a constant the probabilities save.

    Parameters
    ----------
    y_true, y_prob
        Labels (1 for a positive, 0 for a negative); and the probability of a positive.
    base_rate
        The constant to compare with. None: the share of the positives in `y_true`.

    Returns
    -------
    float
        1 for a model that knew it all, 0 for one as good as the constant, below 0 for a worse one.

    Raises
    ------
    TypeError, ValueError
        If the labels are not 0 and 1, the probabilities are not as many numbers from 0 to 1, or
        `base_rate` is not a number between 0 and 1; without it, also if all samples are of one
        class.

    Notes
    -----
    :math:`1 - B / B_0` with :math:`B = \frac1N \sum_i (p_i - y_i)^2` and :math:`B_0` the same for
    the constant. Without `base_rate` it is `brier_skill`, for two classes.

    References
    ----------
    D. S. Wilks, "Statistical Methods in the Atmospheric Sciences", 3rd ed., Academic Press 2011,
    chapter 8.

    Examples
    --------
    >>> forecast_skill([0, 0, 1, 1], [0, 0, 1, 0.5])
    0.75
    >>> forecast_skill([0, 0, 1, 0], [0.25] * 4), forecast_skill([0, 0, 1, 0], [0.25] * 4, 0.5)
    (0.0, 0.25)
    """
    is_positive, p = binary_probabilities(y_true, y_prob)
    constant = is_positive.mean() if base_rate is None else as_share(base_rate, "base_rate")
    score, baseline = (np.mean((said - is_positive) ** 2) for said in (p, constant))
    if baseline == 0:
        raise ValueError("y_true: expected both positives and negatives, got one kind only")
    return float(1 - score / baseline)


def log_loss(y_true: ArrayLike, y_prob: ArrayLike) -> float:
    r"""Measure how surprised the model was by what happened: the cross entropy.

    Parameters
    ----------
    y_true
        Class numbers, one a sample.
    y_prob
        The probability of class 1 of two, shape (N,); or of each of C classes, shape (N, C).

    Returns
    -------
    float
        The mean of -log(probability of the true class), from 0 up. A probability of 0 counts as the
        float64 epsilon, 2.2e-16: it adds 36 and not infinity.

    Raises
    ------
    TypeError, ValueError
        As `brier_score` does.

    Notes
    -----
    :math:`-\frac1N \sum_i \log p_{i, y_i}`, the natural logarithm: what
    `torch.nn.CrossEntropyLoss` minimises. `sklearn.metrics.log_loss` clips in the same way, but by
    the epsilon of the type that it is given: here it is float64's for every type. It is proper, and
    one certain mistake among many good answers can make most of it.

    References
    ----------
    I. J. Good, "Rational decisions", Journal of the Royal Statistical Society B 14 (1952), 107-114.

    Examples
    --------
    >>> round(log_loss([0, 1], [0.5, 0.5]), 6)
    0.693147
    """
    labels, probabilities = class_probabilities(y_true, y_prob)
    of_the_truth = probabilities[np.arange(len(labels)), labels]
    epsilon = np.finfo(np.float64).eps
    return float(-np.mean(np.log(np.clip(of_the_truth, epsilon, 1 - epsilon))))
