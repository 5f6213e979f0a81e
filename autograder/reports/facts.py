"""What the gradebook knows of a class, read once and handed on as plain values."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from autograder.grading.course import Course, CourseError


@dataclass(frozen=True)
class Student:
    """One line of nbgrader's roster; all but the id may be empty.

    `lms_id` is the number that a learning management system knows the student by
    (``lms_user_id`` in nbgrader).
    """

    id: str
    first_name: str = ""
    last_name: str = ""
    email: str = ""
    lms_id: str = ""

    @property
    def name(self) -> str:
        """The full name, or the id where the roster has no name."""
        return " ".join(filter(None, [self.first_name, self.last_name])) or self.id

    @property
    def sort_key(self) -> tuple[str, str, str]:
        """Order by last name, then first name, then id."""
        return (self.last_name or self.id).casefold(), self.first_name.casefold(), self.id


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


@dataclass(frozen=True)
class LessonFacts:
    """A lesson as the gradebook knows it; `stubs` are the released texts of its solution cells."""

    name: str
    max_score: float
    stubs: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class ClassFacts:
    """A class: its roster, its lessons, and what was handed in and graded.

    `ungraded` holds those pairs of student and lesson that lie in the submitted folder and of
    which the gradebook knows no mark.
    """

    students: tuple[Student, ...]
    lessons: tuple[LessonFacts, ...]
    submissions: dict[tuple[str, str], Submission]
    ungraded: frozenset[tuple[str, str]] = frozenset()

    def of_lesson(self, lesson: str) -> list[Submission]:
        """List the submissions of one lesson, in the roster's order."""
        found = (self.submissions.get((student.id, lesson)) for student in self.students)
        return [submission for submission in found if submission is not None]

    def missing(self, lesson: str) -> list[Student]:
        """List who has not handed a lesson in."""
        return [
            student
            for student in self.students
            if (student.id, lesson) not in self.submissions
            and (student.id, lesson) not in self.ungraded
        ]


def read_facts(course: Course, lessons: Sequence[str] = ()) -> ClassFacts:
    """Read a class from its gradebook and its submitted folder.

    Parameters
    ----------
    course
        The course.
    lessons
        Names of the lessons to read; all that anybody has handed in, if left out.

    Returns
    -------
    ClassFacts
        Students by last name, lessons by name.

    Raises
    ------
    CourseError
        If there is no gradebook yet, or if nothing has been handed in for a lesson that is named.
    """
    from nbgrader import api

    course.need_gradebook()
    with api.Gradebook(course.database) as gradebook:
        known = [assignment.name for assignment in gradebook.assignments]
        submissions = {(s.student, s.lesson): s for s in _submissions(gradebook.db, api)}
        students = {student.id: student for student in map(_student, gradebook.students)}
        in_folder = _in_folder(course.classroom / "submitted")
        handed_in = {lesson for _, lesson in [*submissions, *in_folder]}
        chosen = sorted(lessons or handed_in & set(known))
        _check_names(chosen, known, handed_in)
        found = tuple(_lesson(gradebook.find_assignment(name)) for name in chosen)
    ungraded = frozenset(pair for pair in in_folder - set(submissions) if pair[1] in chosen)
    roster = students | {s: Student(s) for s, _ in ungraded if s not in students}
    return ClassFacts(
        students=tuple(sorted(roster.values(), key=lambda student: student.sort_key)),
        lessons=found,
        submissions={pair: s for pair, s in submissions.items() if pair[1] in chosen},
        ungraded=ungraded,
    )


def _check_names(chosen: Iterable[str], known: list[str], handed_in: set[str]) -> None:
    for lesson in chosen:
        if lesson not in known:
            names = ", ".join(sorted(known)) or "none"
            raise CourseError(
                f"The gradebook has no lesson {lesson!r}. It has: {names}. "
                "A lesson gets there with `nbgrader generate_assignment`."
            )
        if lesson not in handed_in:
            raise CourseError(f"Nobody has handed in {lesson} yet.")


def _student(student: Any) -> Student:
    texts = (student.first_name, student.last_name, student.email, student.lms_user_id)
    return Student(student.id, *(text or "" for text in texts))


def _lesson(assignment: Any) -> LessonFacts:
    stubs = {
        cell.name: cell.source
        for notebook in assignment.notebooks
        for solutions in [{cell.name for cell in notebook.solution_cells}]
        for cell in notebook.source_cells
        if cell.name in solutions and cell.cell_type == "code"
    }
    return LessonFacts(assignment.name, assignment.max_score, stubs)


def _submissions(session: Any, api: Any) -> list[Submission]:
    """Read all submissions with three queries: one object a row would take minutes for a class."""
    marks = _marks(session, api)
    comments = _comments(session, api)
    rows = session.query(
        api.SubmittedAssignment.id,
        api.SubmittedAssignment.student_id,
        api.Assignment.name,
        api.SubmittedAssignment.timestamp,
        api.SubmittedAssignment.late_submission_penalty,
    ).join(api.Assignment, api.Assignment.id == api.SubmittedAssignment.assignment_id)
    return [
        Submission(
            student=student,
            lesson=lesson,
            marks=tuple(marks[key]),
            penalty=penalty or 0.0,
            timestamp=timestamp,
            comments=tuple(comments[key]),
        )
        for key, student, lesson, timestamp, penalty in rows
    ]


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


def _in_folder(submitted: Path) -> set[tuple[str, str]]:
    """List what lies in the submitted folder: pairs of student and lesson."""
    return {
        (folder.parent.name, folder.name)
        for folder in submitted.glob("*/*")
        if folder.is_dir() and not folder.name.startswith(".")
    }
