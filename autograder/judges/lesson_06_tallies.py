"""What the judges of lesson 06 share: the four counts, and what is often done with them."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any, NamedTuple

from autograder.judges.labels import as_list


class Counts(NamedTuple):
    """How many samples there are of each kind."""

    tp: int
    fp: int
    fn: int
    tn: int


def count(y_true: Any, y_pred: Any, positive: int = 1) -> Counts:
    """Go through the samples one by one."""
    kinds = [
        (true == positive, flagged == positive)
        for true, flagged in zip(as_list(y_true), as_list(y_pred), strict=True)
    ]
    cells = ((True, True), (False, True), (True, False), (False, False))
    return Counts(*(kinds.count(cell) for cell in cells))


def share(part: int, rest: int) -> float:
    """Divide a part by the whole that it makes with the rest; 0/0 is 0."""
    return float(Fraction(part, part + rest)) if part + rest else 0.0


def precision_of(c: Counts) -> float:
    """Share of the alarms that are right."""
    return share(c.tp, c.fp)


def recall_of(c: Counts) -> float:
    """Share of the positives that were found."""
    return share(c.tp, c.fn)


def specificity_of(c: Counts) -> float:
    """Share of the negatives that were left alone."""
    return share(c.tn, c.fp)


def accuracy(y_true: Any, y_pred: Any, positive: int = 1) -> float:
    """Share of the samples whose class was named."""
    pairs = list(zip(as_list(y_true), as_list(y_pred), strict=True))
    return sum(true == flagged for true, flagged in pairs) / len(pairs)


def of_counts(score: Callable[[Counts], Any]) -> Callable[..., Any]:
    """Turn a function of counts into one of labels and answers."""
    return lambda y_true, y_pred, positive=1: score(count(y_true, y_pred, positive))


def for_class_1(score: Callable[[Counts], float]) -> Callable[..., float]:
    """Look for class 1, whatever was asked."""
    return lambda y_true, y_pred, positive=1: score(count(y_true, y_pred, 1))


def macro(score: Callable[[Counts], float]) -> Callable[..., float]:
    """Average a score over all classes, each the positive one in turn."""

    def averaged(y_true: Any, y_pred: Any, positive: int = 1) -> float:
        classes = {*as_list(y_true), *as_list(y_pred)}
        return sum(score(count(y_true, y_pred, c)) for c in classes) / len(classes)

    return averaged


def or_one(part: int, rest: int) -> float:
    """Take 0/0 for 1."""
    return share(part, rest) if part + rest else 1.0


def or_nan(part: int, rest: int) -> float:
    """Divide as NumPy does."""
    return share(part, rest) if part + rest else float("nan")


def without_brackets(part: int, rest: int) -> float:
    """Divide before adding, as `part / part + rest` does; 0/0 is 0."""
    return part / part + rest if part else 0.0


BRACKETS = (
    "leaves out the brackets below the fraction bar",
    "Python divides before it adds: `a / a + b` is 1 + b. Your number is above 1, which no share "
    "can be. What has to stand in brackets?",
)
PERCENT = (
    "gives a percentage",
    "Shares lie between 0 and 1 in this course: 25% is 0.25. Leave the percent sign to whoever "
    "prints the number.",
)
ROUNDED = (
    "rounds the share",
    "Rounded to two digits, 0.004 is 0, and with a rare class that is the difference that counts. "
    "Leave rounding to whoever prints the number.",
)
ANY_CLASS = (
    "looks for class 1 whatever `positive` says",
    "The class that we look for may have any number, 0 included. Does `positive` reach the place "
    "where you count?",
)
