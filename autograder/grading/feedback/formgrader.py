"""What formgrader shows of a submission: the same cleaning, as filters for nbconvert's templates.

Formgrader is a page of the instructor's own JupyterLab. A script in a student's text would act
there with all of the instructor's rights, so none may run (see nbgrader_config.py).
"""

from __future__ import annotations

from typing import Any

from jinja2 import pass_context

from autograder.grading.feedback import safe_html, text
from autograder.grading.feedback.parts import is_check, split_scheme

SCHEME_BOX = (
    '<div style="border-left:4px solid #337ab7;padding-left:12px">'
    "<p><strong>Mark scheme</strong></p>{}</div>"
)


@pass_context
def markdown(context: Any, source: str) -> str:
    """Draw the Markdown of the cell that a template is at; a mark scheme stands out in it."""
    cell = context.get("cell") or {}
    asked, scheme = split_scheme(source)
    html = text.markdown(asked, cell.get("attachments"))
    return html + SCHEME_BOX.format(text.markdown(scheme)) if scheme else html


@pass_context
def clean(context: Any, html: Any) -> str:
    """Clean what the cell that a template is at put out."""
    cell = context.get("cell")
    source = html.decode(errors="replace") if isinstance(html, bytes) else str(html)
    return safe_html.clean(source, of_report=cell is not None and is_check(cell))
