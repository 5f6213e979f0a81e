"""What `imbalance-lessons grade` shows at its end."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import mean

from rich import box
from rich.console import Group
from rich.markup import escape
from rich.table import Table

from autograder.grading.log import Graded


def summary(graded: Sequence[Graded]) -> Group:
    """Sum up a class: a row a lesson, and below it who has no mark, and why."""
    table = Table(box=box.SIMPLE_HEAD, padding=0, caption=_caption(graded))
    table.add_column("lesson", no_wrap=True)
    for heading in ("graded", "mean", "of", "waiting", "mended", "failed", "seconds"):
        table.add_column(heading, justify="right")
    for lesson in sorted({entry.lesson for entry in graded}):
        table.add_row(lesson, *_row([entry for entry in graded if entry.lesson == lesson]))
    failed = [
        f"[red]{escape(f'{e.student}, {e.lesson}: {e.failed}')}[/red]" for e in graded if e.failed
    ]
    return Group(table, *failed)


def _row(entries: Sequence[Graded]) -> list[str]:
    marked = [entry for entry in entries if not entry.failed]
    scores = [entry.score for entry in marked if entry.score is not None]
    most = {f"{entry.max_score:g}" for entry in marked if entry.max_score is not None}
    return [
        str(len(marked)),
        f"{mean(scores):.1f}" if scores else "–",
        " or ".join(sorted(most)) or "–",
        str(sum(entry.waiting for entry in marked)),
        str(sum(bool(entry.notes) for entry in entries)),
        str(len(entries) - len(marked)),
        f"{sum(entry.seconds for entry in entries):.1f}",
    ]


def _caption(graded: Sequence[Graded]) -> str:
    if not graded:
        return "Nothing has been handed in."
    return (
        "waiting: an answer is to be marked by hand; mended: the log has a note; "
        "seconds: of all cores together"
    )
