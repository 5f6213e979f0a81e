"""The questions of lesson 02, measuring imbalance."""

from __future__ import annotations

import numpy as np

from autograder.engine.question import Case, Question, read_entry, read_value
from autograder.questions.draws import draw_labels, draw_sizes, labels_case


def draw_counts(rng: np.random.Generator) -> list[Case]:
    """Draw labels of 2 to 6 classes, some of them without samples."""
    hole = np.insert(draw_sizes(rng, 3), rng.integers(1, 3), 0)
    first = np.insert(draw_sizes(rng, 2), 0, 0)
    declared = draw_sizes(rng, 3)
    more = int(rng.integers(4, 7))
    return [
        labels_case("three classes", "list", {"labels": draw_labels(rng, draw_sizes(rng, 3))}),
        labels_case("a tensor", "tensor", {"labels": draw_labels(rng, draw_sizes(rng, 4))}),
        labels_case("small integers", "bytes", {"labels": draw_labels(rng, draw_sizes(rng, 6))}),
        labels_case("an array with a gap", "array", {"labels": draw_labels(rng, hole)}),
        labels_case("another list", "list", {"labels": draw_labels(rng, first)}),
        labels_case(
            "a tensor and num_classes",
            "tensor",
            {"labels": draw_labels(rng, declared)},
            num_classes=more,
        ),
        labels_case(
            "a list and num_classes",
            "list",
            {"labels": draw_labels(rng, declared)},
            num_classes=3,
        ),
    ]


class_counts = Question(
    name="class_counts",
    points=2,
    public=[
        Case("a list", {"labels": [1, 0, 1, 2, 1, 2]}),
        Case(
            "small integers, and a class in between is missing",
            {"labels": np.array([0, 3, 3, 1, 3, 1], dtype=np.uint8)},
            shown="class_counts(np.array([0, 3, 3, 1, 3, 1], dtype=np.uint8))",
        ),
        Case("a tensor", {"labels": [2, 0, 0, 1, 2, 2]}, tensors=("labels",)),
        Case("more classes than the labels show", {"labels": [0, 1, 1, 0, 0]}, {"num_classes": 4}),
    ],
    draw=draw_counts,
)


def draw_ratios(rng: np.random.Generator) -> list[Case]:
    """Draw labels with ratios from 1 up to a few hundred, and with empty classes."""
    extreme = [int(rng.integers(1, 4)), int(rng.integers(20, 60)), int(rng.integers(300, 900))]
    even = [int(rng.integers(2, 9))] * 3
    hole = np.insert(draw_sizes(rng, 3), rng.integers(1, 3), 0)
    declared = draw_sizes(rng, 3)
    return [
        labels_case("three classes", "list", {"labels": draw_labels(rng, extreme)}),
        labels_case("five classes", "array", {"labels": draw_labels(rng, draw_sizes(rng, 5, 2))}),
        labels_case("a tensor", "tensor", {"labels": draw_labels(rng, draw_sizes(rng, 4, 2))}),
        labels_case("small integers", "bytes", {"labels": draw_labels(rng, even)}),
        labels_case("a gap between the labels", "list", {"labels": draw_labels(rng, hole)}),
        labels_case(
            "an array and num_classes",
            "array",
            {"labels": draw_labels(rng, declared)},
            num_classes=4,
        ),
        labels_case(
            "a list and num_classes",
            "list",
            {"labels": draw_labels(rng, declared)},
            num_classes=3,
        ),
    ]


imbalance_ratio = Question(
    name="imbalance_ratio",
    points=2,
    public=[
        Case(
            "three classes, sorted",
            {"labels": [0] * 9000 + [1] * 900 + [2] * 100},
            shown="imbalance_ratio([0] * 9000 + [1] * 900 + [2] * 100)",
        ),
        Case("three classes, mixed", {"labels": np.array([2, 1, 0, 1, 1, 2, 1])}),
        Case("a tensor", {"labels": [1, 1, 0, 1, 0, 1, 0, 1, 1, 1]}, tensors=("labels",)),
        Case("a class in between is empty", {"labels": [0, 2, 0, 0]}),
        Case("a declared class is empty", {"labels": [0, 1, 1, 0, 1]}, {"num_classes": 3}),
    ],
    draw=draw_ratios,
)


def draw_severities(rng: np.random.Generator) -> list[Case]:
    """Draw a ratio of each band, and one on or close to each boundary."""
    ratios: list[float] = [int(rng.integers(1, 3))]
    ratios += [rng.uniform(low, high) for low, high in ((3.5, 9.5), (11, 95), (110, 5000))]
    sides = rng.integers(-1, 2, size=3) * rng.uniform(0.01, 0.4, size=3)
    ratios += (np.array([3, 10, 100]) + sides).tolist()
    rng.shuffle(ratios)
    return [Case("a drawn ratio", {"ratio": round(ratio, 3)}) for ratio in ratios]


severity = Question(
    name="severity",
    points=2,
    public=[Case("a ratio", {"ratio": r}) for r in (2.9, 5.0, 16.0, 3.0, 10.0, 100, float("inf"))],
    draw=draw_severities,
)

# The classes have [8000, 1500, 500] samples. "baseline" is the accuracy of always predicting the
# commonest class, "smallest_share" the share of the smallest class in all samples.
diagnosis = Question(
    name="diagnosis",
    points=2,
    public=[
        Case(f"the entry {key}", {"key": key}, shown=f'diagnosis["{key}"]')
        for key in ("ratio", "severity", "baseline", "smallest_share")
    ],
    call=read_entry,
)

# A clinic has records of 200 healthy and 20 ill patients. A national registry has 200,000 healthy
# and 20,000 ill. Both have an imbalance ratio of 10:1. What follows?
#   A. The illness is equally hard to learn from either: the ratio decides how well a rare class
#      can be learned.
#   B. The skew is the same, but the clinic has only 20 ill patients to learn from and to measure
#      with.
#   C. In both, 10% of the patients are ill, so always answering "healthy" is right for 90% of
#      them.
#   D. The registry is the more imbalanced of the two: it has 180,000 more healthy than ill
#      patients, the clinic only 180 more.
#   E. The clinic's imbalance is mild and the registry's is extreme, because severity grows with
#      the number of samples.
#   F. Always answering "healthy" scores higher on the registry, because it has a thousand times
#      as many healthy patients.
quick_check_ratio = Question(
    name="quick_check_ratio",
    points=1,
    public=[Case("the letter you chose")],
    call=read_value,
)
