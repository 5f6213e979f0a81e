"""What lesson 08 measures of each arm of a comparison, and how it writes that down."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from imbalance_lessons.datasets import make_fraud
from imbalance_lessons.multiclass import balanced_accuracy
from imbalance_lessons.ranking import average_precision, roc_auc
from imbalance_lessons.splits import split_three
from imbalance_lessons.thresholds import apply_threshold, best_balanced_threshold

__all__ = ["MEASURES", "four_measures", "fraud_parts", "leads_table", "measures_table"]

MEASURES = ("at 0.5", "tuned", "ROC-AUC", "avg. precision")
Part = tuple[NDArray[np.float32], NDArray[np.int64]]


def fraud_parts(seed: int, n_samples: int = 40_000, prevalence: float = 0.01) -> list[Part]:
    """Generate payments, split them in three, and standardise them by the training part.

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
    inputs, labels = make_fraud(n_samples, prevalence, seed)
    parts = split_three(labels, (0.5, 0.25, 0.25), seed)
    training = inputs[parts[0]]
    inputs = (inputs - training.mean(axis=0)) / training.std(axis=0)
    return [(inputs[rows], labels[rows]) for rows in parts]


def four_measures(
    y_val: ArrayLike, val: ArrayLike, y_test: ArrayLike, test: ArrayLike
) -> list[float]:
    """Measure a model on test data, once at 0.5 and once where validation data put the threshold.

    Parameters
    ----------
    y_val, val, y_test, test
        Labels and the scores of class 1, of the validation and of the test part.

    Returns
    -------
    list of float
        In the order of `MEASURES`: balanced accuracy at 0.5; at the threshold that was best on the
        validation part; ROC-AUC; average precision.

    Examples
    --------
    >>> four_measures([0, 0, 1, 1], [0.1, 0.2, 0.3, 0.4], [0, 1], [0.1, 0.3])
    [0.5, 1.0, 1.0, 1.0]
    """
    best = best_balanced_threshold(y_val, val)[0]
    at = [balanced_accuracy(y_test, apply_threshold(test, t)) for t in (0.5, best)]
    return [*at, roc_auc(y_test, test), average_precision(y_test, test)]


def measures_table(results: ArrayLike, names: Sequence[str], prevalence: float = 0.01) -> str:
    """Write mean and standard deviation over the seeds, and what guessing would get.

    Parameters
    ----------
    results
        Shape (seeds, arms, 4), of `four_measures`.
    names
        Of the arms.
    prevalence
        The average precision of guessing.

    Returns
    -------
    str
        A line of titles, a line for each arm, and one for guessing.
    """
    values = np.asarray(results, dtype=float)
    lines = [" " * 16 + "".join(f"{name:>16}" for name in MEASURES)]
    for name, means, spreads in zip(names, values.mean(axis=0), values.std(axis=0), strict=True):
        cells = (f"{mean:.3f} ± {spread:.3f}" for mean, spread in zip(means, spreads, strict=True))
        lines.append(f"{name:16}" + "".join(f"{cell:>16}" for cell in cells))
    guessed = (f"{value:.3f}        " for value in (0.5, 0.5, 0.5, prevalence))
    lines.append((f"{'guessing':16}" + "".join(f"{cell:>16}" for cell in guessed)).rstrip())
    return "\n".join(lines)


def leads_table(results: ArrayLike, names: Sequence[str]) -> str:
    """Write how far the other arms lead the first, seed by seed: mean, lowest and highest.

    Parameters
    ----------
    results, names
        As for `measures_table`.

    Returns
    -------
    str
        For each other arm a line with its name, and a line for each measure.

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
    values = np.asarray(results, dtype=float)
    first = names[0].split()[0]
    lines = []
    for i, name in enumerate(names[1:], start=1):
        lines.append(f"{name} minus {first}: mean (lowest to highest of {len(values)})")
        for measure, lead in zip(MEASURES, (values[:, i] - values[:, 0]).T, strict=True):
            ends = f"({lead.min():+.3f} to {lead.max():+.3f})"
            lines.append(f"   {measure:15} {lead.mean():+.3f} {ends}")
    return "\n".join(lines)
