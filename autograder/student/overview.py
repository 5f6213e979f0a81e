"""Progress over all lessons as a table for the terminal."""

from __future__ import annotations

from rich import box
from rich.markup import escape
from rich.table import Table

from autograder.student.progress import COUNTED, Progress
from autograder.student.work import LessonWork


def table(found: Progress) -> Table:
    """Lay progress out: a row a lesson, 80 characters wide."""
    result = Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), caption=COUNTED, show_footer=True)
    result.add_column("lesson", "all of them", no_wrap=True)
    result.add_column("points", f"{found.score:g} of {found.points:g}", justify="right")
    result.add_column("not\nbegun", _count(found.lessons, "untouched"), justify="right")
    result.add_column("check\nagain", _count(found.lessons, "stale", "unchecked"), justify="right")
    result.add_column("text")
    result.add_column("next step", overflow="fold")
    for lesson in found.lessons:
        result.add_row(
            escape(lesson.name),
            f"{lesson.score:g} of {lesson.points:g}",
            _count([lesson], "untouched"),
            _count([lesson], "stale", "unchecked"),
            _written(lesson),
            escape(lesson.next_step) or "[green]done[/green]",
        )
    return result


def _count(lessons: tuple[LessonWork, ...] | list[LessonWork], *states: str) -> str:
    count = sum(part.state in states for lesson in lessons for part in lesson.parts)
    return str(count) if count else "–"


def _written(lesson: LessonWork) -> str:
    if not lesson.written:
        return "–"
    return "there" if all(part.done for part in lesson.written) else "empty"
