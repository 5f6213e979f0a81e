"""What the judges of several lessons do with scores: count at a threshold, and read answers."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

import numpy as np

TOLERANCE = 1e-6
"""How far a threshold may lie above a score that it means: what single precision needs."""


class Counts(NamedTuple):
    """How often each kind of answer was given."""

    tp: int
    fp: int
    fn: int
    tn: int


# Mistakes of every search for a threshold: a name and a hint.
TEARS_TIES = (
    "tears tied samples apart",
    "Samples with the same score are all flagged or none is. After sorting, only the last "
    "of a group of equal scores is a place to stop and count.",
)
DOES_NOT_SORT = (
    "forgets to sort the samples by score",
    "A running count over samples says what is flagged only if they come from the highest "
    "score down. Sort the labels with the scores.",
)
ONE_IS_POSITIVE = (
    "ignores `positive`",
    "You look for label 1 whatever the caller looks for. Which labels are positive is said "
    "by `positive`; all others are negative.",
)

Value = Callable[[Counts], float]
Tried = list[tuple[float, Counts]]


def as_floats(scores: Any) -> np.ndarray:
    """Turn scores in any form into an array."""
    return np.array([float(score) for score in scores])


def are_positive(y_true: Any, positive: int = 1) -> np.ndarray:
    """Tell which labels name the positive class."""
    return np.array([int(label) == positive for label in y_true])


def count(is_positive: np.ndarray, is_flagged: np.ndarray) -> Counts:
    """Count the four kinds of answers."""
    tp = int((is_positive & is_flagged).sum())
    fp, fn = int(is_flagged.sum()) - tp, int(is_positive.sum()) - tp
    return Counts(tp, fp, fn, len(is_positive) - tp - fp - fn)


def counts_at(y_true: Any, scores: Any, threshold: float, positive: int = 1) -> Counts:
    """Count at a threshold that somebody found, perhaps in single precision."""
    slack = TOLERANCE * max(1.0, abs(threshold)) if math.isfinite(threshold) else 0.0
    return count(are_positive(y_true, positive), as_floats(scores) >= threshold - slack)


def try_all(y_true: Any, scores: Any, positive: int = 1, nobody: bool = False) -> Tried:
    """Count at each distinct score, falling; with `nobody`, at infinity before that."""
    ends = [math.inf] if nobody else []
    return try_these(y_true, scores, ends + sorted({*map(float, scores)}, reverse=True), positive)


def try_these(y_true: Any, scores: Any, thresholds: Iterable[float], positive: int = 1) -> Tried:
    """Count at some thresholds, in their order."""
    is_positive, values = are_positive(y_true, positive), as_floats(scores)
    return [(float(t), count(is_positive, values >= t)) for t in thresholds]


def try_strictly(y_true: Any, scores: Any, positive: int = 1) -> Tried:
    """Flag only what lies above each distinct score: a known mistake."""
    is_positive, values = are_positive(y_true, positive), as_floats(scores)
    return [(float(t), count(is_positive, values > t)) for t in sorted({*values}, reverse=True)]


def try_one_by_one(y_true: Any, scores: Any, positive: int = 1, ordered: bool = True) -> Tried:
    """Flag one sample after the other, ties or not: a known mistake, with or without sorting."""
    is_positive, values = are_positive(y_true, positive), as_floats(scores)
    order = np.argsort(-values, kind="stable") if ordered else np.arange(len(values))
    tried = []
    for n in range(1, len(order) + 1):
        is_flagged = np.zeros(len(order), dtype=bool)
        is_flagged[order[:n]] = True
        tried.append((float(values[order[n - 1]]), count(is_positive, is_flagged)))
    return tried


def try_unsorted(y_true: Any, scores: Any, positive: int = 1) -> Tried:
    """Flag one sample after the other as they come: a known mistake."""
    return try_one_by_one(y_true, scores, positive, ordered=False)


def best(tried: Tried, value: Value) -> tuple[float, float]:
    """Give the first of the thresholds with the highest value, and this value."""
    values = [value(counts) for _, counts in tried]
    highest = max(values)
    return tried[values.index(highest)][0], highest


def one_above(scores: Any, threshold: float) -> float:
    """Give the next higher score, or infinity: a known mistake."""
    return min((score for score in map(float, scores) if score > threshold), default=math.inf)


def first_peak(tried: Tried, value: Value) -> tuple[float, float]:
    """Give the last threshold before the value falls for the first time: a known mistake."""
    peak = tried[0]
    for threshold, counts in tried[1:]:
        if value(counts) < value(peak[1]):
            break
        peak = threshold, counts
    return peak[0], value(peak[1])


def f_beta(counts: Counts, beta: float = 1.0) -> float:
    """Combine precision and recall; 0 if nothing was found."""
    weighted = (1 + beta**2) * counts.tp
    return weighted / (weighted + beta**2 * counts.fn + counts.fp) if counts.tp else 0.0


def recall(counts: Counts) -> float:
    """Give the share of the positives that was found."""
    return counts.tp / (counts.tp + counts.fn) if counts.tp else 0.0


def precision(counts: Counts) -> float:
    """Give the share of the alarms that are right."""
    return counts.tp / (counts.tp + counts.fp) if counts.tp else 0.0


def accuracy(counts: Counts) -> float:
    """Give the share of right answers."""
    return (counts.tp + counts.tn) / sum(counts)


def balanced(counts: Counts) -> float:
    """Give the mean of recall and specificity."""
    return (recall(counts) + counts.tn / (counts.tn + counts.fp)) / 2


def read_pair(answer: Any) -> tuple[float, float]:
    """Read a threshold and what it is said to be worth; raise if it is anything else."""
    threshold, worth = (read_number(part) for part in answer)
    if math.isnan(threshold):
        raise ValueError("the threshold is NaN")
    return threshold, worth


def read_number(value: Any) -> float:
    """Read a number that may have come as an array of one."""
    array = np.asarray(value)
    if array.dtype.kind not in "iuf" or array.size != 1:
        raise ValueError("not a number")
    return float(array.reshape(()))
