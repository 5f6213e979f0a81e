"""The class report's numbers as tables, one CSV file each."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from autograder.reports.csv_text import write_csv
from autograder.reports.summaries import FATES, Overview

Table = tuple[list[str], list[list[Any]]]


def tables(report: Overview) -> dict[str, Table]:
    """Lay the class report out as tables: header and rows, by the table's name."""
    return {
        "marks": _marks(report),
        "lessons": _lessons(report),
        "exercises": _exercises(report),
        "cases": _cases(report),
        "misconceptions": _mistakes(report),
        "students": _students(report),
        "waiting": _waiting(report),
        "alike": _alike(report),
        "grading": _grading(report),
    }


def write_tables(report: Overview, folder: Path) -> list[Path]:
    """Write each table of a class report into a folder; returns the files."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for name, (header, rows) in tables(report).items():
        path = folder / f"{name}.csv"
        # Spreadsheets take a file for UTF-8 where it begins with a byte-order mark.
        path.write_text(write_csv(header, rows), encoding="utf-8-sig", newline="")
        paths.append(path)
    return paths


def _marks(report: Overview) -> Table:
    header = ["student", "first_name", "last_name", "lesson", "state", "score", "max_score"]
    header += ["raw_score", "late_penalty", "waiting"]
    rows = []
    for student in report.students:
        for lesson in report.lessons:
            who = [student.id, student.first_name, student.last_name, lesson.name]
            submission = report.submissions.get((student.id, lesson.name))
            if submission is None:
                state = "not graded" if student.id in lesson.ungraded else "not handed in"
                rows.append([*who, state, None, lesson.max_score, None, None, None])
                continue
            marks = [submission.score, lesson.max_score, submission.raw_score, submission.penalty]
            rows.append([*who, "graded", *marks, bool(submission.waiting)])
    return header, rows


def _lessons(report: Overview) -> Table:
    steps = [f"{10 * place}-{10 * place + 10}%" for place in range(10)]
    header = ["lesson", "title", "max_score", "graded", "median", "waiting", "not_graded"]
    header += ["not_handed_in", "grading_seconds", *steps]
    rows = []
    for lesson in report.lessons:
        points = [lesson.max_score, len(lesson.scores), lesson.median]
        counts = [lesson.waiting, len(lesson.ungraded), len(lesson.missing)]
        time = float(sum(lesson.seconds))
        rows.append([lesson.name, lesson.title, *points, *counts, time, *lesson.tenths])
    return header, rows


def _exercises(report: Overview) -> Table:
    header = ["lesson", "exercise", "points", "mean_share", *FATES, "compared", "alike"]
    rows = []
    for exercise in report.exercises:
        points = [exercise.points, exercise.mean, *exercise.fates.values()]
        alike = [exercise.comparison.compared, exercise.comparison.alike_count]
        rows.append([exercise.lesson, exercise.name, *points, *alike])
    return header, rows


def _cases(report: Overview) -> Table:
    kinds = ["right", "partly", "wrong", "stopped", "untouched"]
    return ["lesson", "exercise", "case", "kind", *kinds], [
        [exercise.lesson, exercise.name, case.label, "visible" if case.public else "drawn"]
        + [getattr(case, kind) for kind in kinds]
        for exercise in report.exercises
        for case in exercise.cases
    ]


def _mistakes(report: Overview) -> Table:
    return ["lesson", "exercise", "misconception", "hint", "count", "students"], [
        [m.lesson, m.exercise, m.name, m.hint, len(m.students), _list(m.students)]
        for m in report.mistakes
    ]


def _students(report: Overview) -> Table:
    header = ["student", "not_handed_in", "not_started", "below_half", "stopped_with_an_error"]
    rows = []
    for c in report.concerns:
        stopped = [f"{lesson}/{exercise}: {problem}" for lesson, exercise, problem in c.stopped]
        rows.append([c.student, *map(_list, (c.missing, c.blank, c.low, stopped))])
    return header, rows


def _waiting(report: Overview) -> Table:
    return ["student", "lesson", "answer", "points", "marked_before"], [
        [answer.student, answer.lesson, answer.cell, answer.points, answer.again]
        for answer in report.waiting
    ]


def _alike(report: Overview) -> Table:
    header = ["lesson", "exercise", "kind", "similarity", "count", "students"]
    rows: list[list[Any]] = []
    for exercise in report.exercises:
        place, found = [exercise.lesson, exercise.name], exercise.comparison
        for alike in found.alike:
            who = alike.students
            rows.append([*place, "alike", alike.similarity, len(who), _list(who)])
        if own := found.own_solution:
            rows.append([*place, "the course's own solution", None, len(own), _list(own)])
        rows += [[*place, "a usual way", 1.0, way.count, ""] for way in found.usual]
    return header, rows


def _grading(report: Overview) -> Table:
    return ["student", "lesson", "seconds", "failed", "notes"], [
        [entry.student, entry.lesson, entry.seconds, entry.failed, _list(entry.notes)]
        for _, entry in sorted(report.log.items())
    ]


def _list(values: Iterable[str]) -> str:
    """Join values in one cell. No value of ours has a semicolon in it but free text."""
    return "; ".join(values)
