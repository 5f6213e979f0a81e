"""The command line: `imbalance-lessons`. Each command is a few lines; the work is elsewhere."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from autograder.builder.script import LessonError
from autograder.grading.course import Course, CourseError, find_course

app = typer.Typer(
    help="A course on class imbalance in PyTorch, with its autograder.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
console = Console()

Lessons = Annotated[list[str] | None, typer.Argument(help="Names of lessons; all if left out.")]


@app.command()
def build(
    lessons: Lessons = None,
    check: Annotated[
        bool, typer.Option("--check", help="Write nothing; fail if a notebook is stale.")
    ] = False,
) -> None:
    """Build the notebooks from the lessons' scripts."""
    course = find_course()
    chosen = [course.lesson(name) for name in lessons] if lessons else course.lessons
    stale = [lesson for lesson in chosen if (lesson.is_stale() if check else lesson.write())]
    for lesson in chosen:
        done = "stale" if check else "built"
        console.print(f"{lesson.name}: {done if lesson in stale else 'up to date'}")
    if check and stale:
        raise CourseError("Run `imbalance-lessons build` and commit what it writes.")


@app.command()
def adopt(lesson: Annotated[str, typer.Argument(help="The lesson's name.")]) -> None:
    """Take what you edited in a lesson's notebook back into its script, and build it again."""
    chosen = find_course().lesson(lesson)
    changed = chosen.adopt()
    chosen.write()
    console.print(f"{lesson}: {'the script has your changes' if changed else 'nothing to adopt'}")


@app.command()
def demo() -> None:
    """Run the whole class loop on the sample class, in classroom/demo."""
    from autograder.grading.demo import run_demo

    course = find_course()
    own = Course(course.root, course.classroom / "demo")
    page = run_demo(own, console)
    console.print("A feedback page to open in a browser:")
    console.print(str(page), soft_wrap=True)


@app.command()
def lab(
    folder: Annotated[Path, typer.Option(help="Where your copy of the lessons is.")] = Path(
        "my_lessons"
    ),
    browse: Annotated[bool, typer.Option(help="Open JupyterLab.")] = True,
) -> None:
    """Open JupyterLab on your copy of the lessons; never overwrites your work."""
    from autograder.grading.lab import give_out, open_lab

    new, kept = give_out(find_course(), folder.resolve())
    for path in new:
        console.print(f"new:  {path}", soft_wrap=True)
    for path in kept:
        console.print(f"kept: {path}", soft_wrap=True)
    if browse:
        raise typer.Exit(open_lab(folder.resolve()))


@app.command()
def marks() -> None:
    """Show the gradebook as a table."""
    from autograder.grading import gradebook

    console.print(gradebook.table(gradebook.marks(find_course())))


def main() -> None:
    """Run a command; what goes wrong with the course's files ends in a sentence."""
    try:
        app()
    except (CourseError, LessonError) as error:
        console.print(str(error), style="red", markup=False, highlight=False)
        sys.exit(1)
