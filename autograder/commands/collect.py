"""What an instructor types to take in what was handed in."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from autograder.commands import app, console
from autograder.grading.course import find_course


@app.command()
def collect(
    source: Annotated[Path, typer.Argument(help="A folder, a zip or a notebook.")],
    lesson: Annotated[str | None, typer.Option(help="Take only this lesson's notebooks.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Write nothing; show all.")] = False,
) -> None:
    """Put notebooks that were handed in where nbgrader looks for them.

    Takes what Moodle and Canvas give to download, zips of `imbalance-lessons submit`, and files or
    folders that are named by students' ids. The lesson is recognised by the notebook's cells. What
    else lies in a notebook's folder goes with it. Of several by one student the newest counts; the
    others are kept in classroom/kept_aside.
    """
    from autograder.handin.collect import collect, summary, table

    results = collect(find_course(), source, lesson, dry_run)
    console.print(table(results))
    console.print(summary(results, dry_run), markup=False, highlight=False)
    if results and all(result.outcome == "not taken" for result in results):
        raise typer.Exit(1)
