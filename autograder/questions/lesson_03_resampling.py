"""The questions of lesson 03 on choosing samples: weights, samplers, undersampling."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from autograder.engine.question import Case, Question, read_value
from autograder.questions.draws import Form, draw_labels, draw_sizes, labels_case
from autograder.questions.seeded import ask_for_epochs, ask_with_seeds

DRAWS = 2000
"""Drawn in all for one case: shares are then known to within 0.02, give or take."""


def draw_weighed(rng: np.random.Generator) -> list[Case]:
    """Draw labels of 2 to 6 classes of unequal sizes, some class numbers without samples."""

    def case(label: str, form: Form, sizes: Any) -> Case:
        return labels_case(label, form, {"labels": draw_labels(rng, sizes)})

    bytes_tensor = draw_labels(rng, draw_sizes(rng, 3)).astype(np.uint8)
    hole = np.insert(draw_sizes(rng, 3), rng.integers(1, 3), 0)
    extreme = [int(rng.integers(2, 4)), int(rng.integers(200, 400)), int(rng.integers(20, 60))]
    return [
        case("two classes", "list", draw_sizes(rng, 2, 2)),
        case("three classes", "list", draw_sizes(rng, 3, 2)),
        case("an array", "array", draw_sizes(rng, 6, 2)),
        case("small integers with a gap", "bytes", hole),
        case("a tensor without class 0", "tensor", np.insert(draw_sizes(rng, 2, 2), 0, 0)),
        case("a long tensor", "tensor", extreme),
        Case("a tensor of small integers", {"labels": bytes_tensor}, tensors=("labels",)),
    ]


sample_weights = Question(
    name="sample_weights",
    points=2,
    public=[
        Case("a list", {"labels": [0, 0, 0, 0, 1]}),
        Case("three classes, mixed", {"labels": [1, 0, 1, 2, 1, 2]}),
        Case(
            "small integers, and a class in between is missing",
            {"labels": np.array([0, 3, 3, 1, 3, 1, 3], dtype=np.uint8)},
            shown="sample_weights(np.array([0, 3, 3, 1, 3, 1, 3], dtype=np.uint8))",
        ),
        Case("a tensor", {"labels": [2, 0, 0, 1, 2, 2, 2]}, tensors=("labels",)),
        Case(
            "a tensor of small integers",
            {"labels": np.array([1, 0, 1, 1, 2], dtype=np.uint8)},
            tensors=("labels",),
            shown="sample_weights(torch.tensor([1, 0, 1, 1, 2], dtype=torch.uint8))",
        ),
    ],
    draw=draw_weighed,
)


def sampler_case(
    label: str, form: Form, labels: Any, call: str = "", seed: int | None = None, **options: Any
) -> Case:
    """Make a case of so many epochs that `DRAWS` samples are drawn in all."""
    labels = np.asarray(labels)
    size = options.get("num_samples") or len(labels)
    epochs = math.ceil(DRAWS / size)
    drawn = f"{epochs} epochs"
    if options.get("again"):
        drawn += ", again from the same seed, and then from another"
    shown = f"create_balanced_sampler({call}): {drawn}" if call else ""
    case = labels_case(label, form, {"labels": labels}, epochs=epochs, seed=seed, **options)
    return Case(case.label, case.inputs, case.options, case.tensors, shown=shown)


def draw_samplers(rng: np.random.Generator) -> list[Case]:
    """Draw labels of unequal classes, and what else a sampler may be told."""

    def labels(classes: int, low: int, high: int) -> np.ndarray:
        return draw_labels(rng, draw_sizes(rng, classes, low, high))

    def seed() -> int:
        return int(rng.integers(2**31))

    skewed = draw_labels(rng, [int(rng.integers(30, 41)), int(rng.integers(3, 9))])
    four = draw_labels(rng, [3, *rng.integers(5, 9, size=2), int(rng.integers(18, 23))])
    hole = draw_labels(rng, [int(rng.integers(3, 7)), 0, int(rng.integers(20, 31))])
    few, many = int(rng.integers(8, 16)), int(rng.integers(90, 120))
    apart = draw_labels(rng, [int(rng.integers(32, 41)), int(rng.integers(18, 25))])
    return [
        sampler_case("two classes", "list", skewed),
        sampler_case("four classes and a generator", "array", four, seed=seed()),
        sampler_case("small integers with a gap", "bytes", hole, seed=seed()),
        sampler_case("fewer draws", "tensor", labels(3, 6, 30), num_samples=few, seed=seed()),
        sampler_case("more draws", "array", skewed[::-1], num_samples=many),
        sampler_case("no sample twice", "list", apart, num_samples=8, replacement=False),
        sampler_case("two samplers", "tensor", labels(2, 5, 30), seed=seed(), again=True),
    ]


create_balanced_sampler = Question(
    name="create_balanced_sampler",
    points=2,
    public=[
        sampler_case("nine to one", "list", [0] * 27 + [1] * 3, "[0] * 27 + [1] * 3"),
        sampler_case(
            "small integers, mixed, and a generator",
            "bytes",
            [2, 0] * 4 + [0] * 16 + [1, 0, 0, 0] * 3,
            "an array of 29 zeros, 3 ones and 4 twos, generator=generator",
            seed=0,
        ),
        sampler_case(
            "fewer draws",
            "tensor",
            [1] * 20 + [0] * 4,
            "tensor([1] * 20 + [0] * 4), num_samples=10",
            num_samples=10,
        ),
        sampler_case(
            "no sample twice",
            "list",
            [0] * 40 + [1] * 20,
            "[0] * 40 + [1] * 20, num_samples=8, replacement=False",
            num_samples=8,
            replacement=False,
        ),
        sampler_case(
            "the same generator, another global seed, and another generator",
            "list",
            [0] * 15 + [1] * 5,
            "[0] * 15 + [1] * 5, generator=generator",
            seed=1,
            again=True,
        ),
    ],
    draw=draw_samplers,
    call=ask_for_epochs,
)


def draw_undersampled(rng: np.random.Generator) -> list[Case]:
    """Draw labels of unequal classes, in random order and sorted by class."""

    def mixed(*ends: tuple[int, int]) -> np.ndarray:
        return draw_labels(rng, [int(rng.integers(low, high)) for low, high in ends])

    def seed() -> int:
        return int(rng.integers(2**31))

    two, three = mixed((60, 90), (25, 30)), mixed((12, 16), (40, 60), (20, 30))
    hole = mixed((30, 40), (0, 1), (12, 16), (20, 25))
    first, second = seed(), seed()
    return [
        labels_case("two classes", "list", {"labels": two}, seed=seed()),
        labels_case("three classes", "array", {"labels": three}),
        labels_case("sorted by class", "list", {"labels": np.sort(three)}, seed=seed()),
        labels_case("small integers with a gap", "bytes", {"labels": hole}, seed=seed()),
        labels_case(
            "the smallest class is the first", "tensor", {"labels": mixed((3, 5), (9, 20))}
        ),
        labels_case("three seeds", "tensor", {"labels": three}, seeds=[first, first, second]),
    ]


undersampled_indices = Question(
    name="undersampled_indices",
    points=2,
    public=[
        Case("a short list", {"labels": [0, 0, 0, 1, 0, 1]}, {"seed": 0}),
        Case(
            "three classes, sorted",
            {"labels": [0] * 40 + [1] * 12 + [2] * 20},
            shown="undersampled_indices([0] * 40 + [1] * 12 + [2] * 20)",
        ),
        Case(
            "small integers, mixed, and class 1 is missing",
            {"labels": np.tile([3, 2, 3, 0, 3, 2], 10).astype(np.uint8)},
            {"seed": 1},
            shown="undersampled_indices(np.tile([3, 2, 3, 0, 3, 2], 10).astype(np.uint8), seed=1)",
        ),
        Case(
            "the same seed twice, then another",
            {"labels": [1, 0, 1, 1] * 25},
            {"seeds": [7, 7, 8]},
            tensors=("labels",),
            shown="undersampled_indices(tensor([1, 0, 1, 1] * 25), seed=7), again, then seed=8",
        ),
    ],
    draw=draw_undersampled,
    call=ask_with_seeds,
)

# A training set has 900 samples of class 0 and 100 of class 1. One epoch of
# WeightedRandomSampler(sample_weights(labels), num_samples=1000), with replacement, is drawn from
# it. What will it hold?
#   A. Exactly 500 samples of each class, and so every batch of 32 exactly 16 of each.
#   B. All 900 common samples once, and each rare one nine times: 1800 draws.
#   C. About 500 of each class: most of the rare samples several times, and fewer than half of the
#      common ones.
#   D. All 1000 samples, in an order in which the rare ones come first.
#   E. 100 samples of each class, none of them twice.
#   F. About 900 common and 100 rare ones: the weights change the loss, and not what is drawn.
quick_check_sampler = Question(
    name="quick_check_sampler",
    points=1,
    public=[Case("the letter you chose")],
    call=read_value,
)
