"""A small exercise to try the engine on."""

import pytest

from autograder.engine.judge import Judge, Misconception
from autograder.engine.question import Case, Question


def _draw(rng):
    return [
        Case(f"drawn {i}", {"numbers": rng.integers(1000, 9999, size=5).tolist()}) for i in range(4)
    ]


@pytest.fixture
def question():
    return Question(
        name="mean",
        points=2,
        public=[
            Case("two numbers", {"numbers": [1, 3]}),
            Case("a tensor", {"numbers": [2, 4, 9]}, tensors=("numbers",)),
        ],
        draw=_draw,
    )


@pytest.fixture
def judge():
    return Judge(
        name="mean",
        expected=lambda numbers: sum(numbers) / len(numbers),
        misconceptions=[
            Misconception(
                "adds without dividing", "How many are there?", lambda numbers: sum(numbers)
            ),
            Misconception("takes the largest", "Use all of them.", lambda numbers: max(numbers)),
            Misconception("divides by nothing", "Count first.", lambda numbers: sum(numbers) / 0),
        ],
        praise="Means are fine.",
    )
