"""What a student types."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from autograder.commands import Lessons, app, console
from autograder.grading.course import CourseError, find_course

Folder = Annotated[Path, typer.Option(help="Where your copy of the lessons is.")]
MINE = Path("my_lessons")


@app.command()
def check_env() -> None:
    """Say what is right on this computer, and what to install."""
    from autograder.grading.environment import check_environment

    lines = []
    for line in check_environment(Path.cwd()):
        mark = {True: "[green]ok  [/green]", False: "[red]no  [/red]", None: "    "}[line.ok]
        console.print(mark, end=" ")
        console.print(f"{line.what:16} {line.says}", markup=False, highlight=False, soft_wrap=True)
        lines.append(line)
    wrong = sum(line.ok is False for line in lines)
    console.print("Everything is there." if not wrong else f"{wrong} to mend; see above.")
    raise typer.Exit(1 if wrong else 0)


@app.command()
def lab(
    folder: Folder = MINE, browse: Annotated[bool, typer.Option(help="Open JupyterLab.")] = True
) -> None:
    """Open JupyterLab on your copy of the lessons; never overwrites your work."""
    from autograder.grading.lab import give_out, open_lab

    course = find_course()
    given = give_out(course, folder.resolve())
    for word, paths in (("new", given.new), ("kept", given.kept), ("newer version", given.offered)):
        for path in paths:
            console.print(f"{word}: {path}", soft_wrap=True, markup=False, highlight=False)
    if given.offered:
        console.print(
            "These lessons have changed since you began them. Your notebooks are as they were; "
            "the new version is beside each, to compare or to go on in. Hand in under the old name."
        )
    if browse:
        raise typer.Exit(open_lab(course, folder.resolve()))


@app.command()
def progress(folder: Folder = MINE) -> None:
    """Show your points so far, lesson by lesson, from your saved notebooks."""
    from autograder.student import overview
    from autograder.student.progress import read_progress

    found = read_progress(folder)
    if not found.lessons and not found.unread:
        raise CourseError(
            f"There are no lessons in {folder}. `imbalance-lessons lab` puts them there."
        )
    console.print(overview.table(found))
    for line in found.unread:
        console.print(line, style="red", markup=False, highlight=False)


@app.command()
def submit(
    lessons: Lessons = None,
    student: Annotated[
        str, typer.Option(help="Your student id, as your instructor knows it.", prompt="Student id")
    ] = "",
    folder: Folder = MINE,
    output: Annotated[
        Path, typer.Option(help="Where to put the zip: a folder, or a name.zip.")
    ] = Path(),
) -> None:
    """Pack your notebooks into one zip to hand in, and say what is not right with them yet.

    Without names of lessons, packs all that you have begun. Modules and data of yours in a lesson's
    folder go along, but for other notebooks and hidden files. Nothing of yours is changed.
    """
    from autograder.handin import submit
    from autograder.handin.student_ids import student_id

    student_id(student)
    packed = submit.choose(folder, lessons or [], submit.released_ids(folder))
    target = submit.pack(packed, student, output)
    for one in packed:
        console.print(
            f"{one.member}: {one.work.score:g} of {one.work.points:g} points from checks",
            markup=False,
        )
        if one.beside:
            console.print(f"  with {submit.listed(one.beside)}", markup=False, highlight=False)
        for warning in one.warnings:
            console.print(f"  - {warning}", style="yellow", markup=False, highlight=False)
    console.print(f"Packed, to hand in: {target.resolve()}", soft_wrap=True, markup=False)
