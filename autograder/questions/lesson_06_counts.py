"""The questions of lesson 06 that begin with four counts: three shares, and F-beta."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograder.engine.question import Case, Question
from autograder.questions.draws import draw_sizes, labels_case

# TP 4, FP 1, FN 3, TN 5: no two of them are equal, and so no two metrics are.
FEW = {
    "y_true": [1, 0, 1, 1, 0, 1, 0, 1, 0, 0, 1, 1, 0],
    "y_pred": [1, 0, 0, 1, 1, 0, 0, 1, 0, 0, 1, 0, 0],
}

# For class 2: TP 3, FP 3, FN 1, TN 2. One of the negatives is taken for another negative class.
THREE = {
    "y_true": np.array([2, 0, 1, 2, 2, 1, 0, 2, 1]),
    "y_pred": np.array([2, 2, 1, 0, 2, 2, 1, 2, 2]),
}

# For class 0: TP 4, FP 3, FN 1, TN 1.
ZERO = {"y_true": [0, 1, 0, 0, 1, 1, 0, 0, 1], "y_pred": [0, 0, 0, 1, 0, 1, 0, 0, 0]}

NO_ALARMS = {"y_true": [0, 1, 0, 0, 1], "y_pred": [0, 0, 0, 0, 0]}
NO_POSITIVES = {"y_true": [0, 0, 0, 0], "y_pred": [0, 1, 0, 0]}
NO_NEGATIVES = {"y_true": [1, 1, 1, 1], "y_pred": [0, 1, 1, 1]}
NOTHING_AT_ALL = {"y_true": [0, 0, 0, 0], "y_pred": [0, 0, 0, 0]}
NOTHING_FOUND = {"y_true": np.array([1, 0, 1, 0, 0]), "y_pred": np.array([0, 1, 0, 0, 0])}

COMMON = [
    Case("two classes", FEW),
    Case("three classes, and class 2 is positive", THREE, {"positive": 2}),
    Case("tensors, and class 0 is positive", ZERO, {"positive": 0}, tensors=("y_true", "y_pred")),
]


def draw_answers(
    rng: np.random.Generator, positive: int = 1, classes: int = 2, without: tuple[str, ...] = ()
) -> dict[str, np.ndarray]:
    """Draw labels and answers of which no two of TP, FP, FN and TN are equally many.

    Negatives are of any other class, and so are the answers that are not an alarm. Kinds of answers
    named in `without` do not occur.
    """
    counts = dict(zip(("tp", "fp", "fn", "tn"), draw_sizes(rng, 4, 2, 17).tolist(), strict=True))
    counts |= dict.fromkeys(without, 0)
    others = np.setdiff1d(np.arange(classes), [positive])
    sizes = list(counts.values())
    is_positive = np.repeat([True, False, True, False], sizes)
    is_flagged = np.repeat([True, True, False, False], sizes)
    order = rng.permutation(sum(sizes))
    true = np.where(is_positive, positive, rng.choice(others, sum(sizes)))
    flagged = np.where(is_flagged, positive, rng.choice(others, sum(sizes)))
    return {"y_true": true[order], "y_pred": flagged[order]}


def draw_common(rng: np.random.Generator, **options: Any) -> list[Case]:
    """Draw cases in each form that labels come in, with another positive class in three."""
    two, long, four, zero, last = (
        draw_answers(rng, positive, classes)
        for positive, classes in ((1, 2), (1, 2), (3, 4), (0, 3), (2, 3))
    )
    return [
        labels_case("two classes", "list", two, **options),
        labels_case("arrays", "array", long, **options),
        labels_case("small integers, four classes", "bytes", four, positive=3, **options),
        labels_case("tensors, and class 0 is positive", "tensor", zero, positive=0, **options),
        labels_case("a list of three classes", "list", last, positive=2, **options),
    ]


def draw_precisions(rng: np.random.Generator) -> list[Case]:
    """Draw answers; in one case there are no alarms."""
    silent = draw_answers(rng, without=("tp", "fp"))
    return [*draw_common(rng), labels_case("no alarms", "array", silent)]


precision = Question(
    name="precision",
    points=1,
    public=[*COMMON, Case("no alarms", NO_ALARMS)],
    draw=draw_precisions,
)


def draw_recalls(rng: np.random.Generator) -> list[Case]:
    """Draw answers; in one case there are no positives."""
    healthy = draw_answers(rng, without=("tp", "fn"))
    return [*draw_common(rng), labels_case("no positives", "array", healthy)]


recall = Question(
    name="recall",
    points=1,
    public=[*COMMON, Case("no positives", NO_POSITIVES)],
    draw=draw_recalls,
)


def draw_specificities(rng: np.random.Generator) -> list[Case]:
    """Draw answers; in one case there are no negatives."""
    ill = draw_answers(rng, without=("fp", "tn"))
    return [*draw_common(rng), labels_case("no negatives", "array", ill)]


specificity = Question(
    name="specificity",
    points=1,
    public=[*COMMON, Case("no negatives", NO_NEGATIVES)],
    draw=draw_specificities,
)


def draw_f_scores(rng: np.random.Generator) -> list[Case]:
    """Draw answers and a beta; in two cases nothing was found, or there was nothing to find."""
    beta = float(rng.choice([0.25, 0.5, 1.5, 3.0]))
    common = draw_common(rng)
    missed = draw_answers(rng, without=("tp",))
    return [
        *common[:4],
        labels_case("a list and beta", "list", draw_answers(rng), beta=beta),
        labels_case("arrays and beta", "array", draw_answers(rng, 2, 3), beta=2.0, positive=2),
        labels_case("all were missed", "array", missed),
    ]


f_score = Question(
    name="f_score",
    points=1,
    public=[
        *COMMON,
        Case("recall counts twice as much", FEW, {"beta": 2.0}),
        Case("nothing was found", NOTHING_FOUND),
        Case("nothing to find, and no alarms", NOTHING_AT_ALL),
    ],
    draw=draw_f_scores,
)
