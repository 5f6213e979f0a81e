"""Marks for other systems: plain CSV, and Moodle's grade import. Canvas has a module of its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from autograder.grading.gradebook import Submission
from autograder.reports.csv_text import number, write_csv
from autograder.reports.facts import ClassFacts, LessonFacts, Student


@dataclass(frozen=True)
class Choice:
    """What to write where there is no final mark.

    Attributes
    ----------
    zero_missing
        Write 0 where nothing was handed in; otherwise the cell stays empty.
    finished_only
        Leave out marks of which a part still waits for a person.
    """

    zero_missing: bool = False
    finished_only: bool = False


@dataclass(frozen=True)
class Export:
    """A file to write, and what whoever writes it should know."""

    text: str
    notes: tuple[str, ...] = ()


def mark(facts: ClassFacts, student: Student, lesson: LessonFacts, choice: Choice) -> float | None:
    """Decide which mark of a student to hand on; None for none.

    It is the score that counts: marks given by hand are in, late penalties are off. What is handed
    in and not graded yet never becomes a 0.
    """
    submission = facts.submissions.get((student.id, lesson.name))
    if submission is None:
        pending = (student.id, lesson.name) in facts.ungraded
        return 0.0 if choice.zero_missing and not pending else None
    if choice.finished_only and submission.waiting:
        return None
    return submission.score


def general_notes(facts: ClassFacts, choice: Choice) -> list[str]:
    """Say what an export leaves open: marks that wait, and submissions that are not graded."""
    waiting = sum(bool(submission.waiting) for submission in facts.submissions.values())
    notes = []
    if waiting:
        what = "are left out" if choice.finished_only else "are in with the points so far"
        notes.append(f"{waiting} of {len(facts.submissions)} marks wait for a person, and {what}.")
    if facts.ungraded:
        notes.append(f"{len(facts.ungraded)} submissions are not graded yet, and are left out.")
    return notes


def plain_csv(facts: ClassFacts, choice: Choice) -> Export:
    """Write all marks, a row for each student and lesson.

    Parameters
    ----------
    facts
        The class.
    choice
        What to write where there is no final mark.

    Returns
    -------
    Export
        With the columns of nbgrader's own export, and some more.
    """
    header = ["lesson", "student_id", "last_name", "first_name", "email", "lms_user_id", "state"]
    header += ["timestamp", "raw_score", "late_submission_penalty", "score", "max_score", "waiting"]
    rows = []
    for lesson in facts.lessons:
        for student in facts.students:
            submission = facts.submissions.get((student.id, lesson.name))
            who = [student.id, student.last_name, student.first_name, student.email, student.lms_id]
            state = _state(facts, student, lesson)
            given = mark(facts, student, lesson, choice)
            waiting = bool(submission.waiting) if submission else None
            points = [*_history(submission), given, lesson.max_score]
            rows.append([lesson.name, *who, state, *points, waiting])
    return Export(write_csv(header, rows), tuple(general_notes(facts, choice)))


def moodle_csv(facts: ClassFacts, choice: Choice) -> Export:
    """Write marks for Moodle's grade import, a row for each student.

    Parameters
    ----------
    facts
        The class.
    choice
        What to write where there is no final mark: Moodle reads a dash as no grade.

    Returns
    -------
    Export
        With columns to map students by, of which one is enough, and for each lesson its grade and
        its feedback: Moodle wants both, or the grade is lost.
    """
    keys = _moodle_keys(facts.students)
    header = ["Username", *keys, "First name", "Last name"]
    for lesson in facts.lessons:
        header += [lesson.name, f"{lesson.name} (Feedback)"]
    rows = []
    for place, student in enumerate(facts.students):
        row: list[Any] = [student.id, *(values[place] for values in keys.values())]
        row += [student.first_name, student.last_name]
        for lesson in facts.lessons:
            given = mark(facts, student, lesson, choice)
            row += ["-" if given is None else given, feedback(facts, student, lesson)]
        rows.append(row)
    notes = [*general_notes(facts, choice), *_moodle_notes(facts, keys)]
    return Export(write_csv(header, rows), tuple(notes))


def feedback(facts: ClassFacts, student: Student, lesson: LessonFacts) -> str:
    """Say in a line or two what a mark is made of; empty where there is none."""
    submission = facts.submissions.get((student.id, lesson.name))
    if submission is None:
        return ""
    written = [cell for cell in submission.marks if cell.written]
    parts = [f"Checks: {_sum(submission.automatic)}."]
    if written:
        parts.append(f"Written answers: {_sum(written)}.")
    if submission.waiting:
        parts.append("An answer still waits to be marked.")
    if submission.penalty:
        parts.append(f"Handed in late: {number(submission.penalty)} points off.")
    return " ".join([*parts, *submission.comments])


def _moodle_keys(students: Sequence[Student]) -> dict[str, list[str]]:
    """Choose the columns to map students by: those in which each student has a value of its own.

    Where such a cell is empty, Moodle's import gives the row's grades to the student above it.
    """
    columns = {
        "ID number": [student.lms_id for student in students],
        "Email address": [student.email for student in students],
    }
    return {
        name: values
        for name, values in columns.items()
        if all(values) and len({value.casefold() for value in values}) == len(values)
    }


def _moodle_notes(facts: ClassFacts, keys: Mapping[str, Sequence[str]]) -> list[str]:
    high = [lesson.name for lesson in facts.lessons if lesson.max_score > 100]
    notes = []
    if high:
        notes.append(f"Moodle takes grades up to 100 unless it is set to more: {', '.join(high)}.")
    if left := [name for name in ("ID number", "Email address") if name not in keys]:
        notes.append(
            f"Without {' and '.join(left)}, as not all students have one of their own in the "
            "roster: map students by another column."
        )
    return notes


def _state(facts: ClassFacts, student: Student, lesson: LessonFacts) -> str:
    place = student.id, lesson.name
    if place in facts.submissions:
        return "graded"
    return "not graded" if place in facts.ungraded else "not handed in"


def _history(submission: Submission | None) -> list[Any]:
    if submission is None:
        return ["", None, None]
    when = submission.timestamp.isoformat(" ") if submission.timestamp else ""
    return [when, submission.raw_score, submission.penalty]


def _sum(marks: Sequence[Any]) -> str:
    score = sum(mark.score for mark in marks)
    most = sum(mark.max_score for mark in marks)
    return f"{number(score)} of {number(most)} points"
