"""Known mistakes, as data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Misconception:
    """A mistake that students are known to make, as code.

    Attributes
    ----------
    name
        What it is, in a few plain words: ``"divides the rarest class by the largest"``.
    hint
        What to think about next; shown to whoever makes the mistake.
    submission
        The mistake itself, as a student would hand it in: a function, or for a question that
        reads a value, the value. Its answers are compared with the student's.
    """

    name: str
    hint: str
    submission: Any
