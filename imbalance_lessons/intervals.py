"""How far a score could be from the truth, because only so many samples were seen."""

from __future__ import annotations

from collections.abc import Callable
from statistics import NormalDist

import numpy as np
from numpy.typing import ArrayLike, NDArray

from imbalance_lessons.randomness import as_rng
from imbalance_lessons.score_validation import as_predictions, as_share
from imbalance_lessons.validation import as_integer, as_labels


def wilson_interval(successes: int, trials: int, confidence: float = 0.95) -> tuple[float, float]:
    r"""Say between which limits a share lies, of which a number of trials gave an estimate.

    Parameters
    ----------
    successes, trials
        How often it happened, and how often it could have: for a recall, TP and TP + FN.
    confidence
        How often, over many repetitions, such an interval should hold the truth.

    Returns
    -------
    tuple
        The lower and the upper limit, from 0 to 1; (0, 1) if there were no trials.

    Raises
    ------
    TypeError, ValueError
        If `trials` is not a whole number from 0 on, `successes` is not one up to `trials`, or
        `confidence` does not lie between 0 and 1.

    Notes
    -----
    The shares p from which the estimate :math:`\hat p` is at most z standard deviations
    :math:`\sqrt{p (1 - p) / n}` away:

    .. math:: \frac{\hat p + \frac{z^2}{2n} \pm z \sqrt{\frac{\hat p (1 - \hat p)}{n}
              + \frac{z^2}{4n^2}}}{1 + \frac{z^2}{n}}.

    With 8 of 10 found it runs from 0.490 to 0.943: a recall of 80 % on ten positives says little.
    The textbook's :math:`\hat p \pm z \sqrt{\hat p (1 - \hat p) / n}` leaves [0, 1], and has no
    width at all at 0 of 10. No continuity correction.

    References
    ----------
    E. B. Wilson, "Probable inference, the law of succession, and statistical inference", Journal of
    the American Statistical Association 22 (1927), 209-212; L. D. Brown, T. T. Cai, A. DasGupta,
    "Interval estimation for a binomial proportion", Statistical Science 16 (2001), 101-133.

    Examples
    --------
    >>> low, high = wilson_interval(8, 10)
    >>> round(low, 3), round(high, 3)
    (0.49, 0.943)
    """
    n = as_integer(trials, "trials")
    k = as_integer(successes, "successes", maximum=n)
    z = NormalDist().inv_cdf((1 + as_share(confidence, "confidence")) / 2)
    if n == 0:
        return 0.0, 1.0
    middle = (k + z**2 / 2) / (n + z**2)
    reach = z * np.sqrt(k * (n - k) / n + z**2 / 4) / (n + z**2)
    return float(np.clip(middle - reach, 0, k / n)), float(np.clip(middle + reach, k / n, 1))


def stratified_rows(
    y_true: ArrayLike, seed: int | np.random.Generator | None = None
) -> NDArray[np.int64]:
    """Draw as many samples of each class as there are, with replacement.

    Parameters
    ----------
    y_true
        True class numbers, one a sample: a list, an array or a tensor.
    seed
        Where the draws start: a whole number, or a `numpy.random.Generator`.

    Returns
    -------
    np.ndarray
        Shape (N,): row numbers, those of a class together; some more than once, some never.

    Raises
    ------
    TypeError, ValueError
        If `y_true` does not hold class numbers, or `seed` is none that `as_rng` takes.

    Notes
    -----
    Of n samples of a class about n (1 - 1/e), or 63 %, are in a draw. The global random state is
    not used.

    References
    ----------
    B. Efron, R. J. Tibshirani, "An Introduction to the Bootstrap", Chapman & Hall 1993, chapter 8.

    Examples
    --------
    >>> rows = stratified_rows([1, 0, 0], seed=0)
    >>> len(rows), int(rows[-1]), set(rows.tolist()) <= {0, 1, 2}
    (3, 0, True)
    """
    labels, rng = as_labels(y_true, "y_true"), as_rng(seed)
    members = [np.flatnonzero(labels == c) for c in np.unique(labels)]
    return np.concatenate([rng.choice(rows, len(rows)) for rows in members])


def bootstrap_interval(
    score: Callable[[NDArray[np.int64], NDArray[np.float64]], float],
    y_true: ArrayLike,
    y_pred: ArrayLike,
    confidence: float = 0.95,
    repeats: int = 1000,
    seed: int | np.random.Generator | None = 0,
) -> tuple[float, float]:
    r"""Say how far any score might move with another sample of the same make-up.

    Parameters
    ----------
    score, y_true, y_pred
        A function such as `f_score`, and what it takes: class numbers; labels or scores.
    confidence, repeats, seed
        The share of the scores to cover; how often to draw; where the draws start.

    Returns
    -------
    tuple
        The lower and the upper limit, as floats.

    Raises
    ------
    TypeError, ValueError
        As `score` does; also if `y_true` does not hold class numbers, `y_pred` not as many finite
        numbers or rows, `confidence` does not lie between 0 and 1, `repeats` is not a whole number
        from 1 on, or `seed` is none that `as_rng` takes.

    Notes
    -----
    Stratified: each repetition draws, with replacement, as many samples of each class as there are,
    so that no draw is without positives, and the prevalence stays as it is. The limits are
    quantiles of the scores ("percentile bootstrap"). With few positives they tend to lie too close
    together; for a recall alone, `wilson_interval` is better. The global random state is not used.

    References
    ----------
    B. Efron, R. J. Tibshirani, "An Introduction to the Bootstrap", Chapman & Hall 1993, chapter 13.

    Examples
    --------
    >>> from imbalance_lessons.metrics import recall
    >>> y_true, y_pred = [0] * 90 + [1] * 10, [0] * 92 + [1] * 8
    >>> bootstrap_interval(recall, y_true, y_pred)
    (0.5, 1.0)
    """
    labels, predictions = as_predictions(y_true, y_pred)
    tail = (1 - as_share(confidence, "confidence")) / 2
    rng, repeats = as_rng(seed), as_integer(repeats, "repeats", minimum=1)
    draws = (stratified_rows(labels, rng) for _ in range(repeats))
    scores = [score(labels[rows], predictions[rows]) for rows in draws]
    low, high = np.quantile(scores, [tail, 1 - tail])
    return float(low), float(high)
