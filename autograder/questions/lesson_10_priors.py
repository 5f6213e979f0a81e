"""The questions of lesson 10 on class shares that differ between training and the world."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograder.engine.question import Case, Question


def prior_case(
    label: str, form: str, probabilities: np.ndarray, trained: float, true: float
) -> Case:
    """Make a case of probabilities, as a list, an array or a tensor, and two shares."""
    values = np.round(probabilities, 4)
    return Case(
        label,
        {
            "probabilities": values.tolist() if form == "list" else values,
            "trained_share": round(float(trained), 4),
            "true_share": round(float(true), 4),
        },
        tensors=("probabilities",) if form == "tensor" else (),
    )


def draw_priors(rng: np.random.Generator) -> list[Case]:
    """Draw probabilities, also certain ones, and shares that fall or rise."""
    few, more = rng.uniform(0.005, 0.08, 2), rng.uniform(0.2, 0.45, 2)
    certain = rng.permutation(np.append(rng.uniform(0.1, 0.9, 3), [0, 1]))
    return [
        prior_case("balanced training", "list", rng.uniform(0.05, 0.95, 5), 0.5, few[0]),
        prior_case("a share between", "array", rng.uniform(0.1, 0.98, 6), more[0], few[1]),
        prior_case("a tensor", "tensor", rng.uniform(0.02, 0.9, 4), more[1], few[0]),
        prior_case("a share that rises", "array", rng.uniform(0.01, 0.6, 5), few[1], more[0]),
        prior_case("most were positive", "list", rng.uniform(0.4, 0.98, 4), 1 - more[1], few[1]),
        prior_case("certain answers among others", "array", certain, more[0], few[0]),
    ]


correct_prior = Question(
    name="correct_prior",
    points=2,
    public=[
        Case(
            "balanced training, one in a hundred",
            {"probabilities": [0.5, 0.9, 0.99], "trained_share": 0.5, "true_share": 0.01},
        ),
        Case(
            "undersampled to one in five",
            {"probabilities": [0.2, 0.6, 0.05], "trained_share": 0.2, "true_share": 0.04},
            tensors=("probabilities",),
        ),
        Case(
            "a share that rises",
            {"probabilities": np.array([0.02, 0.5]), "trained_share": 0.02, "true_share": 0.1},
        ),
        Case(
            "certain answers",
            {"probabilities": np.array([0.0, 0.75, 1.0]), "trained_share": 0.5, "true_share": 0.1},
        ),
    ],
    draw=draw_priors,
)


def logits_case(label: str, form: str, logits: np.ndarray, shares: Any, **options: Any) -> Case:
    """Make a case of logits, as a list, an array or a tensor, and class shares or counts."""
    values = np.round(logits, 3)
    return Case(
        label,
        {"logits": values.tolist() if form == "list" else values, "shares": shares},
        options,
        tensors=("logits",) if form == "tensor" else (),
    )


def draw_adjustments(rng: np.random.Generator) -> list[Case]:
    """Draw logits of several classes, shares and counts in any order, and taus."""

    def counts(classes: int) -> np.ndarray:
        sizes = np.round(np.geomspace(rng.integers(2000, 9000), rng.integers(5, 40), classes))
        return rng.permutation(sizes.astype(int))

    def logits(samples: int, classes: int) -> np.ndarray:
        return rng.normal(0, 2, size=(samples, classes))

    sizes = counts(4)
    taus = np.round(rng.uniform([0.2, 1.3], [0.8, 2.5]), 2).tolist()
    return [
        logits_case("two classes", "list", logits(4, 2), counts(2).tolist()),
        logits_case("shares", "array", logits(3, 4), np.round(sizes / sizes.sum(), 5)),
        logits_case("five classes", "tensor", logits(6, 5), counts(5)),
        logits_case("a part of it", "array", logits(5, 3), counts(3), tau=taus[0]),
        logits_case("more than all of it", "list", logits(2, 4), counts(4).tolist(), tau=taus[1]),
    ]


adjust_logits = Question(
    name="adjust_logits",
    points=2,
    public=[
        Case(
            "two classes", {"logits": [[2.0, 0.0], [3.0, -1.0], [0.5, 0.5]], "shares": [0.9, 0.1]}
        ),
        Case(
            "three classes, with counts",
            {
                "logits": np.array([[1.0, 2.0, 0.5], [0.0, -1.0, 3.0]]),
                "shares": np.array([1500, 8000, 500]),
            },
        ),
        Case(
            "half of it",
            {"logits": [[4.0, 1.0], [0.0, 1.0], [-2.0, 2.0]], "shares": [0.99, 0.01]},
            {"tau": 0.5},
            tensors=("logits",),
        ),
        Case(
            "twice as much",
            {"logits": [[1.0, 0.0, -1.0], [0.2, 0.4, 0.6]], "shares": [0.6, 0.1, 0.3]},
            {"tau": 2.0},
        ),
    ],
    draw=draw_adjustments,
)
