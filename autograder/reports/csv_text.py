"""CSV that no spreadsheet takes for formulas."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Any

# What makes a spreadsheet take a cell for a formula; the last two it drops before it looks.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def safe(value: Any) -> Any:
    """Make a text that a spreadsheet would run as a formula a plain text.

    Parameters
    ----------
    value
        A cell. Numbers stay as they are: nothing but our own arithmetic makes them.

    Returns
    -------
    object
        The text with an apostrophe before it, which is how a spreadsheet marks text. A sign that
        stands alone, such as a dash for no grade, is text already.
    """
    if isinstance(value, str) and len(value) > 1 and value.startswith(FORMULA_STARTS):
        return f"'{value}"
    return value


def write_csv(
    header: Sequence[str], rows: Iterable[Sequence[Any]], delimiter: str = ",", safely: bool = True
) -> str:
    """Write a table as CSV: cells with commas, quotes or line breaks are quoted.

    Parameters
    ----------
    header
        Names of the columns.
    rows
        The cells; None becomes an empty one, a float is rounded to two decimals.
    delimiter
        What stands between cells.
    safely
        Whether to take formulas apart; not where another program's cells are handed back to it.

    Returns
    -------
    str
        The file's text, with the line ends of RFC 4180.
    """
    target = io.StringIO()
    writer = csv.writer(target, delimiter=delimiter)
    for row in [header, *rows]:
        writer.writerow([safe(_cell(value)) if safely else _cell(value) for value in row])
    return target.getvalue()


def _cell(value: Any) -> Any:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return number(value) if isinstance(value, float) else value


def number(value: float) -> str:
    """Write points as a plain decimal number with at most two decimals: 7, 7.5, 7.25."""
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text
