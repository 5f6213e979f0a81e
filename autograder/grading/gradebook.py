"""Read a course's gradebook: what was handed in, as marked until now, and marks as a table."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from rich import box
from rich.table import Table

from autograder.grading.course import Course


@dataclass(frozen=True)
class CellMark:
    """One cell's mark; `written` says whether it is for text that a person marks."""

    name: str
    score: float
    max_score: float
    auto_score: float | None
    waiting: bool
    written: bool


@dataclass(frozen=True)
class Submission:
    """What one student handed in for one lesson, as marked until now.

    Attributes
    ----------
    student, lesson
        Whose, and for which lesson.
    marks
        The cells that carry points.
    penalty
        Points taken off for handing in late.
    timestamp
        When it was handed in, where that is known.
    comments
        What a person wrote beside answers.
    """

    student: str
    lesson: str
    marks: tuple[CellMark, ...]
    penalty: float = 0.0
    timestamp: datetime | None = None
    comments: tuple[str, ...] = ()

    @property
    def raw_score(self) -> float:
        """The points before a late penalty."""
        return sum(mark.score for mark in self.marks)

    @property
    def score(self) -> float:
        """The points that count: never below 0, as in nbgrader's own export."""
        return max(0.0, self.raw_score - self.penalty)

    @property
    def automatic(self) -> list[CellMark]:
        """The marks that the grader gave."""
        return [mark for mark in self.marks if not mark.written]

    @property
    def waiting(self) -> list[CellMark]:
        """The marks that a person still has to give, or to look at again."""
        return [mark for mark in self.marks if mark.waiting]


def read_submissions(gradebook: Any) -> list[Submission]:
    """Read all submissions of an open `Gradebook`.

    Four queries do it, each through a table from top to bottom. One object a row would take minutes
    for a class; so would a sum of penalties in each row, as nbgrader has no index for it.
    """
    from nbgrader import api

    session = gradebook.db
    cells = _marks(session, api)
    penalties = _penalties(session, api)
    comments = _comments(session, api)
    rows = session.query(
        api.SubmittedAssignment.id,
        api.SubmittedAssignment.student_id,
        api.Assignment.name,
        api.SubmittedAssignment.timestamp,
    ).join(api.Assignment, api.Assignment.id == api.SubmittedAssignment.assignment_id)
    return [
        Submission(
            student=student,
            lesson=lesson,
            marks=tuple(cells[key]),
            penalty=penalties[key],
            timestamp=timestamp,
            comments=tuple(comments[key]),
        )
        for key, student, lesson, timestamp in rows
    ]


@dataclass(frozen=True)
class Mark:
    """One student's mark for one lesson.

    `score` is what counts, late penalties taken off; `waiting` says whether an answer still waits
    for a person to mark it.
    """

    student: str
    lesson: str
    score: float
    max_score: float
    waiting: bool


def marks(course: Course) -> list[Mark]:
    """Read all marks of a course, by lesson and student.

    Raises
    ------
    CourseError
        If there is no gradebook yet.
    """
    from nbgrader.api import Gradebook

    course.need_gradebook()
    with Gradebook(course.database) as gradebook:
        points = {assignment.name: assignment.max_score for assignment in gradebook.assignments}
        found = read_submissions(gradebook)
    return [
        Mark(s.student, s.lesson, s.score, points[s.lesson], waiting=bool(s.waiting))
        for s in sorted(found, key=lambda submission: (submission.lesson, submission.student))
    ]


def table(course_marks: list[Mark]) -> Table:
    """Lay marks out: a row a student, a column a lesson; the whole course fits 80 characters."""
    points = {mark.lesson: mark.max_score for mark in course_marks}
    lessons = sorted({mark.lesson for mark in course_marks})
    by_place = {(mark.student, mark.lesson): mark for mark in course_marks}
    result = Table(
        caption="* a written answer waits to be marked by hand", box=box.SIMPLE_HEAD, padding=0
    )
    result.add_column("lesson", no_wrap=True)
    for lesson in lessons:
        result.add_column(f"{_number(lesson)}\nof {points[lesson]:g}", justify="right")
    for student in sorted({mark.student for mark in course_marks}):
        result.add_row(student, *(_text(by_place.get((student, lesson))) for lesson in lessons))
    return result


def _number(lesson: str) -> str:
    """Shorten ``01_accuracy_trap`` to 01; keep a name that does not begin with a number."""
    number = lesson.partition("_")[0]
    return number if number.isdigit() else lesson


def _text(mark: Mark | None) -> str:
    if mark is None:
        return "–"
    return f"{mark.score:g}{'*' if mark.waiting else ' '}"


def _marks(session: Any, api: Any) -> dict[str, list[CellMark]]:
    """Read the marks of all submissions, by the submission's key."""
    rows = (
        session.query(
            api.SubmittedNotebook.assignment_id,
            api.BaseCell.name,
            api.Grade.score,
            api.Grade.max_score,
            api.Grade.auto_score,
            api.Grade.needs_manual_grade,
            api.Grade.cell_type,
        )
        .join(api.SubmittedNotebook, api.SubmittedNotebook.id == api.Grade.notebook_id)
        .join(api.BaseCell, api.BaseCell.id == api.Grade.cell_id)
        .order_by(api.BaseCell.name)
    )
    found = defaultdict(list)
    for key, name, score, max_score, auto_score, waiting, cell_type in rows:
        written = cell_type == "markdown"
        found[key].append(CellMark(name, score, max_score, auto_score, waiting, written))
    return found


def _penalties(session: Any, api: Any) -> dict[str, float]:
    """Add the late penalties of each submission's notebooks up."""
    notebook = api.SubmittedNotebook
    found: dict[str, float] = defaultdict(float)
    for key, penalty in session.query(notebook.assignment_id, notebook.late_submission_penalty):
        found[key] += penalty or 0.0
    return found


def _comments(session: Any, api: Any) -> dict[str, list[str]]:
    rows = (
        session.query(api.SubmittedNotebook.assignment_id, api.Comment.manual_comment)
        .join(api.SubmittedNotebook, api.SubmittedNotebook.id == api.Comment.notebook_id)
        .filter(api.Comment.manual_comment.isnot(None))
    )
    found = defaultdict(list)
    for key, comment in rows:
        if comment.strip():
            found[key].append(comment.strip())
    return found
