"""The judge of lesson 06 on F1 and F-beta."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from autograder.engine.judge import Judge, Misconception
from autograder.judges.labels import as_list
from autograder.judges.lesson_06_tallies import (
    ANY_CLASS,
    ROUNDED,
    Counts,
    accuracy,
    count,
    precision_of,
    recall_of,
)


def harmonic(c: Counts, beta: float = 1.0) -> float:
    """Weigh the reciprocals of precision and recall, 1 to beta squared."""
    p, r = precision_of(c), recall_of(c)
    if not p or not r:
        return 0.0
    return (1 + beta**2) / (1 / p + beta**2 / r)


def combined(formula: Callable[[float, float, float], float]) -> Callable[..., float]:
    """Turn a formula of precision, recall and beta into a submission."""

    def score(y_true: Any, y_pred: Any, beta: float = 1.0, positive: int = 1) -> float:
        c = count(y_true, y_pred, positive)
        return formula(precision_of(c), recall_of(c), beta)

    return score


def of_counts(formula: Callable[[Counts, float], float]) -> Callable[..., float]:
    """Turn a formula of the counts and beta into a submission."""
    return lambda y_true, y_pred, beta=1.0, positive=1: formula(
        count(y_true, y_pred, positive), beta
    )


def or_nothing(value: float, nothing: float) -> float:
    """Divide, with 0 for 0/0."""
    return value / nothing if nothing else 0.0


def macro_f(y_true: Any, y_pred: Any, beta: float = 1.0, positive: int = 1) -> float:
    """Average over all classes."""
    classes = {*as_list(y_true), *as_list(y_pred)}
    return sum(harmonic(count(y_true, y_pred, c), beta) for c in classes) / len(classes)


def weighted_f(y_true: Any, y_pred: Any, beta: float = 1.0, positive: int = 1) -> float:
    """Average over all classes, each with the share of its samples."""
    true = as_list(y_true)
    return sum(
        true.count(c) / len(true) * harmonic(count(y_true, y_pred, c), beta) for c in set(true)
    )


def squeezed(c: Counts, beta: float, empty: float | None) -> float:
    """Divide by the sum of precision and recall, and if that is 0, raise or give `empty`."""
    p, r = precision_of(c), recall_of(c)
    bottom = beta**2 * p + r
    return empty if empty is not None and not bottom else (1 + beta**2) * p * r / bottom


f_score = Judge(
    name="f_score",
    expected=of_counts(harmonic),
    misconceptions=[
        Misconception(
            "takes the arithmetic mean",
            "The plain mean of 1 and 0.01 is 0.5, a lot for a model that finds next to nothing. "
            "The harmonic mean stays close to the smaller one.",
            combined(lambda p, r, beta: (p + beta**2 * r) / (1 + beta**2)),
        ),
        Misconception(
            "takes the geometric mean",
            "The root of precision times recall is another mean, known as Fowlkes-Mallows. F1 is "
            "the harmonic one.",
            combined(lambda p, r, beta: math.sqrt(p * r)),
        ),
        Misconception(
            "takes the smaller of precision and recall",
            "The harmonic mean stays close to the smaller one, but the larger one has a say too.",
            combined(lambda p, r, beta: min(p, r)),
        ),
        Misconception(
            "ignores `beta`",
            "Your F1 is right. Now let `beta` say how much more recall counts: where does its "
            "square stand in the formula?",
            of_counts(lambda c, beta: harmonic(c)),
        ),
        Misconception(
            "uses `beta` without squaring it",
            "For F1 it makes no difference, since 1 squared is 1. Look at the formula once more: "
            "what stands beside FN?",
            of_counts(lambda c, beta: harmonic(c, math.sqrt(beta))),
        ),
        Misconception(
            "lets `beta` favour precision",
            "With a beta above 1 recall counts more, so that misses hurt more than false alarms. "
            "Which of the two mistakes does beta squared multiply?",
            of_counts(lambda c, beta: harmonic(c, 1 / beta)),
        ),
        Misconception(
            "forgets the factor in front",
            "If precision and recall are both 1, the score should be 1. Yours is less: what "
            "does the numerator of the formula begin with?",
            combined(lambda p, r, beta: or_nothing(p * r, beta**2 * p + r)),
        ),
        Misconception(
            "counts each mistake once, and each hit once",
            "TP / (TP + FP + FN) is the Jaccard index. In F1 a hit counts twice, above and below "
            "the line.",
            of_counts(lambda c, beta: or_nothing(c.tp, c.tp + c.fp + beta**2 * c.fn)),
        ),
        Misconception(
            "divides by zero when nothing is found",
            "With precision and recall both 0, their harmonic mean is 0/0. The form with counts "
            "helps, and when it is 0/0 as well, the docstring says what to give.",
            of_counts(lambda c, beta: squeezed(c, beta, None)),
        ),
        Misconception(
            "gives NaN when nothing is found",
            "A NaN would win or lose every comparison in a way that nobody wants; `argmax` even "
            "picks it. The docstring says what to give when nothing was found.",
            of_counts(lambda c, beta: squeezed(c, beta, math.nan)),
        ),
        Misconception(
            "gives 1 when there is nothing to find",
            "No positive, no alarm: all is well, one might say. Here such a 0/0 is 0, as in "
            "scikit-learn.",
            of_counts(lambda c, beta: harmonic(c, beta) if c.tp + c.fp + c.fn else 1.0),
        ),
        Misconception(
            *ANY_CLASS,
            lambda y_true, y_pred, beta=1.0, positive=1: harmonic(count(y_true, y_pred, 1), beta),
        ),
        Misconception(
            "averages over all classes",
            "A macro F1 gives every class its say. Here one class is asked about, the one that "
            "`positive` names.",
            macro_f,
        ),
        Misconception(
            "averages over all classes by their size",
            "A weighted F1 lets the common class decide, as accuracy does. Here one class is asked "
            "about, the one that `positive` names.",
            weighted_f,
        ),
        Misconception(
            "gives the accuracy",
            "F1 has no place for true negatives: with a rare class they would outweigh all else. "
            "Which three counts does it use?",
            lambda y_true, y_pred, beta=1.0, positive=1: accuracy(y_true, y_pred),
        ),
        Misconception(*ROUNDED, of_counts(lambda c, beta: round(harmonic(c, beta), 2))),
    ],
    praise="Quote it with its baseline: flagging everybody scores 2 pi / (1 + pi).",
)
