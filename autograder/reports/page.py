"""The class report as one page that needs nothing else: no script, no request, light or dark."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from autograder.engine import markup
from autograder.reports import figures
from autograder.reports.summaries import Overview

HERE = Path(__file__).parent
FIRST_MISTAKES, MOST_MISTAKES = 12, 100
MOST_NAMES = 12
MOST_ALIKE, MOST_PAIRS = 30, 50


def render(report: Overview, made_at: datetime) -> str:
    """Write the class report.

    Parameters
    ----------
    report
        What is known of the class.
    made_at
        When, for the page's head.

    Returns
    -------
    str
        A whole HTML document.
    """
    environment = Environment(
        loader=FileSystemLoader(HERE),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
    )
    environment.filters.update(points=points, percent=percent, prose=prose, seconds=seconds)
    environment.globals.update(
        histogram=figures.histogram,
        stacked=figures.stacked,
        fates_text=figures.fates_text,
        labels=figures.LABELS,
        case_fates=case_fates,
        median=median,
    )
    page = environment.get_template("page.html").render(
        report=report,
        made_at=made_at,
        names=names(report),
        alike=likenesses(report)[:MOST_ALIKE],
        alike_count=sum(exercise.comparison.alike_count for exercise in report.exercises),
        pairs=report.pairs[:MOST_PAIRS],
        mistakes=report.mistakes[:MOST_MISTAKES],
        mistake_count=len(report.mistakes),
        most_names=MOST_NAMES,
        first_mistakes=FIRST_MISTAKES,
        shorts=partial(shorts, {lesson.name: lesson.short for lesson in report.lessons}),
        style=Markup((HERE / "page.css").read_text(encoding="utf-8")),
    )
    return "\n".join(line.strip() if _is_loose(line) else line for line in page.splitlines()) + "\n"


def names(report: Overview) -> dict[str, str]:
    """Give each student a name that nobody else has: with the id, unless the id is the name."""
    return {
        student.id: student.name if student.name == student.id else f"{student.name} ({student.id})"
        for student in report.students
    }


def likenesses(report: Overview) -> list[tuple[Any, Any]]:
    """List the likenesses with their exercises, the strongest first."""
    found = [
        (exercise, alike) for exercise in report.exercises for alike in exercise.comparison.alike
    ]
    return sorted(found, key=lambda pair: -pair[1].similarity)


def shorts(numbers: Mapping[str, str], lessons: Sequence[str]) -> str:
    """Name lessons by their numbers; a dash for none, and a word where it is all of many."""
    if len(lessons) > 2 and len(lessons) == len(numbers):
        return "all"
    return ", ".join(numbers[lesson] for lesson in lessons) or "–"


def case_fates(case: Any) -> dict[str, int]:
    """Give a case's counts the names that a figure knows."""
    counts = {kind: getattr(case, kind) for kind in ("partly", "wrong", "stopped", "untouched")}
    return {"full": case.right, **counts}


def points(value: float | None) -> str:
    """Write points: at most two decimals, and no more than needed."""
    return "–" if value is None else f"{round(value, 2):g}"


def percent(share: float) -> str:
    """Write a share in whole percent."""
    return f"{100 * share:.0f}%"


def seconds(value: float) -> str:
    """Write a time: seconds below two minutes, minutes above."""
    return f"{value:.1f} s" if value < 120 else f"{value / 60:.0f} min"


def prose(text: str) -> Markup:
    """Escape a text and set what stands between backticks as code."""
    return Markup(markup.prose(text))


def _is_loose(line: str) -> bool:
    """Whether a line is nothing but markup, whose indentation only makes the page larger."""
    return line.lstrip().startswith("<") and "<pre" not in line
