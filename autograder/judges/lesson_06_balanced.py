"""The judge of lesson 06 on all classes at once."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

import numpy as np

from autograder.engine.judge import Judge, Misconception
from autograder.judges.labels import as_list
from autograder.judges.lesson_06_f_score import macro_f
from autograder.judges.lesson_06_tallies import PERCENT, ROUNDED, accuracy, count, precision_of


def recalls(y_true: Any, y_pred: Any) -> dict[int, Fraction]:
    """Give the recall of each class that occurs in the labels, as fractions."""
    pairs = list(zip(as_list(y_true), as_list(y_pred), strict=True))
    classes = sorted({true for true, _ in pairs})
    named = {c: [answer for true, answer in pairs if true == c] for c in classes}
    return {c: Fraction(answers.count(c), len(answers)) for c, answers in named.items()}


def expected_balanced(y_true: Any, y_pred: Any) -> float:
    """Average the recalls as fractions."""
    shares = recalls(y_true, y_pred).values()
    return float(sum(shares) / len(shares))


def over_all_numbers(y_true: Any, y_pred: Any) -> float:
    """Divide by the number of classes that there would be from 0 up to the largest label."""
    shares = recalls(y_true, y_pred)
    return float(sum(shares.values()) / (max(*as_list(y_true), *as_list(y_pred)) + 1))


def over_all_seen(y_true: Any, y_pred: Any) -> float:
    """Count a class that is only predicted, with a recall of 0."""
    shares = recalls(y_true, y_pred)
    return float(sum(shares.values()) / len({*as_list(y_true), *as_list(y_pred)}))


def nan_recall(y_true: Any, y_pred: Any) -> float:
    """Divide 0 by 0 for a class without samples."""
    full = set(range(max(*as_list(y_true), *as_list(y_pred)) + 1)) <= set(as_list(y_true))
    return expected_balanced(y_true, y_pred) if full else math.nan


def two_classes_only(y_true: Any, y_pred: Any) -> float:
    """Average recall and specificity of class 1."""
    c = count(y_true, y_pred)
    return (c.tp / (c.tp + c.fn) + c.tn / (c.tn + c.fp)) / 2


def mean_precision(y_true: Any, y_pred: Any) -> float:
    """Average the precisions of the classes."""
    classes = set(as_list(y_true))
    return sum(precision_of(count(y_true, y_pred, c)) for c in classes) / len(classes)


def above_chance(y_true: Any, y_pred: Any) -> float:
    """Move and stretch, so that a guess has 0 and the best 1."""
    chance = 1 / len(set(as_list(y_true)))
    return (expected_balanced(y_true, y_pred) - chance) / (1 - chance)


balanced_accuracy = Judge(
    name="balanced_accuracy",
    expected=expected_balanced,
    misconceptions=[
        Misconception(
            "gives the accuracy",
            "Weighing each class by its size brings the plain accuracy back. Each class has the "
            "same say here: average the recalls, not the samples.",
            accuracy,
        ),
        Misconception(
            "averages precisions",
            "Within each class of the truth, ask which share was recognised. Check which of the "
            "two arguments you group by.",
            mean_precision,
        ),
        Misconception(
            "counts classes that are only predicted",
            "A class without samples has no recall that could be right or wrong. Only classes that "
            "occur in `y_true` count.",
            over_all_seen,
        ),
        Misconception(
            "divides by the largest class number plus 1",
            "Class numbers may have gaps, and a class that is only predicted does not count. "
            "Divide by the number of recalls that you added up.",
            over_all_numbers,
        ),
        Misconception(
            "gives NaN when a class has no samples",
            "The recall of a class without samples is 0/0. Leave such a class out before you take "
            "the mean.",
            nan_recall,
        ),
        Misconception(
            "averages recall and specificity of class 1",
            "With two classes that is the same. With three, specificity lumps two of them "
            "together: give each class a recall of its own.",
            two_classes_only,
        ),
        Misconception(
            "gives the recall of class 1",
            "The other classes have recalls too, and each counts the same.",
            lambda y_true, y_pred: float(recalls(y_true, y_pred).get(1, 0)),
        ),
        Misconception(
            "takes the geometric mean of the recalls",
            "That is the G-mean, which comes next. Balanced accuracy is the plain mean: add up, "
            "and divide by their number.",
            lambda y_true, y_pred: (
                float(np.prod([float(r) for r in recalls(y_true, y_pred).values()]))
                ** (1 / len(recalls(y_true, y_pred)))
            ),
        ),
        Misconception(
            "gives the recall of the worst class",
            "The worst class is worth knowing. Balanced accuracy is the mean over all of them.",
            lambda y_true, y_pred: float(min(recalls(y_true, y_pred).values())),
        ),
        Misconception(
            "adds the recalls without dividing",
            "Two classes that are always recognised would give 2. What turns a sum into a mean?",
            lambda y_true, y_pred: float(sum(recalls(y_true, y_pred).values())),
        ),
        Misconception(
            "averages the F1 of the classes",
            "Macro F1 lets false alarms count as well. Balanced accuracy looks at recalls only.",
            macro_f,
        ),
        Misconception(
            "sets the score of a guess to 0",
            "That is the adjusted form. Here a guess keeps its 1/C, so do not subtract anything.",
            above_chance,
        ),
        Misconception(*PERCENT, lambda *pair: 100 * expected_balanced(*pair)),
        Misconception(*ROUNDED, lambda *pair: round(expected_balanced(*pair), 2)),
    ],
    praise="A guess scores 1/C whatever the sizes, so the number can be read at once.",
)
