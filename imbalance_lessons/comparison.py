"""Fair comparisons: train some arms on one part of the data, tune on another, measure on a third.

What is measured are columns: a metric, and the threshold that it is taken at. `arms` has the arms.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from imbalance_lessons.arms import Pair, Part, score_arm, train_logistic
from imbalance_lessons.class_weights import corrected_probabilities
from imbalance_lessons.datasets import make_fraud
from imbalance_lessons.features import as_rows
from imbalance_lessons.metrics import f_score, precision, recall
from imbalance_lessons.multiclass import balanced_accuracy
from imbalance_lessons.ranking import average_precision, roc_auc
from imbalance_lessons.splits import split_three, standardised_parts
from imbalance_lessons.thresholds import apply_threshold, best_balanced_threshold, best_f_threshold
from imbalance_lessons.tuning import Search
from imbalance_lessons.validation import as_choice, as_integer

__all__ = [
    "AT_THRESHOLD",
    "BALANCED",
    "OF_RANKING",
    "REMEDIES",
    "TUNED",
    "Column",
    "arms_table",
    "columns_at",
    "compare_arms",
    "compare_remedies",
    "fraud_parts",
    "leads_table",
    "measure_arm",
]


class Column(NamedTuple):
    """A metric of an arm: what it is called, and what it is taken of.

    With a number as `threshold`, or a function that finds one in labels and scores, it is taken of
    labels and answers; with None, of labels and scores.
    """

    name: str
    metric: Callable[[ArrayLike, ArrayLike], float]
    threshold: float | Search | None


AT_THRESHOLD: dict[str, Callable[..., float]] = {
    "recall": recall,
    "precision": precision,
    "F1": f_score,
    "balanced accuracy": balanced_accuracy,
}
"""Metrics of answers: they move when the threshold does."""

OF_RANKING: dict[str, Callable[..., float]] = {"ROC-AUC": roc_auc, "AP": average_precision}
"""Metrics of the order of the scores: no threshold enters."""

TUNED = (
    Column("F1 at 0.5", f_score, 0.5),
    Column("F1 tuned", f_score, best_f_threshold),
    Column("bal.acc. at 0.5", balanced_accuracy, 0.5),
    Column("bal.acc. tuned", balanced_accuracy, best_balanced_threshold),
    Column("avg. precision", average_precision, None),
)
"""Each of two metrics at 0.5, and where it was best on validation data; and one of the ranking."""

BALANCED = (
    Column("at 0.5", balanced_accuracy, 0.5),
    Column("tuned", balanced_accuracy, best_balanced_threshold),
    Column("ROC-AUC", roc_auc, None),
    Column("avg. precision", average_precision, None),
)
"""Balanced accuracy at 0.5, and where it was best on validation data; and two of the ranking."""

REMEDIES = ("untouched", "weighted", "oversampled", "odds times ratio", "threshold tuned")
"""The rows of `compare_remedies`."""


def columns_at(threshold: float | Search) -> tuple[Column, ...]:
    """Give every metric of `AT_THRESHOLD`, all at one threshold, and those of `OF_RANKING`.

    Parameters
    ----------
    threshold
        As for a `Column`.

    Returns
    -------
    tuple of Column
        Six columns.

    Examples
    --------
    >>> [column.name for column in columns_at(0.5)]
    ['recall', 'precision', 'F1', 'balanced accuracy', 'ROC-AUC', 'AP']
    """
    moving = (Column(name, metric, threshold) for name, metric in AT_THRESHOLD.items())
    return (*moving, *(Column(name, metric, None) for name, metric in OF_RANKING.items()))


def fraud_parts(seed: int, n_samples: int = 40_000, prevalence: float = 0.01) -> list[Part]:
    """Generate payments, split them as lesson 08 does, and standardise them.

    Parameters
    ----------
    seed
        Of the problem, and of the split.
    n_samples, prevalence
        As for `make_fraud`.

    Returns
    -------
    list of tuple
        Inputs and labels of a half to train on, a quarter to validate with, a quarter to test.

    Examples
    --------
    >>> [(inputs.shape, int(labels.sum())) for inputs, labels in fraud_parts(0, 400, 0.1)]
    [((200, 20), 20), ((100, 20), 10), ((100, 20), 10)]
    """
    payments = make_fraud(n_samples, prevalence, seed)
    return standardised_parts(*payments, seed=seed, split=split_three)


def measure_arm(columns: Iterable[Column], validation: Pair, test: Pair) -> list[float]:
    """Measure scores on test data, at thresholds that are fixed or that validation data choose.

    Parameters
    ----------
    columns
        What to measure.
    validation, test
        Labels and the scores of class 1, of the validation and of the test part.

    Returns
    -------
    list of float
        A number for each column.

    Raises
    ------
    TypeError, ValueError
        As the metrics and searches do.

    Examples
    --------
    >>> measure_arm(BALANCED, ([0, 0, 1, 1], [0.1, 0.2, 0.3, 0.4]), ([0, 1], [0.1, 0.3]))
    [0.5, 1.0, 1.0, 1.0]
    """
    labels, scores = test
    row = []
    for _, metric, threshold in columns:
        if threshold is None:
            row.append(metric(labels, scores))
            continue
        at = threshold(*validation)[0] if callable(threshold) else threshold
        row.append(metric(labels, apply_threshold(scores, at)))
    return row


def compare_arms(
    inputs: ArrayLike,
    labels: ArrayLike,
    arms: Sequence[str] = ("untouched", "weights", "sampling"),
    shares: Sequence[float] = (0.5, 0.25, 0.25),
    seed: int = 0,
    columns: Sequence[Column] = TUNED,
) -> NDArray[np.float64]:
    """Train linear models on one part of the data, tune their thresholds on another, then test.

    Parameters
    ----------
    inputs, labels, shares
        As for `splits.standardised_parts`.
    arms
        Names of `arms.ARMS`.
    seed
        Where the random numbers of the split and of an arm start.
    columns
        What to measure on the test part.

    Returns
    -------
    np.ndarray
        Shape (arms, columns).

    Raises
    ------
    TypeError, ValueError
        As `arms.train_arm` and `splits.stratified_split` do.
    """
    parts = standardised_parts(inputs, labels, shares, seed)
    return np.array([measure_arm(columns, *score_arm(arm, parts, seed)) for arm in arms])


def compare_remedies(inputs: ArrayLike, labels: ArrayLike, seed: int = 0) -> NDArray[np.float64]:
    r"""Score a logistic regression on test data: untouched, and with each of four remedies.

    Parameters
    ----------
    inputs, labels
        As for `splits.standardised_parts`; 1 is the rare class.
    seed
        Where the split and the oversampling start.

    Returns
    -------
    np.ndarray
        Shape (5, 6): a row for each of `REMEDIES`, with the columns of `columns_at`:

        * `untouched`, `weighted` (inverse class frequencies), `oversampled` (until the classes are
          equally large): each at a threshold of 0.5;
        * `odds times ratio`: the untouched model's odds times the ratio of the classes, at 0.5;
        * `threshold tuned`: the untouched model, at the threshold with the best balanced accuracy
          on validation data.

    Raises
    ------
    TypeError, ValueError
        If `labels` does not hold class numbers, or a part would be without one of the classes.

    Notes
    -----
    Multiplying the odds keeps the order of the scores, and with it every metric of the ranking. To
    flag from even odds on is then the same as a threshold of 1 / (1 + ratio), the prevalence, on
    the scores as they were.

    References
    ----------
    R. van den Goorbergh, M. van Smeden, D. Timmerman, B. Van Calster, "The harm of class imbalance
    corrections for risk prediction models", JAMIA 29 (2022), 1525-1534.

    Examples
    --------
    >>> from imbalance_lessons.datasets import make_fraud
    >>> scores = compare_remedies(*make_fraud(8_000, prevalence=0.05))
    >>> bool(scores[1, 0] > scores[0, 0])  # weights find more
    True
    """
    parts = standardised_parts(as_rows(inputs, "inputs").astype(np.float64), labels, seed=seed)
    trained = ("untouched", "weights", "oversampling")
    scored = [score_arm(arm, parts, seed, train_logistic) for arm in trained]
    validation, (y, scores) = scored[0]
    prevalence = float(np.mean(parts[0][1]))
    multiplied = corrected_probabilities(scores, (1 - prevalence) / prevalence)
    scored.append((validation, (y, multiplied)))
    rows = [measure_arm(columns_at(0.5), *arm) for arm in scored]
    return np.array([*rows, measure_arm(columns_at(best_balanced_threshold), *scored[0])])


def arms_table(
    results: ArrayLike,
    arms: Sequence[str] = ("untouched", "weights", "sampling"),
    columns: Sequence[Column] = TUNED,
    digits: int = 2,
    summary: str = "mean",
    guessing: Sequence[float] | None = None,
) -> str:
    """Write the results of several comparisons as a table.

    Parameters
    ----------
    results
        Shape (runs, arms, columns).
    arms, columns
        What the arms are called, and what was measured.
    digits
        After the point.
    summary
        "mean": and the standard deviation; or "median": and the lowest and the highest.
    guessing
        What a guess gets in each column, for a last line; None: no such line.

    Returns
    -------
    str
        A line of column titles, and a line for each arm.

    Raises
    ------
    TypeError, ValueError
        If the shape of `results` does not fit, there is no such summary, or `digits` is no number
        of digits.

    Examples
    --------
    >>> print(arms_table([[[0.5, 0.5, 0.7, 0.8, 0.6]], [[0.4, 0.6, 0.7, 0.9, 0.6]]], ["mine"]))
          F1 at 0.5    F1 tuned     bal.acc. at 0.5  bal.acc. tuned  avg. precision
    mine  0.45 ± 0.05  0.55 ± 0.05  0.70 ± 0.00      0.85 ± 0.05     0.60 ± 0.00
    """
    values = _as_results(results, arms, columns)
    as_choice(summary, "summary", ("mean", "median"))
    as_integer(digits, "digits")
    rows = [["", *(column.name for column in columns)]]
    for arm, of_arm in zip(arms, values.transpose(1, 2, 0), strict=True):
        rows.append([arm, *(_summed_up(runs, digits, summary) for runs in of_arm)])
    if guessing is not None:
        rows.append(["guessing", *(f"{value:.{digits}f}" for value in guessing)])
    widths = [max(map(len, cells)) for cells in zip(*rows, strict=True)]
    return "\n".join("  ".join(map(str.ljust, row, widths)).rstrip() for row in rows)


def leads_table(
    results: ArrayLike, arms: Sequence[str], columns: Sequence[Column] = BALANCED
) -> str:
    """Write how far the other arms lead the first, run by run: mean, lowest and highest.

    Parameters
    ----------
    results, arms, columns
        As for `arms_table`.

    Returns
    -------
    str
        For each other arm a line with its name, and a line for each column.

    Raises
    ------
    ValueError
        If the shape of `results` does not fit.

    Examples
    --------
    >>> results = [[[0.5, 0.8, 0.9, 0.3], [0.8, 0.8, 0.9, 0.2]]]
    >>> print(leads_table(results, ["(a)", "(b)"]))
    (b) minus (a): mean (lowest to highest of 1)
       at 0.5          +0.300 (+0.300 to +0.300)
       tuned           +0.000 (+0.000 to +0.000)
       ROC-AUC         +0.000 (+0.000 to +0.000)
       avg. precision  -0.100 (-0.100 to -0.100)
    """
    values = _as_results(results, arms, columns)
    first = arms[0].split()[0]
    lines = []
    for i, arm in enumerate(arms[1:], start=1):
        lines.append(f"{arm} minus {first}: mean (lowest to highest of {len(values)})")
        for column, lead in zip(columns, (values[:, i] - values[:, 0]).T, strict=True):
            ends = f"({lead.min():+.3f} to {lead.max():+.3f})"
            lines.append(f"   {column.name:15} {lead.mean():+.3f} {ends}")
    return "\n".join(lines)


def _as_results(
    results: ArrayLike, arms: Sequence[str], columns: Sequence[Column]
) -> NDArray[np.float64]:
    values = np.asarray(results, dtype=float)
    if values.ndim != 3 or len(values) == 0 or values.shape[1:] != (len(arms), len(columns)):
        raise ValueError(
            f"results: expected shape (runs, {len(arms)}, {len(columns)}), got {values.shape}"
        )
    return values


def _summed_up(values: NDArray[np.float64], digits: int, summary: str) -> str:
    if summary == "mean":
        return f"{values.mean():.{digits}f} ± {values.std():.{digits}f}"
    low, high = values.min(), values.max()
    return f"{np.median(values):.{digits}f} ({low:.{digits}f} to {high:.{digits}f})"
