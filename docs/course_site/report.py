"""Shows what a check says to a known mistake: the report itself, made when the site is built."""

from __future__ import annotations

from typing import Any, ClassVar

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from autograder.engine.question import ask
from autograder.engine.registry import find_judge, find_question
from autograder.engine.report import Report


def report_on(exercise: str, mistake: str) -> Report:
    """Check a known mistake as a student's notebook would.

    Parameters
    ----------
    exercise
        The name of an exercise.
    mistake
        The name of one of its misconceptions.

    Returns
    -------
    Report
        What the student sees.

    Raises
    ------
    ValueError
        If there is no such exercise, or no such misconception.
    """
    try:
        question, judge = find_question(exercise), find_judge(exercise)
    except KeyError as error:
        raise ValueError(str(error.args[0])) from None
    known = {one.name: one for one in judge.misconceptions}
    if mistake not in known:
        raise ValueError(f"{exercise}: expected one of {list(known)}, got {mistake!r}")
    cases = question.cases()
    return judge.report(question, cases, ask(question, known[mistake].submission, cases))


class CheckReport(SphinxDirective):
    """A directive: the exercise as its argument, the misconception's name below it."""

    required_arguments = 1
    has_content = True
    option_spec: ClassVar[dict[str, Any]] = {}

    def run(self) -> list[nodes.Node]:
        """Make the report."""
        try:
            report = report_on(self.arguments[0], " ".join(self.content))
        except ValueError as error:
            raise self.error(str(error)) from None
        html = f'<div class="check-report">{report._repr_html_()}</div>'
        return [nodes.raw("", html, format="html")]


def setup(app: Sphinx) -> dict[str, Any]:
    """Make the directive."""
    app.add_directive("check-report", CheckReport)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
