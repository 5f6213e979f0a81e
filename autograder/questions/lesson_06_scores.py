"""The questions of lesson 06 about all classes at once, and about the order of scores."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograder.engine.question import Case, Question
from autograder.questions.draws import Form, draw_labels, draw_sizes, labels_case


def draw_recognised(
    rng: np.random.Generator, sizes: Any, answers: int | None = None
) -> dict[str, np.ndarray]:
    """Draw labels of given class sizes, and answers that are right in another share of each class.

    In the first class that has samples, and in the last, some answers are right and some wrong.
    """
    true = draw_labels(rng, sizes)
    classes = answers or len(sizes)
    share = rng.uniform(0.2, 0.9, size=classes)
    guess = (true + rng.integers(1, classes, len(true))) % classes
    predicted = np.where(rng.random(len(true)) < share[true], true, guess)
    for c in (true.min(), true.max()):
        first, second = np.flatnonzero(true == c)[:2]
        predicted[first], predicted[second] = c, (c + 1) % classes
    return {"y_true": true, "y_pred": predicted}


def draw_balanced(rng: np.random.Generator) -> list[Case]:
    """Draw answers for 2 to 6 classes, some of which do not occur, or only as an answer."""
    hole = np.insert(draw_sizes(rng, 3, 3), rng.integers(1, 3), 0)
    two = [int(rng.integers(30, 60)), int(rng.integers(3, 9))]
    return [
        labels_case("two classes", "list", draw_recognised(rng, two)),
        labels_case("five classes", "array", draw_recognised(rng, draw_sizes(rng, 5, 3))),
        labels_case("tensors", "tensor", draw_recognised(rng, draw_sizes(rng, 3, 3))),
        labels_case("small integers", "bytes", draw_recognised(rng, draw_sizes(rng, 6, 3))),
        labels_case("a class without samples", "list", draw_recognised(rng, hole)),
        labels_case(
            "classes that are only predicted",
            "array",
            draw_recognised(rng, draw_sizes(rng, 3, 3), answers=5),
        ),
    ]


balanced_accuracy = Question(
    name="balanced_accuracy",
    points=2,
    public=[
        Case(
            "always the common class",
            {"y_true": [0] * 990 + [1] * 10, "y_pred": [0] * 1000},
            shown="balanced_accuracy([0] * 990 + [1] * 10, [0] * 1000)",
        ),
        Case(
            "three classes",
            {
                "y_true": np.array([0, 0, 0, 0, 0, 1, 1, 1, 2, 2]),
                "y_pred": np.array([0, 0, 0, 0, 1, 1, 0, 2, 2, 1]),
            },
        ),
        Case(
            "tensors, sizes reversed",
            {"y_true": [1, 1, 0, 1, 1, 1, 0], "y_pred": [1, 1, 0, 0, 1, 1, 1]},
            tensors=("y_true", "y_pred"),
        ),
        Case(
            "class 2 is only predicted, class 3 never occurs",
            {"y_true": [0, 0, 1, 1, 1, 4], "y_pred": [0, 2, 1, 1, 0, 4]},
        ),
    ],
    draw=draw_balanced,
)


def draw_scores(
    rng: np.random.Generator, positives: int, negatives: int, step: float = 0.0, positive: int = 1
) -> dict[str, Any]:
    """Draw labels, and scores that know something; a step rounds them, so that many are equal.

    With a step, samples of both kinds share their highest score, so that ties always matter.
    """
    labels = draw_labels(rng, [negatives, positives])
    scores = rng.normal(size=len(labels)) + 1.2 * labels
    if step:
        scores = np.round(scores / step) * step
        for kind in (0, 1):
            scores[rng.choice(np.flatnonzero(labels == kind), 2, replace=False)] = 3 * step
    others = np.setdiff1d(np.arange(3), [positive])
    true = np.where(labels == 1, positive, others[rng.integers(0, 2, len(labels))])
    if positive == 1:
        true = labels
    return {"y_true": true, "scores": np.round(scores, 8)}


def scores_case(label: str, form: Form, drawn: dict[str, Any], **options: Any) -> Case:
    """Make a case whose labels and scores come in the same form."""
    scores = drawn["scores"]
    labels = labels_case(label, form, {"y_true": drawn["y_true"]}).inputs["y_true"]
    inputs = {"y_true": labels, "scores": scores.tolist() if form == "list" else scores}
    return Case(label, inputs, options, tuple(inputs) if form == "tensor" else ())


def draw_rankings(rng: np.random.Generator) -> list[Case]:
    """Draw scores, most of them with ties, and one constant."""
    constant = draw_scores(rng, *draw_sizes(rng, 2, 3, 15).tolist())
    constant["scores"] = np.full(len(constant["y_true"]), round(rng.uniform(0, 1), 2))
    zero, three = (int(rng.integers(8, 15)) for _ in range(2))
    return [
        scores_case("distinct scores", "array", draw_scores(rng, 8, 40)),
        scores_case("a short list", "list", draw_scores(rng, 4, 9)),
        scores_case("many equal scores", "array", draw_scores(rng, 9, 45, 1.0)),
        scores_case("tensors with equal scores", "tensor", draw_scores(rng, 7, 25, 0.5)),
        scores_case("class 0 is positive", "list", draw_scores(rng, zero, 25, 0.5, 0), positive=0),
        scores_case("class 2 is positive", "bytes", draw_scores(rng, three, 30, 0, 2), positive=2),
        scores_case("the same score for all", "array", constant),
    ]


average_precision = Question(
    name="average_precision",
    points=3,
    public=[
        Case(
            "distinct scores",
            {
                "y_true": [0, 1, 0, 1, 0, 0, 1, 0],
                "scores": [0.1, 0.9, 0.7, 0.6, 0.2, 0.5, 0.3, 0.4],
            },
        ),
        Case(
            "the same score for all",
            {"y_true": [0] * 90 + [1] * 10, "scores": [0.5] * 100},
            shown="average_precision([0] * 90 + [1] * 10, [0.5] * 100)",
        ),
        Case(
            "equal scores",
            {
                "y_true": np.array([1, 0, 1, 1, 0, 1, 0, 0]),
                "scores": np.array([0.8, 0.8, 0.3, 0.3, 0.3, 0.6, 0.1, 0.6]),
            },
        ),
        Case(
            "logits as tensors",
            {
                "y_true": [0, 1, 0, 0, 1, 0],
                "scores": [2.0, 1.5, -3.0, 0.5, -1.0, -1.0],
            },
            tensors=("y_true", "scores"),
        ),
        Case(
            "class 2 is positive",
            {"y_true": [2, 0, 1, 2, 1, 0, 2], "scores": [0.7, 0.9, 0.2, 0.4, 0.4, 0.1, 0.8]},
            {"positive": 2},
        ),
    ],
    draw=draw_rankings,
)
