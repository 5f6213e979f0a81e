"""Remedies for a rare class side by side: one model, trained and used in several ways."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from imbalance_lessons.class_weights import corrected_probabilities
from imbalance_lessons.metrics import f_score, precision, recall
from imbalance_lessons.multiclass import balanced_accuracy
from imbalance_lessons.ranking import average_precision, roc_auc
from imbalance_lessons.sampling import oversampled_indices
from imbalance_lessons.splits import stratified_split
from imbalance_lessons.thresholds import apply_threshold, best_balanced_threshold

__all__ = ["AT_THRESHOLD", "OF_RANKING", "compare_remedies"]

AT_THRESHOLD: dict[str, Callable[..., float]] = {
    "recall": recall,
    "precision": precision,
    "F1": f_score,
    "balanced accuracy": balanced_accuracy,
}
"""Metrics of answers: they move when the threshold does."""

OF_RANKING: dict[str, Callable[..., float]] = {"ROC-AUC": roc_auc, "AP": average_precision}
"""Metrics of the order of the scores: no threshold enters."""


def compare_remedies(
    inputs: ArrayLike, labels: ArrayLike, seed: int = 0
) -> dict[str, dict[str, float]]:
    r"""Score a logistic regression on test data: untouched, and with each of four remedies.

    Parameters
    ----------
    inputs
        Shape (N, D), numbers, not standardised.
    labels
        Class numbers, 0 or 1, one a sample; 1 is the rare class.
    seed
        Where the split and the oversampling start.

    Returns
    -------
    dict
        For each arm its scores by name, those of `AT_THRESHOLD` and of `OF_RANKING`:

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
    Half of the samples are to train on, a quarter is for validation, a quarter for the test; the
    parts are stratified. Features are scaled by the mean and spread of the training part alone.

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
    >>> scores["weighted"]["recall"] > scores["untouched"]["recall"]
    True
    >>> scores["odds times ratio"]["AP"] == scores["untouched"]["AP"]
    True
    """
    from sklearn.linear_model import LogisticRegression
    from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

    x, y = np.asarray(inputs, dtype=np.float64), np.asarray(labels)
    train, validation, test = stratified_split(y, [0.5, 0.25, 0.25], seed)
    x = (x - x[train].mean(axis=0)) / np.maximum(x[train].std(axis=0), 1e-12)

    def scores_of(rows: NDArray[np.int64], *parts: NDArray[np.int64], **options: Any) -> Any:
        with threadpool_limits(1):  # a matrix of 20 columns is too small to share among threads
            model = LogisticRegression(max_iter=1000, **options).fit(x[rows], y[rows])
            return [model.predict_proba(x[part])[:, 1] for part in parts]

    for_tuning, untouched = scores_of(train, validation, test)
    [weighted] = scores_of(train, test, class_weight="balanced")
    [oversampled] = scores_of(train[oversampled_indices(y[train], seed)], test)
    tuned = best_balanced_threshold(y[validation], for_tuning)[0]
    prevalence = float(np.mean(y[train] == 1))
    arms = {
        "untouched": (untouched, 0.5),
        "weighted": (weighted, 0.5),
        "oversampled": (oversampled, 0.5),
        "odds times ratio": (
            corrected_probabilities(untouched, (1 - prevalence) / prevalence),
            0.5,
        ),
        "threshold tuned": (untouched, tuned),
    }
    return {name: _measure(y[test], *arm) for name, arm in arms.items()}


def _measure(
    labels: NDArray[np.int64], scores: NDArray[np.float64], threshold: float
) -> dict[str, float]:
    """Take every metric of one arm."""
    flagged = apply_threshold(scores, threshold)
    answers = {name: metric(labels, flagged) for name, metric in AT_THRESHOLD.items()}
    return answers | {name: metric(labels, scores) for name, metric in OF_RANKING.items()}
