"""What graded notebooks say beyond marks: how each case went, and what students wrote.

Only check cells are read for the first, as the grader itself wrote their outputs; and a record
counts only if its score is the one in the gradebook.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from autograder.engine.marks import CHECK_PREFIX
from autograder.engine.record import REPORT_MIME, Record
from autograder.grading.course import Course
from autograder.grading.gradebook import Submission
from autograder.reports.facts import ClassFacts


@dataclass(frozen=True)
class Outcome:
    """What is known of one submission's exercises, each by the exercise's name.

    Attributes
    ----------
    records
        How the cases went; without those of a grader that did not write any yet.
    answers
        The text of the solution cells.
    """

    records: Mapping[str, Record] = field(default_factory=dict)
    answers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class LessonSource:
    """A lesson's own notebook: its title, its checked exercises in order, and its solutions."""

    title: str
    exercises: tuple[str, ...] = ()
    solutions: Mapping[str, str] = field(default_factory=dict)


def read_outcomes(course: Course, facts: ClassFacts) -> dict[tuple[str, str], Outcome]:
    """Read the graded notebooks of a class.

    Parameters
    ----------
    course
        The course, in whose classroom they are.
    facts
        The submissions to look for.

    Returns
    -------
    dict
        Outcomes by student and lesson; an empty one where the notebook is gone or cannot be read.
    """
    return {
        (student, lesson): read_outcome(
            course.notebook("autograded", lesson, student).parent, submission
        )
        for (student, lesson), submission in facts.submissions.items()
    }


def read_outcome(folder: Path, submission: Submission) -> Outcome:
    """Read one submission's graded notebooks, with the marks that the gradebook has for it."""
    scores = {mark.name: mark.auto_score for mark in submission.marks}
    records: dict[str, Record] = {}
    answers: dict[str, str] = {}
    for path in sorted(folder.glob("*.ipynb")):
        for cell in cells_of(path):
            marked = nbgrader_of(cell)
            name = str(marked.get("grade_id", ""))
            if marked.get("solution") and cell.get("cell_type") == "code":
                answers[name] = text_of(cell)
            elif marked.get("grade") and name.startswith(CHECK_PREFIX):
                found = record_of(cell)
                if found and _is_score(found.score, scores.get(name)):
                    records[name.removeprefix(CHECK_PREFIX)] = found
    return Outcome(records, answers)


def read_source(course: Course, lesson: str) -> LessonSource:
    """Read a lesson's own notebook; of one that is not in this repository the name is all."""
    exercises, solutions = [], {}
    title = ""
    for cell in cells_of(course.root / "notebooks" / lesson / f"{lesson}.ipynb"):
        marked, text = nbgrader_of(cell), text_of(cell)
        name = str(marked.get("grade_id", ""))
        if not title and cell.get("cell_type") == "markdown" and text.startswith("# "):
            title = text.partition("\n")[0].removeprefix("# ").strip()
        if marked.get("solution") and cell.get("cell_type") == "code":
            solutions[name] = text
        elif marked.get("grade") and name.startswith(CHECK_PREFIX):
            exercises.append(name.removeprefix(CHECK_PREFIX))
    return LessonSource(title or lesson, tuple(exercises), solutions)


def cells_of(path: Path) -> list[dict[str, Any]]:
    """Read a notebook's cells; none from a file that is gone or is no notebook.

    Plain JSON: to validate each of a class's notebooks would take longer than all the rest.
    """
    try:
        notebook = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return []
    cells = notebook.get("cells") if isinstance(notebook, dict) else None
    return [cell for cell in cells if isinstance(cell, dict)] if isinstance(cells, list) else []


def nbgrader_of(cell: Mapping[str, Any]) -> Mapping[str, Any]:
    """Give a cell's nbgrader metadata; empty where there is none."""
    metadata = cell.get("metadata")
    found = metadata.get("nbgrader") if isinstance(metadata, dict) else None
    return found if isinstance(found, dict) else {}


def text_of(cell: Mapping[str, Any]) -> str:
    """Give a cell's source, which a file may hold as one string or as lines."""
    source = cell.get("source", "")
    return "".join(map(str, source)) if isinstance(source, list) else str(source)


def record_of(cell: Mapping[str, Any]) -> Record | None:
    """Find the record that the grader left in a check cell; None if there is none."""
    for data in _data(cell):
        try:
            return Record.from_json(data[REPORT_MIME])
        except ValueError:
            return None
    return None


def _data(cell: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    outputs = cell.get("outputs")
    for output in outputs if isinstance(outputs, list) else []:
        data = output.get("data") if isinstance(output, dict) else None
        if isinstance(data, dict) and REPORT_MIME in data:
            yield data


def _is_score(one: float, other: float | None) -> bool:
    return other is not None and math.isclose(one, other, abs_tol=0.005)
