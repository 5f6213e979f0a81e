"""The questions of lesson 07 on thresholds under a constraint, and on costs."""

from __future__ import annotations

import numpy as np

from autograder.engine.question import Case, Question
from autograder.questions.scored import draw_scored, rename, scored_case


def draw_screenings(rng: np.random.Generator) -> list[Case]:
    """Draw screenings, some of which need a recall that a threshold just reaches."""
    other, scores = draw_scored(rng, 30, 8)
    return [
        scored_case("a rare class", "list", *draw_scored(rng, 60, 10), 0.8),
        scored_case("exactly half of them", "array", *draw_scored(rng, 40, 8, shift=0.8), 0.5),
        scored_case("exactly three quarters", "list", *draw_scored(rng, 40, 12, shift=0.6), 0.75),
        scored_case("all of them", "tensor", *draw_scored(rng, 50, 6, ends=(-4.0, 3.0)), 1.0),
        scored_case("scores that tie", "array", *draw_scored(rng, 40, 10, levels=7), 0.65),
        scored_case("few of them will do", "array", *draw_scored(rng, 50, 20, shift=0.4), 0.1),
        scored_case(
            "another positive class",
            "tensor",
            rename(rng, other, (0, 1), 3),
            scores,
            0.6,
            positive=3,
        ),
    ]


precision_at_recall = Question(
    name="precision_at_recall",
    points=2,
    public=[
        Case(
            "four of five",
            {
                "y_true": [0, 1, 0, 1, 1, 0, 1, 0, 0, 1],
                "scores": [0.1, 0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.25, 0.2],
                "least": 0.75,
            },
        ),
        Case(
            "a lower threshold is more precise",
            {
                "y_true": np.array([1, 0, 0, 1, 1, 1, 0, 0]),
                "scores": np.array([0.95, 0.85, 0.8, 0.65, 0.6, 0.55, 0.3, 0.1]),
                "least": 0.5,
            },
        ),
        Case(
            "exactly half, and scores that tie",
            {
                "y_true": [1, 1, 0, 0, 0, 0, 1, 0, 1, 0],
                "scores": [0.8, 0.9, 0.3, 0.8, 0.3, 0.1, 0.3, 0.2, 0.3, 0.05],
                "least": 0.5,
            },
            tensors=("y_true", "scores"),
        ),
        Case(
            "all of them, logits, and another positive class",
            {
                "y_true": [0, 2, 1, 2, 1, 0, 2, 1],
                "scores": [-3.5, 1.25, -1.0, 0.5, 0.75, -2.0, -0.5, -4.0],
                "least": 1.0,
            },
            {"positive": 2},
        ),
    ],
    draw=draw_screenings,
)


def draw_costs(rng: np.random.Generator) -> list[Case]:
    """Draw pairs of costs: either may be the larger."""
    cheap, dear = rng.integers(1, 10, 4).tolist(), rng.integers(20, 500, 4).tolist()
    pairs = [
        (cheap[0], dear[0]),
        (dear[1], cheap[1]),
        (round(cheap[2] / 7, 3), cheap[3]),
        (dear[2], dear[3] + 500),
    ]
    return [
        Case("two drawn costs", {"cost_fp": cost_fp, "cost_fn": cost_fn})
        for cost_fp, cost_fn in pairs
    ]


cost_threshold = Question(
    name="cost_threshold",
    points=1,
    public=[
        Case("two costs", {"cost_fp": cost_fp, "cost_fn": cost_fn})
        for cost_fp, cost_fn in ((5, 200), (1, 9), (30, 10), (2.5, 2.5))
    ],
    draw=draw_costs,
)


def draw_cost_searches(rng: np.random.Generator) -> list[Case]:
    """Draw searches, also where it is cheapest to flag nobody, or everybody."""
    other, scores = draw_scored(rng, 30, 8)
    cost = int(rng.integers(4, 9))
    return [
        scored_case("misses are dear", "list", *draw_scored(rng, 60, 8), 1, 4 * cost),
        scored_case("scores that tie", "array", *draw_scored(rng, 40, 10, levels=8), 2, 2 * cost),
        scored_case(
            "a tensor of logits", "tensor", *draw_scored(rng, 50, 8, ends=(-4, 3)), 1, cost
        ),
        scored_case("false alarms are dear", "array", *draw_scored(rng, 50, 8, 0.5), 30 * cost, 1),
        scored_case("misses are very dear", "list", *draw_scored(rng, 20, 9, 0.2), 1, 300),
        scored_case("small scores", "array", *draw_scored(rng, 60, 7, ends=(0, 0.09)), 1.5, cost),
        scored_case(
            "another positive class",
            "bytes",
            rename(rng, other, (0, 1), 2),
            scores,
            1,
            cost,
            positive=2,
        ),
    ]


FEW = {
    "y_true": [0, 0, 1, 0, 1, 0, 0, 1, 0, 0],
    "scores": [0.02, 0.11, 0.21, 0.27, 0.34, 0.41, 0.07, 0.62, 0.72, 0.04],
}

best_cost_threshold = Question(
    name="best_cost_threshold",
    points=2,
    public=[
        Case("a miss costs as much as four false alarms", {**FEW, "cost_fp": 5, "cost_fn": 20}),
        Case(
            "a false alarm costs as much as six misses",
            {key: np.array(values) for key, values in FEW.items()} | {"cost_fp": 60, "cost_fn": 10},
            shown="best_cost_threshold(the same as arrays, 60, 10)",
        ),
        Case(
            "scores that tie",
            {
                "y_true": [1, 0, 0, 1, 0, 1, 0, 0],
                "scores": [0.8, 0.8, 0.8, 0.45, 0.45, 0.8, 0.2, 0.8],
                "cost_fp": 1,
                "cost_fn": 1.5,
            },
            tensors=("y_true", "scores"),
        ),
        Case(
            "logits, and another positive class",
            {
                "y_true": [0, 2, 1, 2, 1, 0, 2, 1],
                "scores": [-3.5, 1.25, -1.0, 0.5, 0.75, -2.0, -0.5, -4.0],
                "cost_fp": 1,
                "cost_fn": 3,
            },
            {"positive": 2},
        ),
    ],
    draw=draw_cost_searches,
)
