"""The judges of lesson 09 on the recall of each class, and on what its samples are taken for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from math import nan
from typing import Any

import numpy as np

from autograder.engine.judge import Judge, Misconception
from autograder.judges.labels import as_list


def paired(y_true: Any, y_pred: Any) -> list[tuple[int, int]]:
    """Pair true and predicted labels."""
    return list(zip(as_list(y_true), as_list(y_pred), strict=True))


def shares(
    counted: Sequence[int], of: Sequence[int], num_classes: int, empty: float = nan
) -> list[float]:
    """Divide how often each class was counted by how often it occurs."""
    return [
        counted.count(c) / of.count(c) if of.count(c) else float(empty) for c in range(num_classes)
    ]


def expected_recalls(y_true: Any, y_pred: Any, num_classes: int) -> list[float]:
    """Count right answers of each class, and divide by its size."""
    pairs = paired(y_true, y_pred)
    return shares([t for t, p in pairs if t == p], [t for t, _ in pairs], num_classes)


def filled(empty: float) -> Any:
    """Give a class without samples some number."""

    def function(y_true: Any, y_pred: Any, num_classes: int) -> list[float]:
        pairs = paired(y_true, y_pred)
        return shares([t for t, p in pairs if t == p], [t for t, _ in pairs], num_classes, empty)

    return function


def precisions(y_true: Any, y_pred: Any, num_classes: int) -> list[float]:
    """Divide by how often each class is predicted."""
    return expected_recalls(y_pred, y_true, num_classes)


def of_all(y_true: Any, y_pred: Any, num_classes: int) -> list[float]:
    """Divide by the number of all samples."""
    pairs = paired(y_true, y_pred)
    return [sum(t == p == c for t, p in pairs) / len(pairs) for c in range(num_classes)]


def one_against_the_rest(y_true: Any, y_pred: Any, num_classes: int) -> list[float]:
    """Give the accuracy of "is it class c or not"."""
    pairs = paired(y_true, y_pred)
    return [sum((t == c) == (p == c) for t, p in pairs) / len(pairs) for c in range(num_classes)]


def present_only(y_true: Any, y_pred: Any, num_classes: int) -> list[float]:
    """Leave out classes without samples."""
    return [r for r in expected_recalls(y_true, y_pred, num_classes) if r == r]


def up_to_the_largest(y_true: Any, y_pred: Any, num_classes: int) -> list[float]:
    """Stop at the largest true label."""
    return expected_recalls(y_true, y_pred, max(as_list(y_true)) + 1)


def the_mean(y_true: Any, y_pred: Any, num_classes: int) -> float:
    """Average over the classes."""
    return float(np.nanmean(expected_recalls(y_true, y_pred, num_classes)))


def miss_rates(y_true: Any, y_pred: Any, num_classes: int) -> list[float]:
    """Give the share that was missed."""
    return [1 - r for r in expected_recalls(y_true, y_pred, num_classes)]


def right_answers(y_true: Any, y_pred: Any, num_classes: int) -> list[int]:
    """Count, and never divide."""
    pairs = paired(y_true, y_pred)
    return [sum(t == p == c for t, p in pairs) for c in range(num_classes)]


def by_the_largest(y_true: Any, y_pred: Any, num_classes: int) -> list[float]:
    """Divide all by the size of the largest class."""
    largest = max(Counter(as_list(y_true)).values())
    return [n / largest for n in right_answers(y_true, y_pred, num_classes)]


recall_per_class = Judge(
    name="recall_per_class",
    expected=expected_recalls,
    misconceptions=[
        Misconception(
            "divides by how often a class is predicted",
            'That is the precision: of the answers "nine", how many are right? Recall looks at '
            "the true nines. Which sums of the confusion matrix are those, rows or columns?",
            precisions,
        ),
        Misconception(
            "divides by the number of all samples",
            "A perfect answer would then give each class its share, and not 1. Divide by the "
            "samples of this class.",
            of_all,
        ),
        Misconception(
            "counts samples of other classes as right answers too",
            'You ask "is it this class or not?" and count each right no. A rare class then looks '
            "good even if it is never found. Look at its own samples only.",
            one_against_the_rest,
        ),
        Misconception(
            "gives 0 to a class without samples",
            "A 0 says that all of its samples were missed, and it has none. `np.nan` says that "
            "there is nothing to measure.",
            filled(0),
        ),
        Misconception(
            "gives 1 to a class without samples",
            "A 1 says that all of its samples were found, and it has none. `np.nan` says that "
            "there is nothing to measure.",
            filled(1),
        ),
        Misconception(
            "leaves classes without samples out",
            "Entry c should always be class c. If one is left out, all that follow have the wrong "
            "number. Give `np.nan` in its place.",
            present_only,
        ),
        Misconception(
            "stops at the largest label in `y_true`",
            "There may be more classes than the labels tell: `num_classes` says how many numbers "
            "are expected.",
            up_to_the_largest,
        ),
        Misconception(
            "averages over the classes",
            "The mean of the recalls is the balanced accuracy. Here each class should keep its own "
            "number: that is how you see which one is neglected.",
            the_mean,
        ),
        Misconception(
            "gives the share that was missed",
            "Recall is the share that was found, and 1 minus it was missed. Which of the two do "
            "you count?",
            miss_rates,
        ),
        Misconception(
            "counts the right answers, and does not divide",
            "Three right answers are much for a class of four, and little for one of forty. Divide "
            "by the size of each class.",
            right_answers,
        ),
        Misconception(
            "divides all classes by the size of the largest",
            "Each class has a size of its own: the sum of its row in the confusion matrix.",
            by_the_largest,
        ),
    ],
    praise="One number a class: the rare one cannot hide behind the others.",
)


def missed(y_true: Any, y_pred: Any, label: int) -> Counter[int]:
    """Count for what the missed samples of a class were taken."""
    return Counter(p for t, p in paired(y_true, y_pred) if t == label and p != label)


def first(counted: Counter[int], otherwise: int = -1) -> int:
    """Give the most frequent class, the lowest of several."""
    return min(counted, key=lambda c: (-counted[c], c)) if counted else otherwise


def expected_class(y_true: Any, y_pred: Any, label: int) -> int:
    """Count for what the missed samples were taken."""
    return first(missed(y_true, y_pred, label))


def how_many(answer: Any, y_true: Any, y_pred: Any, label: int) -> dict[str, int]:
    """Read how many missed samples were taken for a class, so that one of several will do."""
    value = float(np.asarray(answer).item())
    counted = missed(y_true, y_pred, label)
    if value == -1 and not counted:
        return {"missed samples that were taken for your class": 0}
    if value not in counted:
        raise ValueError("answer: no missed sample was taken for it")
    return {"missed samples that were taken for your class": counted[int(value)]}


def row(y_true: Any, y_pred: Any, label: int) -> list[int]:
    """Count the predictions for one class: its row in the confusion matrix."""
    size = max(*as_list(y_true), *as_list(y_pred)) + 1
    return [sum(t == label and p == c for t, p in paired(y_true, y_pred)) for c in range(size)]


def with_right_answers(y_true: Any, y_pred: Any, label: int) -> int:
    """Forget to leave out the right answers."""
    return first(Counter(p for t, p in paired(y_true, y_pred) if t == label))


def by_the_column(y_true: Any, y_pred: Any, label: int) -> int:
    """Look at what was taken for the class."""
    return expected_class(y_pred, y_true, label)


def second_largest(y_true: Any, y_pred: Any, label: int) -> int:
    """Trust that the right answers are the largest entry."""
    if not missed(y_true, y_pred, label):
        return -1
    counts = row(y_true, y_pred, label)
    return sorted(range(len(counts)), key=lambda c: -counts[c])[1]


def number_of_them(y_true: Any, y_pred: Any, label: int) -> int:
    """Give how many there are, and not which class."""
    return max(missed(y_true, y_pred, label).values(), default=-1)


def column_deleted(y_true: Any, y_pred: Any, label: int) -> int:
    """Delete the entry of the class, so that those behind it move up."""
    counts = row(y_true, y_pred, label)
    del counts[label]
    return counts.index(max(counts)) if max(counts) else -1


def of_all_mistakes(y_true: Any, y_pred: Any, label: int) -> int:
    """Look at the mistakes with all classes."""
    if not missed(y_true, y_pred, label):
        return -1
    return first(Counter(p for t, p in paired(y_true, y_pred) if t != p))


def least_often(y_true: Any, y_pred: Any, label: int) -> int:
    """Take the smallest instead of the largest."""
    counted = missed(y_true, y_pred, label)
    return min(counted, key=lambda c: (counted[c], c)) if counted else -1


def both_ways(y_true: Any, y_pred: Any, label: int) -> int:
    """Add up mistakes in both directions."""
    if not missed(y_true, y_pred, label):
        return -1
    return first(missed(y_true, y_pred, label) + missed(y_pred, y_true, label))


def zero_if_none(y_true: Any, y_pred: Any, label: int) -> int:
    """Take what `argmax` gives for a row of zeros."""
    return first(missed(y_true, y_pred, label), otherwise=0)


taken_for = Judge(
    name="taken_for",
    expected=expected_class,
    reading=how_many,
    misconceptions=[
        Misconception(
            "counts the right answers as well",
            "Most samples of a class are taken for what they are. Only those that were missed "
            "count here: leave out the entry on the diagonal.",
            with_right_answers,
        ),
        Misconception(
            "looks at what was taken for this class",
            "That is the column of the confusion matrix: the false alarms. The question is where "
            "the samples of `label` went. Which label has to be equal to `label`, the true one or "
            "the predicted one?",
            by_the_column,
        ),
        Misconception(
            "takes the second largest entry of the row",
            "That is right as long as most samples are found. Of a class that is mostly missed, "
            "the largest entry is a mistake already. Leave out the diagonal, whatever its size.",
            second_largest,
        ),
        Misconception(
            "gives the number of samples in place of the class",
            "You found the largest count. Which class does it belong to? `max` gives the value, "
            "and `argmax` says where it stands.",
            number_of_them,
        ),
        Misconception(
            "deletes an entry, so that the classes behind it get other numbers",
            "Without the entry of `label`, all classes above it move up by one place, and `argmax` "
            "is one too low for them. Set the entry to 0 instead.",
            column_deleted,
        ),
        Misconception(
            "looks at the mistakes with all classes",
            "Only samples whose true class is `label` matter.",
            of_all_mistakes,
        ),
        Misconception(
            "takes the least frequent mistake",
            "The class is wanted for which *most* of the missed samples were taken.",
            least_often,
        ),
        Misconception(
            "adds mistakes in both directions",
            "A four that is taken for a nine is no missed nine. Look at the row of `label` alone.",
            both_ways,
        ),
        Misconception(
            "gives 0 if no sample was missed",
            "`argmax` of a row of zeros is 0, as if the samples had been taken for class 0. Ask "
            "first whether any was missed.",
            zero_if_none,
        ),
    ],
    praise="Now you know which boundary to look at, and which images to look at.",
)

quick_check_digits = Judge(
    name="quick_check_digits",
    expected=lambda: "D",
    misconceptions=[
        Misconception(
            "picks A: the same accuracy means the same network",
            "A network that finds no nine at all would lose 1.1 points of accuracy on this test "
            "set. What could have happened to the nines behind a change of 0.4?",
            "A",
        ),
        Misconception(
            "picks B: a lower accuracy means that weights did harm",
            "0.4 points is what some of the other digits paid. What the nines gained hardly shows "
            "in this number: all of them together are 1.1% of it.",
            "B",
        ),
        Misconception(
            "picks C: accuracy measures the balance of the classes",
            "Accuracy counts samples, not classes, and 90 of 91 samples are other digits. Which "
            "number gives each digit the same say?",
            "C",
        ),
        Misconception(
            "picks E: train longer, until accuracy shows a difference",
            "However long you train, the nines are 1.1% of this accuracy. The measure is blind, "
            "not the training too short.",
            "E",
        ),
        Misconception(
            "picks F: balance the test set by copies of its nines",
            "Copies of 20 nines are 20 nines: the recall would be no surer, and its interval far "
            "too narrow (lesson 8). The recall of each class needs no balanced test set.",
            "F",
        ),
    ],
    praise="Recall per class shows it, with an interval that says how sure it is.",
)
