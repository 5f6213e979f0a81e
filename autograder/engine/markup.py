"""The HTML that notebooks and feedback pages show: readable in both themes, and read out well."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

# JupyterLab's own colours where there are any, so that both themes are served; elsewhere (feedback
# pages) the fallbacks. Its colours for success and warning are too faint for text, so the marks are
# white on a ground of their own, with a contrast above 5:1 in either theme.
GOOD, PARTLY, BAD = "#1b7f4d", "#8a4b00", "#b3261e"
COLOURS = {"right": GOOD, "partly": PARTLY, "wrong": BAD}
SIGNS = {"right": "✓", "partly": "~", "wrong": "✗"}

SECTION = (
    "font-family:var(--jp-ui-font-family,system-ui,sans-serif);font-size:14px;line-height:1.5;"
    "color:var(--jp-ui-font-color1,#212121);border-left:4px solid {accent};"
    "padding:2px 0 2px 12px;margin:4px 0;max-width:60em"
)
BADGE = "color:#fff;background:{colour};border-radius:3px;padding:1px 7px;white-space:nowrap"
TABLE = "border-collapse:collapse;margin:6px 0 0;font-size:13px"
ROW = "background:none;border-top:1px solid var(--jp-border-color2,#ccc)"
MORE = "background:none"  # a row that belongs to the one above it
CELL = "padding:3px 14px 3px 0;vertical-align:top;text-align:left;white-space:normal"
CODE = "white-space:pre-wrap"
# Read out by a screen reader, and not seen.
HIDDEN = "position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)"


def section(label: str, accent: str, *body: str) -> str:
    """Put parts of a page in a labelled section with a coloured edge.

    As a group, it is no landmark: a notebook would have too many, and the same one twice.
    """
    style = SECTION.format(accent=accent)
    html = "".join(body)
    return f"<section role='group' aria-label='{escape(label)}' style='{style}'>{html}</section>"


def heading(html: str) -> str:
    """Write a heading that may follow one of level 2 or 3, as a lesson's exercises have.

    It is no ``<h3>``: JupyterLab would list that among the lesson's headings.
    """
    return f"<p role='heading' aria-level='3' style='margin:0'>{html}</p>"


def badge(text: str, colour: str) -> str:
    """Write a word or two in white on a colour."""
    return f"<strong style='{BADGE.format(colour=colour)}'>{escape(text)}</strong>"


def code(text: str, breaks: bool = False) -> str:
    """Write code that wraps between words, or if it must (`breaks`) anywhere."""
    style = f"{CODE};overflow-wrap:{'anywhere' if breaks else 'break-word'}"
    return f"<code style='{style}'>{escape(text)}</code>"


def prose(text: str) -> str:
    """Escape a text for HTML, with `code` spans."""
    parts = escape(text).split("`")
    return "".join(f"<code>{p}</code>" if i % 2 else p for i, p in enumerate(parts))


def table(caption: str, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Lay cells of HTML out in a table.

    Parameters
    ----------
    caption
        What the table is about, for those who have it read out.
    columns
        The columns' names.
    rows
        The cells of each row. The last cell of a shorter row stretches to the table's edge.

    Returns
    -------
    str
        The table.
    """
    head = "".join(f"<th scope='col' style='{CELL}'>{escape(name)}</th>" for name in columns)
    body = "".join(_row(cells, len(columns)) for cells in rows)
    # Where it is too wide all the same, it can be scrolled: with the keyboard too.
    return (
        f"<div tabindex='0' role='group' aria-label='{escape(caption)}' style='overflow-x:auto'>"
        f"<table style='{TABLE}'><caption style='{HIDDEN}'>{escape(caption)}</caption>"
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def _row(cells: Sequence[str], width: int) -> str:
    *others, last = cells
    span = width - len(others)
    stretch = f" colspan='{span}'" if span > 1 else ""
    html = "".join(f"<td style='{CELL}'>{cell}</td>" for cell in others)
    style = MORE if span > 1 else ROW
    return f"<tr style='{style}'>{html}<td{stretch} style='{CELL}'>{last}</td></tr>"
