"""What the gradebook knows of a class, read once and handed on as plain values."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from autograder.grading.course import Course, CourseError
from autograder.grading.gradebook import Submission, read_submissions


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
    from nbgrader.api import Gradebook

    course.need_gradebook()
    with Gradebook(course.database) as gradebook:
        known = [assignment.name for assignment in gradebook.assignments]
        submissions = {(s.student, s.lesson): s for s in read_submissions(gradebook)}
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


def _in_folder(submitted: Path) -> set[tuple[str, str]]:
    """List what lies in the submitted folder: pairs of student and lesson."""
    return {
        (folder.parent.name, folder.name)
        for folder in submitted.glob("*/*")
        if folder.is_dir() and not folder.name.startswith(".")
    }
