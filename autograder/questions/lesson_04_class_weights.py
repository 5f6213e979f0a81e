"""The questions of lesson 04 on class weights: three schemes, and a loss that uses them."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograder.engine.question import Case, Question
from autograder.questions.draws import draw_labels, draw_sizes

COUNTS = [9000, 900, 100]


def counts_case(label: str, form: str, counts: Any, **options: Any) -> Case:
    """Make a case whose counts come as a list, an array or a tensor."""
    counts = np.asarray(counts)
    inputs = {"counts": counts.tolist() if form == "list" else counts}
    return Case(label, inputs, options, ("counts",) if form == "tensor" else ())


def draw_counts(rng: np.random.Generator, classes: int, empty: int = 0) -> np.ndarray:
    """Draw class sizes from 1 to about 20,000 of many magnitudes, some of them 0."""
    full = classes - empty
    magnitudes = rng.permutation(np.linspace(0.5, 4, full)) + rng.uniform(0, 0.3, full)
    counts = np.zeros(classes, dtype=np.int64)
    counts[rng.permutation(classes)[:full]] = np.round(10**magnitudes)
    return counts


def draw_schemes(rng: np.random.Generator) -> list[Case]:
    """Draw counts of 2 to 6 classes, half of the time with empty ones among them."""
    ends = np.concatenate([[0], draw_counts(rng, 2), [0]])
    return [
        counts_case("two classes", "list", draw_counts(rng, 2)),
        counts_case("four classes", "array", draw_counts(rng, 4)),
        counts_case("six classes", "tensor", draw_counts(rng, 6)),
        counts_case("an empty class among four", "array", draw_counts(rng, 4, empty=1)),
        counts_case("empty classes at both ends", "list", ends),
    ]


inverse_frequency = Question(
    name="inverse_frequency",
    points=2,
    public=[
        Case("three classes", {"counts": COUNTS}),
        Case("an array", {"counts": np.array([50, 150])}),
        Case("a class in between is empty", {"counts": [30, 0, 10, 8]}),
        Case("a tensor, and the last class is empty", {"counts": [2, 6, 0]}, tensors=("counts",)),
    ],
    draw=draw_schemes,
)

inverse_sqrt = Question(
    name="inverse_sqrt",
    points=1,
    public=[
        Case("three classes", {"counts": COUNTS}),
        Case("an array", {"counts": np.array([25, 100])}),
        Case("a class in between is empty", {"counts": [36, 0, 9, 4]}),
        Case("a tensor, and the last class is empty", {"counts": [4, 16, 0]}, tensors=("counts",)),
    ],
    draw=draw_schemes,
)


def draw_effective_numbers(rng: np.random.Generator) -> list[Case]:
    """Draw counts and a beta whose horizon 1 / (1 - beta) lies among them."""

    def beta(low: float, high: float) -> float:
        return float(round(1 - 10 ** -rng.uniform(low, high), 6))

    return [
        counts_case("two classes", "list", draw_counts(rng, 2), beta=beta(1, 2)),
        counts_case("four classes", "array", draw_counts(rng, 4), beta=beta(2, 3)),
        counts_case("six classes", "tensor", draw_counts(rng, 6), beta=beta(3, 4)),
        counts_case("an empty class", "list", draw_counts(rng, 4, empty=1), beta=beta(2, 4)),
        counts_case("beta as it stands", "array", draw_counts(rng, 3, empty=1)),
    ]


inverse_effective_number = Question(
    name="inverse_effective_number",
    points=2,
    public=[
        Case("three classes", {"counts": COUNTS}, {"beta": 0.999}),
        Case("beta as it stands", {"counts": np.array([20_000, 500])}),
        Case("a class in between is empty", {"counts": [30, 0, 10, 2]}, {"beta": 0.9}),
        Case("all samples alike", {"counts": [3, 5, 0]}, {"beta": 0}),
        Case("a tensor", {"counts": [4000, 40]}, {"beta": 0.99}, tensors=("counts",)),
    ],
    draw=draw_effective_numbers,
)


def batch_case(label: str, logits: Any, targets: Any, weights: Any, shown: str = "") -> Case:
    """Make a case of a batch and weights: float32 tensors, and int64 for the targets."""
    inputs = {
        "logits": np.asarray(logits, dtype=np.float32),
        "targets": np.asarray(targets, dtype=np.int64),
        "weights": np.asarray(weights, dtype=np.float32),
    }
    return Case(label, inputs, tensors=tuple(inputs), shown=shown)


def draw_batches(rng: np.random.Generator) -> list[Case]:
    """Draw batches in which the rare classes have the large weights, and some are very wrong."""

    def batch(sizes: Any, scale: float = 2.0) -> tuple[Any, Any, Any]:
        targets = draw_labels(rng, sizes)
        logits = rng.normal(scale=scale, size=(len(targets), len(sizes)))
        weights = len(targets) / (len(sizes) * np.maximum(sizes, 1)) * rng.uniform(0.5, 2)
        return logits, targets, weights * rng.uniform(0.7, 1.5, len(sizes))

    without = np.insert(draw_sizes(rng, 2, 2, 9), rng.integers(0, 3), 0)
    square = np.array([1, 3])[rng.permutation(2)]
    sure = batch(draw_sizes(rng, 3, 2, 8))
    sure[0][0, (sure[1][0] + 1) % 3] += 150
    return [
        batch_case("two classes", *batch(draw_sizes(rng, 2, 3, 20))),
        batch_case("five classes", *batch(draw_sizes(rng, 5, 1, 12))),
        batch_case("a class that is not in the batch", *batch(without)),
        batch_case("a small batch", *batch(square)),
        batch_case("a model that is very sure and wrong", *sure),
    ]


weighted_loss = Question(
    name="weighted_loss",
    points=3,
    public=[
        batch_case(
            "two samples, the model undecided on one",
            [[2, 0], [0, 0]],
            [0, 1],
            [1, 3],
            "weighted_loss(logits [[2, 0], [0, 0]], targets [0, 1], weights [1, 3])",
        ),
        batch_case(
            "four samples of three classes",
            [[2, 1, 0], [0, 1, 1], [1, 0, -1], [0, 0, 2]],
            [0, 1, 0, 2],
            [0.5, 2, 4],
            "weighted_loss(logits [[2, 1, 0], [0, 1, 1], [1, 0, -1], [0, 0, 2]], "
            "targets [0, 1, 0, 2], weights [0.5, 2, 4])",
        ),
        batch_case(
            "a batch of one sample",
            [[1, 0, 2]],
            [1],
            [1, 10, 100],
            "weighted_loss(logits [[1, 0, 2]], targets [1], weights [1, 10, 100])",
        ),
        batch_case(
            "a model that is very sure and wrong",
            [[0, 200], [1, 0], [3, 0], [1, 2]],
            [0, 0, 1, 1],
            [0.5, 2.5],
            "weighted_loss(logits [[0, 200], [1, 0], [3, 0], [1, 2]], targets [0, 0, 1, 1], "
            "weights [0.5, 2.5])",
        ),
    ],
    draw=draw_batches,
)
