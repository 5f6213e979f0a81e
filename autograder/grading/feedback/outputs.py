"""What a cell put out, as HTML that is safe to show."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from html import escape
from typing import Any

from nbconvert.filters import strip_ansi

from autograder.grading.feedback.formulas import mathml
from autograder.grading.feedback.safe_html import clean
from autograder.grading.feedback.text import markdown

LONGEST = 20_000  # characters of printed text; what is longer is cut in the middle
BASE64 = re.compile(r"[A-Za-z0-9+/=\s]*")


def show_output(output: Mapping[str, Any], *, of_report: bool = False) -> str:
    """Turn one output of a cell into HTML; empty for what has no form that a page can show.

    Parameters
    ----------
    output
        As the notebook format keeps it.
    of_report
        Whether it is a report that the grader made.
    """
    kind = output.get("output_type")
    if kind == "stream":
        return printed(_joined(output.get("text", "")))
    if kind == "error":
        traceback = "\n".join(map(str, output.get("traceback", [])))
        return printed(traceback or f"{output.get('ename')}: {output.get('evalue')}")
    data = output.get("data", {})
    if of_report and "text/html" in data:
        return clean(_joined(data["text/html"]), of_report=True)
    for mime, draw in FORMS.items():
        if mime in data and (html := draw(_joined(data[mime]), _alt(data))):
            return html
    return ""


def printed(text: str) -> str:
    """Show text as it was printed."""
    text = strip_ansi(text)
    if len(text) > LONGEST:
        half = LONGEST // 2
        left_out = len(text) - LONGEST
        text = f"{text[:half]}\n[… {left_out:,} characters left out …]\n{text[-half:]}"
    # A keyboard scrolls only what has the focus.
    return f'<pre class="page-printed" tabindex="0">{escape(text)}</pre>' if text.strip() else ""


def _joined(value: Any) -> str:
    """Read a text, which the notebook format may also keep as a list of lines."""
    return "".join(map(str, value)) if isinstance(value, list) else str(value)


def _alt(data: Mapping[str, Any]) -> str:
    """Describe a picture with the text that came beside it, if that is more than its type."""
    text = _joined(data.get("text/plain", "")).strip()
    return "Figure without a description" if not text or text.startswith("<") else text[:500]


def _picture(mime: str) -> Callable[[str, str], str]:
    def draw(data: str, alt: str) -> str:
        if not BASE64.fullmatch(data):
            return ""
        source = f"data:{mime};base64,{''.join(data.split())}"
        return f'<img class="page-figure" alt="{escape(alt)}" src="{source}">'

    return draw


FORMS: dict[str, Callable[[str, str], str]] = {
    "text/html": lambda text, alt: clean(text),
    "text/markdown": lambda text, alt: markdown(text),
    "image/png": _picture("image/png"),
    "image/jpeg": _picture("image/jpeg"),
    "text/latex": lambda text, alt: mathml(text.strip().strip("$"), display=True),
    "text/plain": lambda text, alt: printed(text),
}
