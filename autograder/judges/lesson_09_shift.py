"""The judge of lesson 09 on moving the line for one class of many."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from autograder.engine.judge import Judge, Misconception
from autograder.judges.labels import as_list


def logit_rows(logits: Any) -> list[list[float]]:
    """Turn logits in any form into lists of floats."""
    return [[float(value) for value in row] for row in np.asarray(logits).tolist()]


def answers(rows: Sequence[Sequence[float]], change: Callable[[list[float]], Any]) -> list[int]:
    """Change each row, and take the place of its largest number."""
    moved = [change(list(row)) for row in rows]
    return [row.index(max(row)) for row in moved]


def added(column: int, shift: float) -> Callable[[list[float]], list[float]]:
    """Add a shift to one number of a row."""
    return lambda row: [z + shift * (c == column) for c, z in enumerate(row)]


def balanced(true: Sequence[int], predicted: Sequence[int]) -> float:
    """Average the recalls of the classes that are there."""
    pairs = list(zip(true, predicted, strict=True))
    found = [
        [t == p for t, p in pairs if t == c]  # right or wrong, for each sample of the class
        for c in sorted(set(true))
    ]
    return sum(sum(one) / len(one) for one in found) / len(found)


def accuracy(true: Sequence[int], predicted: Sequence[int]) -> float:
    """Give the share of right answers."""
    return sum(t == p for t, p in zip(true, predicted, strict=True)) / len(true)


def scores_of(
    y_true: Any,
    logits: Any,
    label: int,
    shifts: Any,
    score: Callable[..., float] = balanced,
    change: Callable[..., Any] = added,
) -> list[float]:
    """Score each shift."""
    true, rows, column = as_list(y_true), logit_rows(logits), int(label)
    return [score(true, answers(rows, change(column, float(shift)))) for shift in shifts]


def best_of(shifts: Any, scores: list[float]) -> float:
    """Give the first shift with the best score."""
    return float(shifts[scores.index(max(scores))])


def expected_shift(y_true: Any, logits: Any, label: int, shifts: Any) -> float:
    """Try each shift on rows of plain numbers."""
    return best_of(shifts, scores_of(y_true, logits, label, shifts))


def reached(answer: Any, y_true: Any, logits: Any, label: int, shifts: Any) -> dict[str, float]:
    """Read the balanced accuracy at one of the shifts: any that reaches the best will do."""
    value = float(np.asarray(answer).item())
    known = [float(shift) for shift in shifts if abs(float(shift) - value) < 1e-5]
    if not known:
        raise ValueError("answer: none of the shifts")
    [score] = scores_of(y_true, logits, label, known[:1])
    return {"the balanced accuracy at your shift": score}


def choosing(
    score: Callable[..., float] = balanced, change: Callable[..., Any] = added
) -> Callable[..., float]:
    """Make a function that chooses by some score, of rows that are changed in some way."""

    def function(y_true: Any, logits: Any, label: int, shifts: Any) -> float:
        return best_of(shifts, scores_of(y_true, logits, label, shifts, score, change))

    return function


def summed_up(y_true: Any, logits: Any, label: int, shifts: Any) -> float:
    """Let each shift come on top of those before it."""
    totals = np.cumsum([float(shift) for shift in shifts]).tolist()
    return best_of(shifts, scores_of(y_true, logits, label, totals))


def in_place(y_true: Any, logits: Any, label: int, shifts: Any) -> float:
    """Let each shift come on top of those before it, in the caller's own numbers."""
    shift = summed_up(y_true, logits, label, shifts)
    for total in shifts:
        for row in logits:
            row[label] += total
    return shift


def the_score(y_true: Any, logits: Any, label: int, shifts: Any) -> float:
    """Give the best score, and not its shift."""
    return max(scores_of(y_true, logits, label, shifts))


def the_place(y_true: Any, logits: Any, label: int, shifts: Any) -> int:
    """Give the place of the shift."""
    scores = scores_of(y_true, logits, label, shifts)
    return scores.index(max(scores))


def own_recall(y_true: Any, logits: Any, label: int, shifts: Any) -> float:
    """Look at the recall of the class alone."""

    def recall(true: Sequence[int], predicted: Sequence[int]) -> float:
        own = [p == label for t, p in zip(true, predicted, strict=True) if t == label]
        return sum(own) / len(own)

    return best_of(shifts, scores_of(y_true, logits, label, shifts, recall))


def softmax_first(column: int, shift: float) -> Callable[[list[float]], list[float]]:
    """Add the shift to a probability."""

    def change(row: list[float]) -> list[float]:
        values = np.exp(np.array(row) - max(row))
        return added(column, shift)((values / values.sum()).tolist())

    return change


best_shift = Judge(
    name="best_shift",
    expected=expected_shift,
    reading=reached,
    misconceptions=[
        Misconception(
            "chooses by accuracy",
            "With few samples of the rare class, accuracy likes it best when they are ignored. "
            "`balanced_accuracy` gives each class the same say.",
            choosing(accuracy),
        ),
        Misconception(
            "changes the logits of the caller, and adds up the shifts",
            "`moved = logits` is a second name for the same numbers, so each shift comes on top of "
            "those before it, and the caller's data change. Work on a copy, a new one for each "
            "shift.",
            in_place,
        ),
        Misconception(
            "lets each shift come on top of those before it",
            "Make the copy within the loop: each shift is to be tried on the logits as they came.",
            summed_up,
        ),
        Misconception(
            "looks for the recall of the one class alone",
            "The larger the shift, the more samples are taken for this class, and its recall can "
            "only rise. What do the other classes pay? Balanced accuracy knows.",
            own_recall,
        ),
        Misconception(
            "subtracts the shift",
            "That makes the class rarer still, and so does adding to all other classes. The shift "
            "is to be *added* to the logits of `label`.",
            choosing(change=lambda column, shift: added(column, -shift)),
        ),
        Misconception(
            "adds the shift to all classes",
            "If all logits rise by the same number, the largest stays the largest, and every shift "
            "is as good as the first. Which column belongs to `label`?",
            choosing(change=lambda column, shift: lambda row: [z + shift for z in row]),
        ),
        Misconception(
            "multiplies by the shift",
            "A logit may be negative, and times 0 it says nothing any more. Add the shift.",
            choosing(
                change=lambda column, shift: (
                    lambda row: [z * (shift if c == column else 1) for c, z in enumerate(row)]
                )
            ),
        ),
        Misconception(
            "adds the shift to probabilities",
            "A probability plus 2 beats everything. The shift belongs to the logits, before any "
            "softmax; `argmax` needs none.",
            choosing(change=softmax_first),
        ),
        Misconception(
            "gives the best score in place of its shift",
            "You found how good it gets. Which of the shifts got there?",
            the_score,
        ),
        Misconception(
            "gives the place of the shift",
            "`argmax` says where the best score stands. Which number of `shifts` stands there?",
            the_place,
        ),
        Misconception(
            "takes the shift with the lowest score",
            "A loss is best where it is lowest, a balanced accuracy where it is highest.",
            choosing(lambda true, predicted: -balanced(true, predicted)),
        ),
    ],
    praise="You moved the line of one class among many, with no training at all.",
)
