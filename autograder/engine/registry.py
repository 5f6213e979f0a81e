"""Find questions and judges by name: they are what the lesson modules of two packages define."""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache
from typing import TypeVar

from autograder.engine.judge import Judge
from autograder.engine.question import Question

ExercisePart = TypeVar("ExercisePart", Question, Judge)


@cache
def questions() -> dict[str, Question]:
    """All questions of the course by name, in the order of their lessons."""
    return _collect("autograder.questions", Question)


@cache
def judges() -> dict[str, Judge]:
    """All judges of the course by name."""
    return _collect("autograder.judges", Judge)


def find_question(name: str) -> Question:
    """Look a question up.

    Raises
    ------
    KeyError
        If there is none of that name; the message lists those there are.
    """
    return _find(questions(), name)


def find_judge(name: str) -> Judge:
    """Look a judge up; raises like `find_question`."""
    return _find(judges(), name)


def _find(known: dict[str, ExercisePart], name: str) -> ExercisePart:
    if name not in known:
        raise KeyError(f"name: there is no exercise {name!r}; there are {', '.join(known)}")
    return known[name]


def _collect(package: str, kind: type[ExercisePart]) -> dict[str, ExercisePart]:
    found: dict[str, ExercisePart] = {}
    for module in pkgutil.iter_modules(importlib.import_module(package).__path__):
        members = vars(importlib.import_module(f"{package}.{module.name}")).values()
        for member in (m for m in members if isinstance(m, kind)):
            if found.setdefault(member.name, member) is not member:
                raise ValueError(f"{package}.{module.name}: {member.name!r} is taken already")
    return found
