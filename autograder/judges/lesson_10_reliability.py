"""The judge of lesson 10 on the reliability curve."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from autograder.engine.judge import Judge, Misconception
from autograder.judges.scores import as_floats

Pairs = list[tuple[float, float]]


def pairs_of(y_true: Any, y_prob: Any) -> Pairs:
    """Put each probability and its label together."""
    return list(zip(map(float, y_prob), map(float, y_true), strict=True))


def width_bins(pairs: Pairs, bins: int) -> list[Pairs]:
    """Sort into bins (a, b] of equal widths, the first with its lower end; some may be empty."""
    full: list[Pairs] = [[] for _ in range(bins)]
    for p, y in pairs:
        full[max(math.ceil(p * bins - 1e-9), 1) - 1].append((p, y))
    return full


def size_bins(pairs: Pairs, bins: int) -> list[Pairs]:
    """Cut the sorted samples into bins of equal sizes."""
    ordered = sorted(pairs)
    edges = [round(b * len(ordered) / bins) for b in range(bins + 1)]
    return [ordered[a:b] for a, b in pairwise(edges)]


def binned(y_true: Any, y_prob: Any, bins: int = 10, quantiles: bool = False) -> list[Pairs]:
    """Sort into bins of either kind."""
    return (size_bins if quantiles else width_bins)(pairs_of(y_true, y_prob), bins)


def rows(full: Sequence[Pairs]) -> np.ndarray:
    """Give the mean probability, the share of positives and the size of each bin that has any."""
    filled = [np.array(pairs) for pairs in full if pairs]
    means = np.array([pairs.mean(axis=0) for pairs in filled])
    return np.array([means[:, 0], means[:, 1], [len(pairs) for pairs in filled]])


def expected_curve(y_true: Any, y_prob: Any, bins: int = 10, quantiles: bool = False) -> np.ndarray:
    """Fill the bins one sample after another."""
    return rows(binned(y_true, y_prob, bins, quantiles))


def read_curve(answer: Any, *inputs: Any, **options: Any) -> dict[str, np.ndarray]:
    """Name the three rows, so that a message can say which of them is wrong."""
    rows = np.asarray(answer, dtype=float)
    if rows.ndim != 2:
        raise ValueError("not three rows")
    predicted, observed, counts = rows
    return {"counts": counts, "predicted": predicted, "observed": observed}


def changed(change: Callable[..., Any]) -> Callable[..., np.ndarray]:
    """Make a wrong curve out of the right one; `change` gets the three rows and the bins."""

    def wrong(y_true: Any, y_prob: Any, bins: int = 10, quantiles: bool = False) -> np.ndarray:
        curve = expected_curve(y_true, y_prob, bins, quantiles)
        return np.array(change(*curve, binned(y_true, y_prob, bins, quantiles)))

    return wrong


def rebinned(sort: Callable[[Pairs, int], list[Pairs]]) -> Callable[..., np.ndarray]:
    """Make a curve whose bins of equal widths are wrong."""

    def wrong(y_true: Any, y_prob: Any, bins: int = 10, quantiles: bool = False) -> np.ndarray:
        pairs = pairs_of(y_true, y_prob)
        return rows(size_bins(pairs, bins) if quantiles else sort(pairs, bins))

    return wrong


def by_index(index: Callable[[float, int], int]) -> Callable[[Pairs, int], list[Pairs]]:
    """Sort into bins by a number that is worked out for each probability."""

    def sort(pairs: Pairs, bins: int) -> list[Pairs]:
        full: dict[int, Pairs] = {}
        for p, y in pairs:
            full.setdefault(index(p, bins), []).append((p, y))
        return [full[key] for key in sorted(full)]

    return sort


def without_zeros(pairs: Pairs, bins: int) -> list[Pairs]:
    """Fill bins that are open at their lower ends, the first one too."""
    return width_bins([(p, y) for p, y in pairs if p > 0], bins)


def without_ones(pairs: Pairs, bins: int) -> list[Pairs]:
    """Fill bins that are open at their upper ends, the last one too."""
    return width_bins([(p, y) for p, y in pairs if p < 1], bins)


def with_empty(fill: float) -> Callable[..., np.ndarray]:
    """Make a curve that has an entry for empty bins as well."""

    def wrong(y_true: Any, y_prob: Any, bins: int = 10, quantiles: bool = False) -> np.ndarray:
        full = binned(y_true, y_prob, bins, quantiles)
        means = [np.mean(pairs, axis=0) if pairs else [fill, fill] for pairs in full]
        return np.array([*np.transpose(means), [len(pairs) for pairs in full]])

    return wrong


def middles(y_true: Any, y_prob: Any, bins: int = 10, quantiles: bool = False) -> np.ndarray:
    """Give the middle of each bin in place of the mean of what is in it."""
    full = binned(y_true, y_prob, bins, quantiles)
    curve = rows(full)
    if quantiles:
        curve[0] = [(pairs[0][0] + pairs[-1][0]) / 2 for pairs in full]
    else:
        curve[0] = [(b + 0.5) / bins for b, pairs in enumerate(full) if pairs]
    return curve


def torn_apart(y_true: Any, y_prob: Any, bins: int = 10, quantiles: bool = False) -> np.ndarray:
    """Sort the probabilities, and leave the labels as they are."""
    return expected_curve(y_true, np.sort(as_floats(y_prob)), bins, quantiles)


def accuracies(y_true: Any, y_prob: Any, bins: int = 10, quantiles: bool = False) -> np.ndarray:
    """Give the share of right answers at 0.5 in each bin."""
    curve = expected_curve(y_true, y_prob, bins, quantiles)
    filled = [pairs for pairs in binned(y_true, y_prob, bins, quantiles) if pairs]
    curve[1] = [np.mean([(p >= 0.5) == (y == 1) for p, y in pairs]) for pairs in filled]
    return curve


reliability_curve = Judge(
    name="reliability_curve",
    expected=expected_curve,
    reading=read_curve,
    rtol=1e-4,
    atol=1e-6,
    misconceptions=[
        Misconception(
            "takes what came for what was promised",
            "All the numbers are there. The mean of `y_prob` in a bin comes first, then the share "
            "of the positives: scikit-learn has them the other way round.",
            changed(lambda predicted, observed, counts, full: [observed, predicted, counts]),
        ),
        Misconception(
            "hands on what scikit-learn gives",
            "`calibration_curve` gives what came, then what was promised, and no counts. Bring the "
            "two into order, and count the samples of each bin.",
            changed(lambda predicted, observed, counts, full: [observed, predicted]),
        ),
        Misconception(
            "leaves the counts out",
            "What was promised and what came are right. The third array says how many samples each "
            "point rests on.",
            changed(lambda predicted, observed, counts, full: [predicted, observed]),
        ),
        Misconception(
            "gives the counts first",
            "All the numbers are there. The order is: what was promised, what came, and how many "
            "samples that rests on.",
            changed(lambda predicted, observed, counts, full: [counts, predicted, observed]),
        ),
        Misconception(
            "gives sums in place of means",
            "A sum grows with the samples in the bin, and cannot be compared with a probability. "
            "Divide both sums by the counts.",
            changed(
                lambda predicted, observed, counts, full: [
                    predicted * counts,
                    observed * counts,
                    counts,
                ]
            ),
        ),
        Misconception(
            "gives three numbers for each bin, not three arrays",
            "Every number is there. Put all mean probabilities into one array, all shares into the "
            "second and all counts into the third: turn rows into columns.",
            changed(lambda *rows: np.transpose(rows[:3])),
        ),
        Misconception(
            "gives the middle of each bin in place of the mean probability",
            "The samples of a bin need not lie around its middle: with rare positives most of "
            "them are near its lower end. Average the probabilities that are in it.",
            middles,
        ),
        Misconception(
            "keeps bins without samples as NaN",
            "The mean of nothing is 0/0. A bin that is empty says nothing about the model: leave "
            "it out of all three arrays.",
            with_empty(math.nan),
        ),
        Misconception(
            "keeps bins without samples as zeros",
            "A point at (0, 0) for an empty bin looks like a promise that was kept. Leave empty "
            "bins out of all three arrays.",
            with_empty(0.0),
        ),
        Misconception(
            "loses the probabilities that are exactly 0",
            "A comparison such as `low < p` shuts 0 out of the first bin. A model can be certain; "
            "every sample belongs to a bin, so the counts must add up to N.",
            rebinned(without_zeros),
        ),
        Misconception(
            "loses the probabilities that are exactly 1",
            "A comparison such as `p < high` shuts 1 out of the last bin. A model can be certain; "
            "every sample belongs to a bin, so the counts must add up to N.",
            rebinned(without_ones),
        ),
        Misconception(
            "opens a bin of its own for a probability of 1",
            "Rounding `p * bins` down gives the number of the bin, counted from 0, except where p "
            "is 1: that would be one bin too many. It belongs to the last.",
            rebinned(by_index(lambda p, bins: math.floor(p * bins + 1e-9))),
        ),
        Misconception(
            "puts the middle of the bins where their edges belong",
            "Rounding `p * bins` to the nearest number gives bins around 0, 1/bins, 2/bins, and so "
            "on, one too many and two of them half as wide. The first should begin at 0.",
            rebinned(by_index(lambda p, bins: round(p * bins))),
        ),
        Misconception(
            "counts the positives where their share is asked for",
            "Three positives of four and three of three hundred are not the same. Divide by the "
            "number of samples in the bin.",
            changed(
                lambda predicted, observed, counts, full: [predicted, observed * counts, counts]
            ),
        ),
        Misconception(
            "divides by the number of all samples, not of those in the bin",
            "The share of the positives is within the bin: of the samples that got such a "
            "probability, how many were positive?",
            changed(
                lambda predicted, observed, counts, full: [
                    predicted,
                    observed * counts / counts.sum(),
                    counts,
                ]
            ),
        ),
        Misconception(
            "gives the share of all samples that is in each bin",
            "`counts` are numbers of samples. From a share alone nobody can tell whether a point "
            "rests on two samples or on two thousand.",
            changed(
                lambda predicted, observed, counts, full: [
                    predicted,
                    observed,
                    counts / counts.sum(),
                ]
            ),
        ),
        Misconception(
            "gives the number of positives as the count of a bin",
            "The count says how many samples a point rests on, and the negatives among them are "
            "samples too.",
            changed(
                lambda predicted, observed, counts, full: [
                    predicted,
                    observed,
                    observed * counts,
                ]
            ),
        ),
        Misconception(
            "measures how often the answer at 0.5 is right",
            "Where the model says 0.1, it should be positive in 1 of 10 cases, and an answer of "
            "'negative' is right in 9. Count the positives, not the right answers.",
            accuracies,
        ),
        Misconception(
            "sorts the probabilities without their labels",
            "After sorting, entry i of `y_prob` no longer belongs to entry i of `y_true`. Reorder "
            "both in the same way.",
            torn_apart,
        ),
        Misconception(
            "uses ten bins whatever `bins` says",
            "`bins` is 10 unless the caller asks for another number. Where does it enter your "
            "code?",
            lambda y_true, y_prob, bins=10, quantiles=False: expected_curve(
                y_true, y_prob, 10, quantiles
            ),
        ),
        Misconception(
            "ignores `quantiles`",
            "With `quantiles=True` each bin gets about as many samples as any other. Where do the "
            "inner edges have to lie then?",
            lambda y_true, y_prob, bins=10, quantiles=False: expected_curve(y_true, y_prob, bins),
        ),
        Misconception(
            "always makes bins of equal sizes",
            "That is for `quantiles=True`. Otherwise the bins are equally wide and lie between 0 "
            "and 1, however many samples fall into each.",
            lambda y_true, y_prob, bins=10, quantiles=False: expected_curve(
                y_true, y_prob, min(bins, len(y_true)), True
            ),
        ),
    ],
    praise="Promised, came, and on how many samples that rests: this is all there is to plot.",
)
