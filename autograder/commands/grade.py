"""Grade a whole class."""

from __future__ import annotations

from contextlib import closing
from typing import Annotated

import typer
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

from autograder.commands import Lessons, app, console
from autograder.grading.course import find_course


@app.command()
def grade(
    lessons: Lessons = None,
    force: Annotated[
        bool, typer.Option("--force", help="Grade again what has been graded; marks by hand stay.")
    ] = False,
    workers: Annotated[
        int, typer.Option(min=0, help="How many submissions to run at a time; 0: one a core.")
    ] = 0,
    trusted: Annotated[
        bool, typer.Option("--trusted", help="Run submissions without a sandbox, with your rights.")
    ] = False,
    scheduler: Annotated[
        str, typer.Option(help="Address of a Dask scheduler, to run submissions on its workers.")
    ] = "",
) -> None:
    """Grade all that has been handed in, on all cores; goes on where it was stopped.

    It writes the same gradebook as `nbgrader autograde`.
    """
    from autograder.execution.job import run_job
    from autograder.grading.faults import GO_ON
    from autograder.grading.summary import summary
    from autograder.grading.whole_class import Runner, grade_class, submissions

    course = find_course()
    names = [course.lesson(name).name for name in lessons or []]
    submitted = submissions(course, names or [lesson.name for lesson in course.lessons])
    runner: Runner = run_job
    if scheduler:
        from autograder.grading.cluster import cluster

        elsewhere = cluster(scheduler)
        runner, workers = elsewhere["runner"], workers or elsewhere["workers"]
    grading = grade_class(
        course, submitted, workers=workers, force=force, trusted=trusted, runner=runner
    )
    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn()
    times = TimeElapsedColumn(), TextColumn("left"), TimeRemainingColumn()
    try:
        with Progress(*columns, *times, console=console) as progress, closing(grading):
            graded = list(progress.track(grading, total=len(submitted), description="grade"))
    except KeyboardInterrupt:
        console.print(f"Stopped. {GO_ON}")
        raise typer.Exit(130) from None
    console.print(summary(graded))
    console.print(f"Log: {course.classroom / 'grading_log.txt'}", soft_wrap=True)
    if any(entry.failed for entry in graded):
        raise typer.Exit(1)
