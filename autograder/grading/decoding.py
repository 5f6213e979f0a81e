"""Find the notebook in the bytes of a file, however it was saved, cut off or merged."""

from __future__ import annotations

import json
import re
from typing import Any

SIGNATURES = {
    b"PK\x03\x04": "a Word file or another zip archive",
    b"\xd0\xcf\x11\xe0": "an old Word or Excel file",
    b"%PDF": "a PDF",
    b"\x1f\x8b": "a compressed file (gzip)",
    b"\x89PNG": "a picture (PNG)",
    b"\xff\xd8\xff": "a picture (JPEG)",
    b"{\\rtf": "a text processor's file (RTF)",
}
HTML = re.compile(r"\s*(<!--.*?-->\s*)?<(!doctype\s+html|html|head|body)\b", re.IGNORECASE)
PYTHON = re.compile(r"^(import \w|from [\w.]+ import |def \w+\(|# %%|# In\[)", re.MULTILINE)
# What the first key of a cell can be, in any version of the format.
CELL_START = re.compile(
    r'\{\s*"(?:attachments|cell_type|collapsed|execution_count|id|input|language|level|metadata'
    r'|outputs|prompt_number|source)"'
)
LONGEST_INTEGER = 4000  # digits; Python refuses to read longer ones
SKIP = " \t\r\n\x00"


class UnreadableError(Exception):
    """A file holds no notebook; the message is a sentence that says what it holds instead."""


def _integer(digits: str) -> int | None:
    return int(digits) if len(digits) < LONGEST_INTEGER else None


# Forgiving: bare line breaks inside strings, and NaN, which is no JSON (it becomes null).
DECODER = json.JSONDecoder(strict=False, parse_constant=lambda name: None, parse_int=_integer)


def find_notebook(data: bytes) -> tuple[Any, list[str]]:
    """Find the notebook in a file.

    Parameters
    ----------
    data
        All that the file holds.

    Returns
    -------
    value
        A dict with a list of ``cells`` or of ``worksheets``, not checked any further.
    notes
        What had to be mended on the way.

    Raises
    ------
    UnreadableError
        If there is no notebook, and not one whole cell of one, in it.
    """
    for signature, kind in SIGNATURES.items():
        if data.startswith(signature):
            raise UnreadableError(f"It is {kind}, not a notebook.")
    if not data.strip(SKIP.encode()):  # zeros are what a power failure leaves
        raise UnreadableError("It is empty." if not data else "It holds nothing but blanks.")
    text, notes = decode(data)
    text = text.strip(SKIP)
    for version, remark in [(text, []), *unmerged(text)]:
        try:
            value, end = DECODER.raw_decode(version)
        except (ValueError, RecursionError):
            continue
        if (found := unwrapped(value)) is not None:
            after = version[end:].strip(SKIP)
            extra = ["there was other text after the notebook's end; it was left out"]
            return found, [*notes, *remark, *(extra if after else [])]
    if cells := whole_cells(text):
        damaged = f"the file was damaged; {len(cells)} cells could be saved, as they were whole"
        return {"cells": cells}, [*notes, damaged]
    raise UnreadableError(why_not(text))


def decode(data: bytes) -> tuple[str, list[str]]:
    """Decode a file's text; returns it with a note unless it was UTF-8."""
    encoding = json.detect_encoding(data)
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        text = data.decode(encoding, errors="replace")
        broken = text.count("\N{REPLACEMENT CHARACTER}")
        if not encoding.startswith("utf-8") or broken <= sum(c > "\x7f" for c in text) - broken:
            return text, [f"{broken} characters could not be read and were replaced"]
        # Most that is not ASCII is no UTF-8: the file is of an older encoding.
        older = "cp1252"
        return data.decode(older, errors="replace"), ["it was not saved as UTF-8; read as Latin-1"]
    if encoding.startswith("utf-8"):
        return text, []
    return text, [f"it was saved as {encoding[:6].upper()}, not as UTF-8"]


def unwrapped(value: Any) -> dict[str, Any] | None:
    """Take a notebook out of what it may be wrapped in; None if there is none."""
    for _ in range(3):  # a text in a text in a text is nobody's accident
        if isinstance(value, str):
            try:
                value = DECODER.decode(value)
            except (ValueError, RecursionError):
                return None
        elif isinstance(value, dict) and not is_notebook(value):
            value = value.get("content")  # as Jupyter's server sends a file
        elif isinstance(value, list):
            value = {"cells": value} if any(map(is_cell, value)) else None
    return value if is_notebook(value) else None


def is_notebook(value: Any) -> bool:
    """Tell whether a value has the outer shape of a notebook."""
    return isinstance(value, dict) and any(
        isinstance(value.get(key), list) for key in ("cells", "worksheets")
    )


def is_cell(value: Any) -> bool:
    """Tell whether a value has the outer shape of a cell."""
    return isinstance(value, dict) and isinstance(value.get("cell_type"), str)


def unmerged(text: str) -> list[tuple[str, list[str]]]:
    """Resolve the marks that git leaves where two versions differ: all ours, or all theirs."""
    if "\n<<<<<<< " not in text:
        return []
    sides: dict[str, list[str]] = {"first": [], "second": []}
    inside: set[str] = set(sides)
    for line in text.splitlines(keepends=True):
        if line.startswith("<<<<<<< "):
            inside = {"first"}
        elif line.startswith("=======") and inside == {"first"}:
            inside = {"second"}
        elif line.startswith(">>>>>>> "):
            inside = set(sides)
        else:
            for side in inside:
                sides[side].append(line)
    return [
        ("".join(lines), [f"it held an unfinished git merge; the {side} version was taken"])
        for side, lines in sides.items()
    ]


def whole_cells(text: str) -> list[Any]:
    """Collect the cells that are whole in a text that as a whole is not JSON."""
    cells, position = [], 0
    effort = 20 * len(text)  # characters to read in all, for files that are made to take long
    while effort > 0 and (start := CELL_START.search(text, position)):
        position = start.start()
        try:
            value, end = DECODER.raw_decode(text, position)
        except (ValueError, RecursionError) as error:
            effort -= getattr(error, "pos", len(text)) - position + 1
            position += 1
            continue
        if is_cell(value):
            cells.append(value)
        position = end
    return cells


def why_not(text: str) -> str:
    """Say what a text is that holds no notebook."""
    if HTML.match(text[:2000]):
        return "It is a web page, not a notebook: perhaps an error page, saved as a file."
    try:
        DECODER.decode(text)
    except RecursionError:
        return "It is nested too deeply to be read."
    except ValueError as error:
        if text.startswith(("{", "[")):
            return f"It is cut off or damaged, and no cell is whole ({error})."
        if PYTHON.search(text[:100_000]):
            return "It is a Python script, not a notebook."
        return "It is a text, not a notebook."
    return "It is JSON, but not a notebook."
