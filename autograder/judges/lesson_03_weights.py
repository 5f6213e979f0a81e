"""The judge of the sample weights in lesson 03."""

from __future__ import annotations

from collections import Counter
from fractions import Fraction
from typing import Any

import numpy as np

from autograder.engine.judge import Judge, Misconception
from autograder.judges.labels import as_list


def sizes(labels: Any) -> list[int]:
    """Give the size of each sample's class."""
    counts = Counter(as_list(labels))
    return [counts[label] for label in as_list(labels)]


def expected_weights(labels: Any) -> np.ndarray:
    """Divide as fractions."""
    return np.array([float(Fraction(1, size)) for size in sizes(labels)])


def proportions(weights: Any, labels: Any) -> np.ndarray:
    """Read what a sampler reads: weights above 0 count in proportion to their sum."""
    weights = np.asarray(weights, dtype=np.float64)
    if weights.ndim != 1 or not (np.isfinite(weights) & (weights > 0)).all():
        raise ValueError("weights: expected numbers above 0, one a sample")
    shares: np.ndarray = weights / weights.sum()
    return shares


def class_totals(labels: Any) -> np.ndarray:
    """Count as `np.bincount` does, zeros included."""
    return np.bincount(as_list(labels))


def masked(labels: Any) -> np.ndarray:
    """Index a tensor of weights by labels as they come."""
    import torch

    labels = torch.as_tensor(labels)
    weights: np.ndarray = (1 / torch.bincount(labels))[labels].numpy()
    return weights


def weight_of_present(labels: Any) -> np.ndarray:
    """Look weights up in a table of the classes that are present."""
    present = np.unique(as_list(labels), return_counts=True)[1]
    table: np.ndarray = (1 / present)[as_list(labels)]
    return table


def over_the_table(labels: Any) -> list[Any]:
    """Take the class sizes for class numbers."""
    table = class_totals(labels)
    with np.errstate(divide="ignore"):
        return [1 / table[size] for size in table]


def by_class_order(labels: Any) -> np.ndarray:
    """List the weights class after class."""
    return expected_weights(sorted(as_list(labels)))


def swapped(labels: Any) -> np.ndarray:
    """Give each class the size of the one at the mirrored place."""
    mirrored: np.ndarray = class_totals(labels)[::-1][as_list(labels)]
    return mirrored.astype(float)


def whole_weights(labels: Any) -> np.ndarray:
    """Divide the largest class by each, and keep whole numbers."""
    return np.array([max(sizes(labels)) // size for size in sizes(labels)])


def of_others(labels: Any) -> np.ndarray:
    """Subtract the class's share from 1."""
    return np.array([1 - size / len(labels) for size in sizes(labels)])


sample_weights = Judge(
    name="sample_weights",
    expected=expected_weights,
    reading=proportions,
    misconceptions=[
        Misconception(
            "gives one weight for each class",
            "`WeightedRandomSampler` wants one weight for each *sample*, and would take yours for "
            "those of the first few. Look up the weight of each sample's class.",
            lambda labels: 1 / np.maximum(class_totals(labels), 1),
        ),
        Misconception(
            "gives samples of large classes the large weights",
            "A large weight means: drawn often. A class with nine times the samples needs a "
            "ninth of the weight for each, so the count belongs below the line.",
            lambda labels: np.array(sizes(labels), dtype=float),
        ),
        Misconception(
            "gives every sample the same weight",
            "Equal weights draw the classes as unequal as they are. The weight must depend on the "
            "size of the class that a sample belongs to.",
            lambda labels: np.full(len(labels), 1 / len(labels)),
        ),
        Misconception(
            "takes the square root of the class sizes",
            "A root goes half of the way: a class with 9 times the samples still comes 3 times as "
            "often. Add up the weights of each class: they should all be the same.",
            lambda labels: 1 / np.sqrt(sizes(labels)),
        ),
        Misconception(
            "corrects twice, by dividing by the class size two times",
            "Add up the weights of each class: the total of the rare one now exceeds the others. "
            "One division by the class size makes the totals equal.",
            lambda labels: expected_weights(labels) ** 2,
        ),
        Misconception(
            "subtracts the share of the class from 1",
            "That happens to balance two classes, and fails with three: add up the weights of "
            "each class to see it. Divide by the class size instead.",
            of_others,
        ),
        Misconception(
            "swaps the class sizes instead of dividing by them",
            "With two classes, the size of the other one is a good weight. With more there is no "
            "such other one: which operation makes large things small for any number of classes?",
            swapped,
        ),
        Misconception(
            "lists the weights class after class",
            "Weight i belongs to sample i, and the samples come in any order. Index the table of "
            "class weights with the labels themselves.",
            by_class_order,
        ),
        Misconception(
            "looks the weights up in a table that skips missing classes",
            "`np.unique` and `Counter` list only classes that they meet, so with the labels 0 and "
            "3, class 3 is in the second place. `class_counts` leaves a place for each class.",
            weight_of_present,
        ),
        Misconception(
            "goes through the class sizes, not through the labels",
            "`class_counts` is a table: place c holds the size of class c. Look it up once for "
            "each label; a size is no class number, and there are as many weights as labels.",
            over_the_table,
        ),
        Misconception(
            "takes a tensor of bytes for a mask",
            "As an index, a `uint8` tensor means keep or leave out, as lesson 2 showed. Turn "
            "labels into whole numbers first: `as_labels`, or `.long()`.",
            masked,
        ),
        Misconception(
            "rounds the weights down to whole numbers",
            "5 samples against 2 make a weight of 2.5, and one of 0 is never drawn at all. Look "
            "for `//` or `int` in your code.",
            whole_weights,
        ),
        Misconception(
            "adds 1 to the class sizes before it divides",
            "A sample's class has at least that sample, so there is nothing to protect against. "
            "The added 1 makes rare classes too light.",
            lambda labels: 1 / (1 + np.array(sizes(labels), dtype=float)),
        ),
        Misconception(
            "keeps whole numbers of 1 / n",
            "`1 // n` is 0 for every class with more than one sample, and what weighs 0 is never "
            "drawn. Divide with `/`.",
            lambda labels: np.array([1 // size for size in sizes(labels)]),
        ),
        Misconception(
            "subtracts the class sizes from the largest",
            "Then samples of the largest class weigh 0 and are never drawn. Add up your weights "
            "over each class: dividing makes the sums equal, subtracting does not.",
            lambda labels: np.array([max(sizes(labels)) - size for size in sizes(labels)]),
        ),
    ],
    praise=(
        "Each class now weighs the same in total. That is all a balanced sampler knows, and any "
        "multiple of these weights would do."
    ),
)
