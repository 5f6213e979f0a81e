"""What an instructor looks at after grading, and hands on to other systems."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from autograder.commands import Lessons, app, console
from autograder.grading.course import find_course


@app.command()
def report(
    lessons: Lessons = None,
    output: Annotated[
        Path | None, typer.Option(help="The page; by default report.html in the classroom.")
    ] = None,
    csv: Annotated[Path | None, typer.Option(help="A folder for the same as CSV files.")] = None,
) -> None:
    """Write the class report: one HTML page, and tables if you like."""
    from autograder.reports.class_report import class_report
    from autograder.reports.page import render
    from autograder.reports.tables import write_tables

    course = find_course()
    made = class_report(course, lessons or [])
    page = output or course.classroom / "report.html"
    page.parent.mkdir(parents=True, exist_ok=True)
    page.write_text(render(made, datetime.now()), encoding="utf-8")
    console.print(str(page.resolve()), soft_wrap=True, highlight=False, markup=False)
    for path in write_tables(made, csv) if csv else []:
        console.print(str(path), soft_wrap=True, highlight=False, markup=False)


class Format(StrEnum):
    """Where marks go."""

    canvas = "canvas"
    moodle = "moodle"
    csv = "csv"


@app.command()
def export(
    lessons: Lessons = None,
    format: Annotated[Format, typer.Option("--format", help="For which system.")] = Format.csv,
    output: Annotated[
        Path | None, typer.Option(help="The file; by default marks_FORMAT.csv in the classroom.")
    ] = None,
    template: Annotated[
        Path | None, typer.Option(help="A gradebook that Canvas exported, to be filled in.")
    ] = None,
    column: Annotated[
        list[str] | None,
        typer.Option(help='Which assignment of the template a lesson is: "LESSON=TITLE".'),
    ] = None,
    zero_missing: Annotated[
        bool, typer.Option("--zero-missing", help="Write 0 where nothing was handed in.")
    ] = False,
    finished_only: Annotated[
        bool, typer.Option("--finished-only", help="Leave out marks that wait for a person.")
    ] = False,
) -> None:
    """Write the marks for Canvas, Moodle or a spreadsheet."""
    from autograder.reports.exporting import export_marks
    from autograder.reports.exports import Choice

    course = find_course()
    made = export_marks(
        course,
        format.value,
        Choice(zero_missing, finished_only),
        lessons=lessons or [],
        template=template,
        columns=column or [],
    )
    path = output or course.classroom / f"marks_{format.value}.csv"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(made.text, encoding="utf-8", newline="")
    console.print(str(path.resolve()), soft_wrap=True, highlight=False, markup=False)
    for note in made.notes:
        console.print(note, soft_wrap=True, highlight=False, markup=False)
