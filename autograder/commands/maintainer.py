"""What whoever writes lessons types."""

from __future__ import annotations

from typing import Annotated

import typer

from autograder.commands import Lessons, app, console
from autograder.grading.course import CourseError, find_course


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
    from autograder.grading.course import Course
    from autograder.grading.demo import run_demo

    course = find_course()
    own = Course(course.root, course.classroom / "demo")
    page = run_demo(own, console)
    console.print("A feedback page to open in a browser:")
    console.print(str(page), soft_wrap=True)
