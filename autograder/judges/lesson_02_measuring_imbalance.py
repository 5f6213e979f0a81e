"""The judges of lesson 02, measuring imbalance."""

from __future__ import annotations

import math
from collections import Counter
from fractions import Fraction
from typing import Any

import numpy as np

from autograder.engine.judge import Judge, Misconception
from autograder.judges.labels import as_list


def expected_counts(labels: Any, num_classes: int | None = None) -> list[int]:
    """Look every class up in a `Counter`, which knows 0 for those it has not met."""
    counts = Counter(as_list(labels))
    return [counts[c] for c in range(num_classes or max(counts) + 1)]


def present_counts(labels: Any) -> list[int]:
    """Count the classes that have samples, in their order."""
    return [count for _, count in sorted(Counter(as_list(labels)).items())]


def mask_counts(labels: Any, num_classes: int | None = None) -> np.ndarray:
    """Index with all labels at once, which adds to each class a single time."""
    counts = np.zeros(len(expected_counts(labels, num_classes)))
    counts[as_list(labels)] += 1
    return counts


def tensor_keys(labels: Any, num_classes: int | None = None) -> list[int]:
    """Count what came, not what it holds: a tensor's hash is its identity."""
    counts: Counter[Any] = Counter(labels)
    return [counts[c] for c in range(num_classes or max(as_list(labels)) + 1)]


class_counts = Judge(
    name="class_counts",
    expected=expected_counts,
    misconceptions=[
        Misconception(
            "sorts the classes by size",
            "Entry c of the answer belongs to class c, also where a later class is larger. Keep "
            "the order of the class numbers.",
            lambda labels, num_classes=None: sorted(
                expected_counts(labels, num_classes), reverse=True
            ),
        ),
        Misconception(
            "lists the classes in the order in which they first appear",
            "A `Counter` keeps the order of its first meetings. Entry c of the answer belongs to "
            "class c, whichever came first.",
            lambda labels, num_classes=None: list(Counter(as_list(labels)).values()),
        ),
        Misconception(
            "leaves out classes that have no samples",
            "A class that nobody belongs to still has a count, and without its 0 the later classes "
            "move up into the wrong place. How long should the answer be?",
            lambda labels, num_classes=None: present_counts(labels),
        ),
        Misconception(
            "ignores `num_classes`",
            "The labels cannot tell about classes beyond the largest of them; `num_classes` can. "
            "How long should the answer be when it is given?",
            lambda labels, num_classes=None: expected_counts(labels),
        ),
        Misconception(
            "works only when `num_classes` is given",
            "`num_classes` is None unless the caller says more, and then the labels decide how "
            "many classes there are. Which label tells?",
            lambda labels, num_classes=None: [as_list(labels).count(c) for c in range(num_classes)],
        ),
        Misconception(
            "gives shares, not counts",
            "Shares are a later step. Here we count: whole numbers that add up to the number of "
            "samples.",
            lambda labels, num_classes=None: [
                count / len(labels) for count in expected_counts(labels, num_classes)
            ],
        ),
        Misconception(
            "forgets the last class",
            "Classes are numbered from 0, so a largest label of 2 means three classes. Look at "
            "where your range ends.",
            lambda labels, num_classes=None: expected_counts(labels, num_classes)[:-1],
        ),
        Misconception(
            "starts with class 1",
            "Classes are numbered from 0, and class 0 has samples too. Look at where your range "
            "begins.",
            lambda labels, num_classes=None: expected_counts(labels, num_classes)[1:],
        ),
        Misconception(
            "gives a dictionary",
            "A dictionary knows only the classes that it has met. Put the counts in a row, one "
            "entry for each class number.",
            lambda labels, num_classes=None: dict(Counter(as_list(labels))),
        ),
        Misconception(
            "gives the number of classes",
            "You counted how many different classes there are. What we want to know is how many "
            "samples each of them has.",
            lambda labels, num_classes=None: len(set(as_list(labels))),
        ),
        Misconception(
            "counts each class once, because it indexes with all labels at a time",
            "`counts[labels] += 1` adds 1 to a class however often it occurs in `labels`. Add for "
            "one sample after another, or look for a function that counts.",
            mask_counts,
        ),
        Misconception(
            "hands a tensor to `Counter`",
            "Two entries of a tensor are never the same key, even when they are equal, so each "
            "gets a count of its own. Turn the labels into plain numbers first.",
            tensor_keys,
        ),
        Misconception(
            "gives both arrays of `np.unique`",
            "With `return_counts=True` it gives a pair: the classes that it met, and their counts. "
            "Only counts are asked for; and what of a class that it did not meet?",
            lambda labels, num_classes=None: np.unique(as_list(labels), return_counts=True),
        ),
        Misconception(
            "numbers the classes from 1",
            "Entry 0 belongs to class 0, and every count of yours stands one place too early. "
            "Where does your range begin, and where does it end?",
            lambda labels, num_classes=None: [*expected_counts(labels, num_classes)[1:], 0],
        ),
        Misconception(
            "adds a class too many",
            "Classes are numbered from 0, so `num_classes=4` means 0, 1, 2 and 3. How long should "
            "the answer be?",
            lambda labels, num_classes=None: np.bincount(
                as_list(labels), minlength=(num_classes or 0) + 1
            ),
        ),
    ],
    praise="Everything that follows, ratio, weights and samplers, begins with these counts.",
)


def expected_ratio(labels: Any, num_classes: int | None = None) -> float:
    """Divide as fractions; nothing is infinitely smaller than something."""
    counts = expected_counts(labels, num_classes)
    return float(Fraction(max(counts), min(counts))) if all(counts) else math.inf


def largest_to_smallest(counts: list[int]) -> float:
    """Divide the largest count by the smallest, which fails where that is 0."""
    return max(counts) / min(counts)


def inverse_ratio(labels: Any, num_classes: int | None = None) -> float:
    """Divide the wrong way round."""
    counts = expected_counts(labels, num_classes)
    return min(counts) / max(counts)


def majority_to_rest(labels: Any, num_classes: int | None = None) -> float:
    """Divide the largest class by all others together."""
    counts = expected_counts(labels, num_classes)
    return max(counts) / (sum(counts) - max(counts))


def total_to_smallest(labels: Any, num_classes: int | None = None) -> float:
    """Divide all samples by the smallest class."""
    counts = expected_counts(labels, num_classes)
    return sum(counts) / min(counts) if min(counts) else math.inf


def first_to_second(labels: Any, num_classes: int | None = None) -> float:
    """Divide class 0 by class 1."""
    counts = expected_counts(labels, num_classes)
    return counts[0] / counts[1] if counts[1] else math.inf


def first_to_last(labels: Any, num_classes: int | None = None) -> float:
    """Divide class 0 by the last class."""
    counts = expected_counts(labels, num_classes)
    return counts[0] / counts[-1] if counts[-1] else math.inf


def whole_ratio(labels: Any, num_classes: int | None = None) -> float:
    """Keep whole numbers only."""
    ratio = expected_ratio(labels, num_classes)
    return ratio // 1 if math.isfinite(ratio) else ratio


def ratio_as_text(labels: Any, num_classes: int | None = None) -> str:
    """Write the ratio as a report does."""
    return f"{expected_ratio(labels, num_classes):.1f}:1"


imbalance_ratio = Judge(
    name="imbalance_ratio",
    expected=expected_ratio,
    misconceptions=[
        Misconception(
            "divides the smallest class by the largest",
            "The ratio says how many samples the largest class has for each one of the smallest, "
            "so it is never below 1. Which of the two goes on top?",
            inverse_ratio,
        ),
        Misconception(
            "divides the largest class by all the others together",
            "With two classes the rest is the smallest class; with three it is not. Compare the "
            "largest class with one other class.",
            majority_to_rest,
        ),
        Misconception(
            "divides the number of all samples by the smallest class",
            "That is 1 over the smallest class's share. The ratio compares two classes: which one "
            "stands on top instead of all samples?",
            total_to_smallest,
        ),
        Misconception(
            "divides class 0 by class 1",
            "The largest and the smallest class may have any number. Find them by their counts.",
            first_to_second,
        ),
        Misconception(
            "divides class 0 by the last class",
            "Classes need not be sorted by size. Find the largest and the smallest class by their "
            "counts, not by their place.",
            first_to_last,
        ),
        Misconception(
            "overlooks empty classes",
            "A class without samples is the smallest class there can be. Count all C classes, also "
            "those that the labels do not show.",
            lambda labels, num_classes=None: largest_to_smallest(present_counts(labels)),
        ),
        Misconception(
            "ignores `num_classes`",
            "The labels cannot tell about a class beyond the largest of them; `num_classes` can. "
            "Pass it on to where you count.",
            lambda labels, num_classes=None: expected_ratio(labels),
        ),
        Misconception(
            "divides by zero when a class is empty",
            "Python refuses to divide by the count of an empty class. Decide before you divide: "
            "how many times larger than nothing is the largest class?",
            lambda labels, num_classes=None: largest_to_smallest(
                expected_counts(labels, num_classes)
            ),
        ),
        Misconception(
            "drops what comes after the decimal point",
            "5 samples for every 2 make a ratio of 2.5. Look for `//`, `int` or `round` in your "
            "code.",
            whole_ratio,
        ),
        Misconception(
            "rounds the ratio",
            "Rounded to one digit, 9.96 becomes 10 and lands in another band. Leave rounding to "
            "whoever prints the number.",
            lambda labels, num_classes=None: round(expected_ratio(labels, num_classes), 1),
        ),
        Misconception(
            "gives text, not a number",
            "Whoever calls your function wants to compare the ratio with 3, 10 and 100. Give back "
            "the number, and leave the `:1` to whoever prints it.",
            ratio_as_text,
        ),
        Misconception(
            "gives the number of classes",
            "How many classes there are says nothing about their sizes. Compare the sample counts "
            "of two of them.",
            lambda labels, num_classes=None: len(set(as_list(labels))),
        ),
        Misconception(
            "gives 0 where a class is empty",
            "0 would be less than the ratio of a balanced data set. The fewer samples the smallest "
            "class has, the larger the ratio grows: where does that lead?",
            lambda labels, num_classes=None: (
                expected_ratio(labels, num_classes)
                if all(expected_counts(labels, num_classes))
                else 0
            ),
        ),
        Misconception(
            "treats an empty class as if it had one sample",
            "Raising the count of 0 to 1 avoids the division, and hides that nothing is there. "
            "What is the ratio to a class without samples?",
            lambda labels, num_classes=None: (
                max(expected_counts(labels, num_classes))
                / max(min(expected_counts(labels, num_classes)), 1)
            ),
        ),
        Misconception(
            "divides the numbers of the classes, not their sizes",
            "`argmax` says *which* class is the largest. How large it is stands in the counts: "
            "`max`.",
            lambda labels, num_classes=None: (
                np.argmax(expected_counts(labels, num_classes))
                / np.argmin(expected_counts(labels, num_classes))
            ),
        ),
    ],
    praise="One number for a skew: it says how uneven the classes are, not how few the rare ones.",
)
