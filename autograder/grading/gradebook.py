"""Read a course's gradebook, for people."""

from __future__ import annotations

from dataclasses import dataclass

from rich import box
from rich.table import Table

from autograder.grading.course import Course


@dataclass(frozen=True)
class Mark:
    """One student's mark for one lesson.

    `waiting` says whether an answer still waits for a person to mark it.
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
        return [
            Mark(
                student=submission.student.id,
                lesson=assignment.name,
                score=submission.score,
                max_score=submission.max_score,
                waiting=submission.needs_manual_grade,
            )
            for assignment in sorted(gradebook.assignments, key=lambda a: a.name)
            for submission in sorted(assignment.submissions, key=lambda s: s.student.id)
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
