"""Markdown of lessons and students, as HTML that is safe to show."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from html import escape
from typing import Any

from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath

from autograder.grading.feedback.formulas import mathml
from autograder.grading.feedback.safe_html import clean, hold, put_back, without_marks


class Renderer(IPythonRenderer):  # type: ignore[misc]
    """nbconvert's, with formulas kept aside until the rest has been cleaned."""

    def __init__(self, attachments: Mapping[str, Any]) -> None:
        super().__init__(escape=False, exclude_anchor_links=True, attachments=dict(attachments))
        self.made: dict[int, str] = {}
        self.plain: dict[int, str] = {}

    def block_math(self, body: str) -> str:
        """Draw a formula on a line of its own."""
        return self._formula(body, display=True)

    def inline_math(self, body: str) -> str:
        """Draw a formula in a line of text."""
        return self._formula(body, display=False)

    def latex_environment(self, name: str, body: str) -> str:
        """Draw an environment such as ``align``."""
        return self._formula(f"\\begin{{{name}}}{body}\\end{{{name}}}", display=True)

    def image(self, text: str, url: str, title: str | None = None) -> str:
        """Show a picture if it came with the cell, and its text if not."""
        try:
            return str(super().image(text, url, title))
        # An attachment that is not there, or is not what it should be.
        except Exception:
            return escape(text)

    def _formula(self, tex: str, display: bool) -> str:
        number = len(self.made)
        drawn = mathml(tex.strip(), display=display)
        # Wide formulas scroll; a keyboard scrolls only what has the focus.
        box = '<span class="page-formula" tabindex="0" role="group" aria-label="Formula">'
        self.made[number] = f"{box}{drawn}</span>" if display else drawn
        self.plain[number] = escape(tex)
        return hold(number)


def markdown(source: str, attachments: Mapping[str, Any] | None = None) -> str:
    """Turn Markdown into HTML that runs nothing and loads nothing.

    Parameters
    ----------
    source
        A cell's text.
    attachments
        The cell's pictures, as the notebook format keeps them.

    Returns
    -------
    str
        HTML; formulas as MathML.
    """
    return _markdown(source, attachments) if attachments else _without_pictures(source)


@lru_cache(maxsize=512)  # a lesson's prose is the same on every student's page
def _without_pictures(source: str) -> str:
    return _markdown(source, {})


def _markdown(source: str, attachments: Mapping[str, Any]) -> str:
    renderer = Renderer(attachments)
    html = MarkdownWithMath(renderer=renderer).render(without_marks(source))
    return put_back(clean(html), renderer.made, renderer.plain)
