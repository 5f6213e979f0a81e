"""The feedback page: nbgrader's exporter for a graded notebook, with a template of our own."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache, partial
from typing import Any

import jinja2
from markupsafe import Markup
from nbconvert.exporters import Exporter
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer
from traitlets import default

from autograder.grading.feedback import parts
from autograder.grading.feedback.outputs import show_output
from autograder.grading.feedback.text import markdown

NOTE_ROLE = "note"  # a cell on top that says what was done to a notebook before grading

STATES = {
    "full": "all points",
    "part": "some points",
    "none": "no points",
    "waits": "not marked yet",
}


class FeedbackPage(Exporter):  # type: ignore[misc]
    """Turns a graded notebook into one HTML file that runs nothing and loads nothing."""

    output_mimetype = "text/html"

    @default("file_extension")  # type: ignore[untyped-decorator]
    def _file_extension_default(self) -> str:
        return ".html"

    def from_notebook_node(self, nb: Any, resources: Any = None, **kw: Any) -> tuple[str, Any]:
        """Look the marks up and write the page."""
        graded, resources = super().from_notebook_node(nb, resources, **kw)
        return write_page(graded, resources["nbgrader"]), resources


def write_page(notebook: Any, marks: dict[str, Any]) -> str:
    """Write the page of one graded notebook.

    Parameters
    ----------
    notebook
        With scores and comments in its cells' metadata.
    marks
        What nbgrader knows about it: ``student``, ``notebook``, ``score``, ``max_score``,
        ``late_penalty``.

    Returns
    -------
    str
        HTML.
    """
    notes = [cell for cell in notebook.cells if parts.role(cell) == NOTE_ROLE]
    arranged = parts.arrange([cell for cell in notebook.cells if cell not in notes])
    exercises = [part for part in arranged if isinstance(part, parts.Exercise)]
    return _template().render(
        title=lesson_title(notebook) or marks["notebook"],
        parts=arranged,
        exercises=exercises,
        waiting=[exercise for exercise in exercises if exercise.waits],
        notes=notes,
        marks=marks,
        states=STATES,
    )


def lesson_title(notebook: Any) -> str:
    """Read a lesson's title from its first heading; empty if there is none."""
    for cell in notebook.cells:
        if title := parts.first_heading(cell):
            return title
    return ""


@lru_cache(maxsize=512)  # most cells are the same on every student's page
def code(source: str) -> Markup:
    """Colour Python code, by classes."""
    return Markup(highlight(source, PythonLexer(stripnl=False), HtmlFormatter(nowrap=True)))


def as_markup(make: Callable[..., str]) -> Callable[..., Markup]:
    """Tell the template that what a function makes is HTML, and safe."""
    return lambda *arguments: Markup(make(*arguments))


@lru_cache(maxsize=1)
def _template() -> jinja2.Template:
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("autograder.grading.feedback", "."),
        autoescape=True,  # so what is put in is text, unless a filter below made it
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )
    environment.filters |= {
        "markdown": as_markup(markdown),
        "code": code,
        "output": as_markup(show_output),
        "report": as_markup(partial(show_output, of_report=True)),
        "number": lambda value: f"{round(float(value), 2):g}",
    }
    environment.tests["exercise"] = lambda part: isinstance(part, parts.Exercise)
    return environment.get_template("page.html.j2")
