"""Formulas as MathML, which browsers draw themselves: no script and no font to fetch."""

from __future__ import annotations

import html
import re
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util import logging
from sphinx.util.math import get_node_equation_number

from autograder.grading.feedback.formulas import mathml

logger = logging.getLogger(__name__)


# An unknown command comes out as it went in, as the text of an element.
UNKNOWN = re.compile(r">[^<]*(\\[A-Za-z]+)")


def to_mathml(latex: str, *, display: bool = False) -> str:
    """Turn a formula into MathML, as feedback pages do, and refuse what is not understood.

    Parameters
    ----------
    latex
        The formula as it stands between dollars.
    display
        Whether it stands on a line of its own.

    Returns
    -------
    str
        One ``math`` element.

    Raises
    ------
    ValueError
        If the formula cannot be read, or holds an unknown command.
    """
    text = mathml(" ".join(latex.split()), display=display)
    if not text.startswith("<math"):
        raise ValueError(f"the formula cannot be read: {latex}")
    if unknown := UNKNOWN.search(text):
        raise ValueError(f"the formula holds {unknown[1]}, which is not known: {latex}")
    return text


def _checked(node: Any, *, display: bool) -> str:
    try:
        return to_mathml(node.astext(), display=display)
    except ValueError as error:
        logger.warning("%s", error, location=node, type="mathml")
        return f"<code>{html.escape(node.astext())}</code>"


def visit_math(translator: Any, node: nodes.math) -> None:
    """Write a formula that stands in a sentence."""
    translator.body.append(f'<span class="math">{_checked(node, display=False)}</span>')
    raise nodes.SkipNode


def visit_math_block(translator: Any, node: nodes.math_block) -> None:
    """Write a formula that has a line of its own; a wide one scrolls, also by keyboard."""
    translator.body.append(
        translator.starttag(node, "div", CLASS="math", tabindex="0", role="group")
    )
    if node.get("number"):
        number = get_node_equation_number(translator, node)
        translator.body.append(f'<span class="eqno">({number})</span>')
    translator.body.append(f"{_checked(node, display=True)}</div>\n")
    raise nodes.SkipNode


def setup(app: Sphinx) -> dict[str, Any]:
    """Tell Sphinx about the renderer."""
    app.add_html_math_renderer(
        "mathml", inline_renderers=(visit_math, None), block_renderers=(visit_math_block, None)
    )
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
