"""Make a valid notebook of whatever a file holds in place of one, and lose no text.

What cannot be read as the format says is read by its shape; version numbers are not believed.
Outputs are left out: nbgrader clears them before it runs a submission.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator
from typing import Any

import nbformat
from nbformat import NotebookNode

from autograder.builder.script import OWN_METADATA

CELL_ID = re.compile(r"[a-zA-Z0-9_-]{1,64}")
CELL_TYPES = ("code", "markdown", "raw")
GRADING_METADATA = ("nbgrader", OWN_METADATA)
DEEPEST = 20  # levels of metadata that are kept; deepcopy and the template go through all of them


def sound_notebook(value: dict[str, Any]) -> tuple[Any, list[str]]:
    """Make a valid notebook of a dict with ``cells`` or ``worksheets``.

    Parameters
    ----------
    value
        The notebook as it was read, of any version of the format, each part possibly broken.

    Returns
    -------
    notebook
        A notebook of format 4.5 that `nbformat.validate` accepts, without outputs. The same value
        gives the same notebook.
    notes
        What was mended; nothing about what is only another version of the format.
    """
    taken: set[str] = set()
    lost = 0
    cells = []
    for raw in _raw_cells(value):
        if isinstance(raw, str):
            raw = {"cell_type": "markdown", "source": raw}
        if isinstance(raw, dict):
            cells.append(_sound_cell(raw, taken))
        else:
            lost += 1
    metadata = plain(value.get("metadata"))
    notebook = nbformat.from_dict(
        {
            "cells": cells,
            "metadata": metadata if isinstance(metadata, dict) else {},
            "nbformat": 4,
            "nbformat_minor": 5,
        }
    )
    notes = [f"{lost} cells held nothing that can be read"] if lost else []
    return notebook, [*notes, *_drop_unsound_metadata(notebook)]


def plain(value: Any, deepest: int = DEEPEST) -> Any:
    """Keep of a JSON value what can be written again and read by everybody."""
    if isinstance(value, str):
        return value.encode("utf-8", errors="replace").decode("utf-8")
    if isinstance(value, dict):
        return {
            str(plain(str(key))): plain(item, deepest - 1) if deepest else None
            for key, item in value.items()
        }
    if isinstance(value, list):
        return [plain(item, deepest - 1) if deepest else None for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value


def text_of(source: Any) -> str:
    """Read a cell's text, which should be a string or a list of them."""
    if source is None:
        return ""
    if isinstance(source, str):
        return str(plain(source))
    if isinstance(source, list):
        return "".join(map(text_of, source))
    return json.dumps(plain(source))


def _raw_cells(value: dict[str, Any]) -> Iterator[Any]:
    """List the cells; before version 4 of the format they stand in worksheets."""
    worksheets = value.get("worksheets")
    for sheet in [value, *(worksheets if isinstance(worksheets, list) else [])]:
        if isinstance(sheet, dict) and isinstance(sheet.get("cells"), list):
            yield from sheet["cells"]


def _sound_cell(raw: dict[str, Any], taken: set[str]) -> dict[str, Any]:
    cell_type = _cell_type(raw)
    source = text_of(raw.get("source", raw.get("input")))
    if raw.get("cell_type") == "heading":
        level = raw.get("level")
        source = "#" * (level if isinstance(level, int) and 0 < level < 7 else 1) + " " + source
    metadata = plain(raw.get("metadata"))
    cell: dict[str, Any] = {
        "id": _cell_id(raw.get("id"), taken),
        "cell_type": cell_type,
        "metadata": metadata if isinstance(metadata, dict) else {},
        "source": source,
    }
    if cell_type == "code":
        return {**cell, "outputs": [], "execution_count": None}
    attachments = plain(raw.get("attachments"))
    if isinstance(attachments, dict) and attachments:
        cell["attachments"] = attachments
    return cell


def _cell_type(raw: dict[str, Any]) -> str:
    """Tell a cell's type; where it is none of the three, by what else the cell has."""
    cell_type = raw.get("cell_type")
    if cell_type in CELL_TYPES:
        return str(cell_type)
    return "code" if cell_type is None and {"outputs", "execution_count"} & {*raw} else "markdown"


def _cell_id(wanted: Any, taken: set[str]) -> str:
    """Keep a cell's id if it is valid and new; otherwise number the cell."""
    if not isinstance(wanted, str) or not CELL_ID.fullmatch(wanted) or wanted in taken:
        number = len(taken) + 1
        while f"cell-{number}" in taken:
            number += 1
        wanted = f"cell-{number}"
    taken.add(wanted)
    return str(wanted)


def _drop_unsound_metadata(notebook: Any) -> list[str]:
    """Leave out metadata and attachments that the format does not allow; returns what was done."""
    notebook.metadata = _with_kernel(notebook.metadata)
    if _valid(notebook):
        return []
    if not _valid(nbformat.from_dict({**notebook, "cells": []})):
        notebook.metadata = NotebookNode()
    bad = [cell for cell in notebook.cells if not _valid(cell, f"{cell.cell_type}_cell")]
    for cell in bad:
        cell.pop("attachments", None)
        kept = {key: cell.metadata[key] for key in GRADING_METADATA if key in cell.metadata}
        cell.metadata = nbformat.from_dict(kept)
    return [f"{len(bad)} cells had broken metadata or attachments, which were left out"]


def _with_kernel(metadata: Any) -> Any:
    """Keep a notebook's metadata, but of kernel and language only what is as it should be."""
    kept = dict(metadata)
    kernel, language = kept.get("kernelspec"), kept.get("language_info")
    if not (isinstance(kernel, dict) and {"name", "display_name"} <= {*kernel}):
        kept.pop("kernelspec", None)
    if not (isinstance(language, dict) and isinstance(language.get("name"), str)):
        kept.pop("language_info", None)
    if not isinstance(kept.get("language"), str):
        kept.pop("language", None)  # nbconvert believes that this is a string
    return nbformat.from_dict(kept)


def _valid(part: Any, ref: str | None = None) -> bool:
    try:
        nbformat.validate(part, ref=ref, version=4, version_minor=5)
    except nbformat.ValidationError:
        return False
    return True
