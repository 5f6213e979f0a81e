"""The question of lesson 07 on tuning without the test data."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from autograder.engine.question import Case, Question
from autograder.questions.scored import draw_scored


def _counts(y_true: Any, y_pred: Any) -> tuple[int, int, int]:
    true, flagged = np.asarray(y_true) == 1, np.asarray(y_pred) == 1
    hits = int((true & flagged).sum())
    return hits, int(flagged.sum()) - hits, int(true.sum()) - hits


def _recall(y_true: Any, y_pred: Any) -> float:
    tp, _, fn = _counts(y_true, y_pred)
    return tp / (tp + fn) if tp else 0.0


def _precision(y_true: Any, y_pred: Any) -> float:
    tp, fp, _ = _counts(y_true, y_pred)
    return tp / (tp + fp) if tp else 0.0


def _f1(y_true: Any, y_pred: Any) -> float:
    tp, fp, fn = _counts(y_true, y_pred)
    return 2 * tp / (2 * tp + fp + fn) if tp else 0.0


MEASURES = {"recall": _recall, "precision": _precision, "F1": _f1}


def _search(goal: str) -> Callable[[Any, Any], tuple[float, float]]:
    """Make a search for the highest threshold with the best value of a measure."""

    def search(y_true: Any, scores: Any) -> tuple[float, float]:
        values = np.asarray(scores, dtype=float)
        tried = [(MEASURES[goal](y_true, values >= t), float(t)) for t in values]
        best, threshold = max(tried)
        return threshold, best

    return search


def ask_to_tune(
    function: Callable[..., Any],
    y_val: Any,
    scores_val: Any,
    y_test: Any,
    scores_test: Any,
    goal: str,
    measure: str,
) -> Any:
    """Hand over a search and a measure, and the data as two pairs."""
    return function(_search(goal), MEASURES[measure], (y_val, scores_val), (y_test, scores_test))


def tuning_case(
    label: str,
    data: dict[str, Any],
    goal: str,
    measure: str,
    tensors: bool = False,
    shown: str = "validation, test",
) -> Case:
    """Make a case of two data sets, what to search for, and what to measure."""
    return Case(
        label,
        data,
        {"goal": goal, "measure": measure},
        tuple(data) if tensors else (),
        shown=f"tune_and_report(best_{goal}, {measure}, {shown})",
    )


def draw_tunings(rng: np.random.Generator) -> list[Case]:
    """Draw two data sets a case; the test set has another size, and its scores another shift."""

    def data(shift: float, as_lists: bool = False, **options: Any) -> dict[str, Any]:
        y_val, scores_val = draw_scored(rng, 40, 6, shift, **options)
        y_test, scores_test = draw_scored(rng, 55, 12, shift - 0.3, **options)
        arrays = {
            "y_val": y_val,
            "scores_val": scores_val,
            "y_test": y_test,
            "scores_test": scores_test,
        }
        return {k: v.tolist() for k, v in arrays.items()} if as_lists else arrays

    return [
        tuning_case("lists", data(1.2, as_lists=True), "F1", "F1"),
        tuning_case("arrays", data(0.9), "F1", "F1"),
        tuning_case("tensors", data(1.0, ends=(-3.0, 3.0)), "F1", "F1", tensors=True),
        tuning_case("recall at the best F1", data(1.0, levels=9), "F1", "recall"),
        tuning_case("precision at the best F1", data(1.1, as_lists=True), "F1", "precision"),
        tuning_case("F1 at the best precision", data(0.6), "precision", "F1"),
    ]


FEW_OF_EACH = {
    "y_val": [0, 0, 1, 0, 1, 0],
    "scores_val": [0.1, 0.2, 0.3, 0.45, 0.6, 0.05],
    "y_test": [0, 1, 0, 1, 0, 1, 0],
    "scores_test": [0.15, 0.2, 0.4, 0.7, 0.3, 0.35, 0.8],
}
IN_WORDS = (
    "([0, 0, 1, 0, 1, 0], [0.1, 0.2, 0.3, 0.45, 0.6, 0.05]), ([0, 1, 0, 1, 0, 1, 0], [0.15, …])"
)

tune_and_report = Question(
    name="tune_and_report",
    points=2,
    public=[
        tuning_case("lists", FEW_OF_EACH, "F1", "F1", shown=IN_WORDS),
        tuning_case(
            "recall at the best F1",
            {key: np.array(values) for key, values in FEW_OF_EACH.items()},
            "F1",
            "recall",
            shown="the same as arrays",
        ),
        tuning_case(
            "precision at the best F1, tensors",
            {
                "y_val": [1, 0, 1, 0, 0, 1, 0, 0],
                "scores_val": [2.5, 1.5, 1.0, 0.5, -0.5, -1.0, -1.5, -2.0],
                "y_test": [0, 1, 1, 0, 1, 0, 0],
                "scores_test": [1.75, 3.0, 1.0, 0.75, 0.25, -0.75, -1.25],
            },
            "F1",
            "precision",
            tensors=True,
            shown="tensors of logits",
        ),
        tuning_case(
            "F1 at the best precision",
            {**FEW_OF_EACH, "scores_val": [0.1, 0.65, 0.3, 0.2, 0.6, 0.05]},
            "precision",
            "F1",
            shown="other scores",
        ),
    ],
    draw=draw_tunings,
    call=ask_to_tune,
)
