"""Work with a gradebook that holds a large class: what it costs, beside a small one.

`python -m benchmarks.large`. The many are copies of one graded student's notebook, made without
grading; then a few more hand in and are graded for real, and the class is looked at as a whole.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
from rich.console import Console
from rich.table import Table

from autograder.grading.course import Course
from autograder.grading.gradebook import marks
from benchmarks.classes import STUDENTS, copy_class, environment_of, make_class
from benchmarks.harness import cores
from benchmarks.watching import MEBIBYTE, Watched, watch

LESSON = "02_measuring_imbalance"
FEW = 21  # students who are graded for real, after the many
SIZES = (0, 1_000, 10_000)
COMMANDS = {
    f"grade {FEW} more": ("grade", LESSON),
    "marks": ("marks",),
    "export": ("export", LESSON, "--format", "csv"),
    "report": ("report", LESSON),
}


@dataclass(frozen=True)
class Row:
    """What the commands took with a class of some size."""

    students: int
    took: dict[str, Watched]


def measure(sizes: Sequence[int], folder: Path) -> Iterator[Row]:
    """Try each command with each size of class."""
    few = make_class(folder / "few", [LESSON], FEW)
    graded = copy_class(few, folder / "graded", len(STUDENTS))
    _command(graded, *COMMANDS[f"grade {FEW} more"])
    for size in sizes:
        course = copy_class(few, folder / str(size))
        fill(course, graded, size)
        yield Row(size, {name: _command(course, *words) for name, words in COMMANDS.items()})
        shutil.rmtree(course.classroom)


def fill(course: Course, graded: Course, size: int) -> None:
    """Let a classroom look as if many students had been graded in it.

    Parameters
    ----------
    course
        The classroom, with its lesson released.
    graded
        One in which the sample students are graded: the many are their copies, in turn.
    size
        How many they are.
    """
    from nbgrader.api import Gradebook

    known = [mark.student for mark in marks(graded)]
    copies = {f"many{number:06d}": known[number % len(known)] for number in range(size)}
    with Gradebook(graded.database) as from_, Gradebook(course.database) as to:
        scores = {
            student: {
                grade.name: grade.auto_score
                for grade in from_.find_submission_notebook(LESSON, LESSON, student).grades
            }
            for student in known
        }
        _record(to, {name: scores[original] for name, original in copies.items()})
    for name, original in copies.items():
        path = course.notebook("autograded", LESSON, name)
        path.parent.mkdir(parents=True)
        # Each answer a little different, or the report would compare one text with itself.
        notebook = nbformat.read(graded.notebook("autograded", LESSON, original), as_version=4)
        nbformat.write(_vary(notebook, name), path)


def _record(gradebook: Any, scores: Mapping[str, Mapping[str, float | None]]) -> None:
    """Add students with a submission each, as nbgrader does.

    Row by row: its `add_submission` looks at all submissions before it adds one.
    """
    from nbgrader import api
    from sqlalchemy import insert

    lesson = gradebook.find_notebook(LESSON, LESSON)
    graded = [*lesson.grade_cells, *lesson.task_cells]
    commented = [*lesson.solution_cells, *lesson.task_cells]
    rows: dict[Any, list[dict[str, Any]]] = {}
    for name, of_cell in scores.items():
        # Within a lesson the name is a key as good as nbgrader's random ones.
        to = {"notebook_id": name}
        new = {
            api.Student: [{"id": name}],
            api.SubmittedAssignment: [
                {"id": name, "assignment_id": lesson.assignment_id, "student_id": name}
            ],
            api.SubmittedNotebook: [{"id": name, "notebook_id": lesson.id, "assignment_id": name}],
            api.Grade: [
                {"cell_id": cell.id, "auto_score": of_cell[cell.name], **to} for cell in graded
            ],
            api.Comment: [{"cell_id": cell.id, **to} for cell in commented],
        }
        for table, entries in new.items():
            rows.setdefault(table, []).extend(entries)
    for table, entries in rows.items():
        gradebook.db.execute(insert(table), entries)
    gradebook.db.commit()


def _vary(notebook: nbformat.NotebookNode, name: str) -> nbformat.NotebookNode:
    """Add a line of its own length to each solution."""
    number = int(name.removeprefix("many"))
    for cell in notebook.cells:
        marked = cell.metadata.get("nbgrader", {})
        if marked.get("solution") and "def " in cell.source:
            terms = " + ".join(f"{digit} * {digit}" for digit in f"{number:b}")
            cell.source += f"\n\nextra = {terms}"
    return notebook


def _command(course: Course, *words: str) -> Watched:
    command = [sys.executable, "-m", "autograder", *words]
    return watch(command, course.root, environment_of(course))


def table(rows: Sequence[Row]) -> Table:
    """Lay out the times and the memory, a row for each size."""
    laid = Table(title=f"{cores()} cores", title_justify="left")
    laid.add_column("graded before", justify="right")
    for name in COMMANDS:
        laid.add_column(f"{name}: s", justify="right")
        laid.add_column("MiB", justify="right")
    for row in rows:
        cells = []
        for name in COMMANDS:
            took = row.took[name]
            cells += [f"{took.wall:.1f}", f"{took.peak / MEBIBYTE:.0f}"]
        laid.add_row(f"{row.students:,}", *cells)
    return laid


def main(arguments: list[str] | None = None) -> None:
    """Measure, and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.large", description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=list(SIZES))
    chosen = parser.parse_args(arguments)
    console = Console(width=120)
    rows = []
    with tempfile.TemporaryDirectory(prefix="bench-large-") as name:
        for row in measure(chosen.sizes, Path(name)):
            times = ", ".join(f"{what} {took.wall:.1f} s" for what, took in row.took.items())
            console.print(f"{row.students:,} graded before: {times}")
            rows.append(row)
    console.print(table(rows))


if __name__ == "__main__":
    main()
