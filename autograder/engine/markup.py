"""The HTML that notebooks and feedback pages show: readable in both themes, and read out well."""

from __future__ import annotations

import re
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
# A table's rows are boxes that wrap where it is narrow: a style attribute is all there is, as a
# notebook's page is not ours. Where styles are taken away, a plain table remains.
TABLE = "display:block;margin:6px 0 0;font-size:13px"
PART = "display:block"
ROW = "display:flex;flex-wrap:wrap;padding:0;background:none"  # JupyterLab pads rows
LINE = "border-top:1px solid var(--jp-border-color2,#ccc)"
CELL = "padding:3px 10px 3px 0;vertical-align:top;text-align:left;white-space:normal"
# The columns' sizes, for cases: a mark, a long text and two short ones. Below 44em the text takes
# all that the mark leaves of its line, which sends the other two to a line below.
CASES = (
    "flex:0 0 7em",
    "flex:6 1 12em;min-width:min(100% - 8.6em, 44000em - 100000%)",
    "flex:2 1 7em",
    "flex:2 1 7em",
)
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


# Where a reader would break long code: inside a dotted or underscored name, after a bracket that
# opens, after an equals sign, and after a comma.
BREAK = re.compile(r"(?<=[^\W_]_)(?=[^\W_])|(?<=[^\W\d]\.)(?=[^\W\d])|(?<=[(=,])(?=[^\s()=])")
BEFORE_LIST = re.compile(r"(?<==)(?=\[)")  # where browsers break words of any length
LONG = 13  # letters; on a phone, columns of shorter words fit beside each other
EXPONENT = re.compile(r"-?[\d.]+e-\d+")  # one number; browsers would break it at its hyphen
EMPHASIS = re.compile(r"(?<![\w*])\*(\w[\w -]*)\*(?![\w*])")  # and not the stars of a * b * c


def code(text: str) -> str:
    """Write code that wraps between words, and inside long words where a reader would.

    Parameters
    ----------
    text
        The code. Copied from the page it is the same text again.

    Returns
    -------
    str
        HTML, in which ``<wbr>`` says where a long word may break.
    """
    html = "".join(_breakable(piece) for piece in re.split(r"(\s+)", text))
    return f"<code style='white-space:pre-wrap'>{EXPONENT.sub(_unbroken, html)}</code>"


def _breakable(word: str) -> str:
    places = BREAK if len(word) >= LONG else BEFORE_LIST
    return "<wbr>".join(map(escape, places.split(word)))


def _unbroken(number: re.Match[str]) -> str:
    return f"<span style='white-space:nowrap'>{number[0]}</span>"


def prose(text: str) -> str:
    """Escape a text for HTML, with `code` spans and *emphasis*."""
    parts = escape(text).split("`")
    return "".join(
        f"<code>{part}</code>" if place % 2 else EMPHASIS.sub(r"<em>\1</em>", part)
        for place, part in enumerate(parts)
    )


def table(
    caption: str, columns: Sequence[str], rows: Sequence[Sequence[str]], sizes: Sequence[str]
) -> str:
    """Lay cells of HTML out in a table whose rows wrap where it is narrow.

    Parameters
    ----------
    caption
        What the table is about, for those who have it read out.
    columns
        The columns' names.
    rows
        The cells of each row. The last cell of a shorter row stretches to the table's edge.
    sizes
        A style for each column that says how wide it is: ``flex: …``.

    Returns
    -------
    str
        The table. Its parts have roles, as some browsers forget that boxes are a table.
    """
    head = _row([escape(name) for name in columns], sizes, "th")
    body = "".join(_row(cells, sizes, "td") for cells in rows)
    # Where it is too wide all the same, it can be scrolled: with the keyboard too.
    return (
        f"<div tabindex='0' role='group' aria-label='{escape(caption)}' style='overflow-x:auto'>"
        f"<table role='table' style='{TABLE}'><caption style='{HIDDEN}'>{escape(caption)}</caption>"
        f"<thead role='rowgroup' style='{PART}'>{head}</thead>"
        f"<tbody role='rowgroup' style='{PART}'>{body}</tbody></table></div>"
    )


def _row(cells: Sequence[str], sizes: Sequence[str], tag: str) -> str:
    role = "scope='col' role='columnheader'" if tag == "th" else "role='cell'"
    html = [
        f"<{tag} {role} style='{CELL};{size}'>{cell}</{tag}>"
        for cell, size in zip(cells, sizes, strict=False)
    ]
    span = len(sizes) - len(cells) + 1
    if span > 1:
        html[-1] = html[-1].replace(" ", f" colspan='{span}' ", 1)
    # A row that stretches belongs to the one above it, and there is nothing above the names.
    style = ROW if span > 1 or tag == "th" else f"{ROW};{LINE}"
    return f"<tr role='row' style='{style}'>{''.join(html)}</tr>"
