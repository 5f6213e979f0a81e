"""Build a lesson: script cells become nbgrader source cells, and these a notebook's bytes."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from autograder.builder.back import script_text
from autograder.builder.names import Code, prove_lean
from autograder.builder.reference import BEGIN, END, solved_cell
from autograder.builder.script import (
    MAX_LINES,
    OWN_METADATA,
    LessonError,
    ScriptCell,
    answer_stub,
    checked_exercise,
    read_script,
)
from autograder.engine.registry import find_question

KERNEL = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
RESPONSE = "*Write your answer here.*"


@dataclass(frozen=True)
class Lesson:
    """One lesson's folder: ``NN_name/NN_name.py`` and the notebook built from it."""

    folder: Path

    @property
    def name(self) -> str:
        """The lesson's name, which is also the nbgrader assignment's."""
        return self.folder.name

    @property
    def script(self) -> Path:
        """The percent script."""
        return self.folder / f"{self.name}.py"

    @property
    def notebook(self) -> Path:
        """The notebook, nbgrader's source."""
        return self.folder / f"{self.name}.ipynb"

    def is_stale(self) -> bool:
        """Whether the notebook on disk differs from what the script gives now."""
        built = build(self.script).encode()
        return not self.notebook.is_file() or self.notebook.read_bytes() != built

    def adopt(self) -> bool:
        """Take edits of the notebook back into the script; returns whether that changed it."""
        notebook = nbformat.read(self.notebook, as_version=4)
        text = script_text(notebook, read_script(self.script))
        if text == self.script.read_text(encoding="utf-8"):
            return False
        self.script.write_text(text, encoding="utf-8")
        return True

    def write(self) -> bool:
        """Build the notebook; returns whether that changed the file."""
        built = build(self.script).encode()
        if self.notebook.is_file() and self.notebook.read_bytes() == built:
            return False
        self.notebook.write_bytes(built)
        return True


def find_lessons(notebooks: Path) -> list[Lesson]:
    """List the lessons of a folder in order."""
    lessons = (Lesson(folder) for folder in sorted(notebooks.iterdir()) if folder.is_dir())
    return [lesson for lesson in lessons if lesson.script.is_file()]


def build(script: Path) -> str:
    """Build a notebook from a lesson's script.

    Parameters
    ----------
    script
        The lesson's percent script.

    Returns
    -------
    str
        The text of the .ipynb file; the same bytes for the same script and references.

    Raises
    ------
    autograder.builder.script.LessonError
        If the script breaks a rule; the message names the cell.
    """
    script_cells = read_script(script)
    sources = [_solved_source(cell) for cell in script_cells]
    prove_lean(
        [
            Code(cell.where, source, cell.role == "demo")
            for cell, source in zip(script_cells, sources, strict=True)
            if cell.role not in ("prose", "written")
        ]
    )
    cells = [
        notebook_cell
        for cell, source in zip(script_cells, sources, strict=True)
        for notebook_cell in _notebook_cells(cell, source)
    ]
    _give_ids(cells)
    notebook = new_notebook(
        cells=cells, metadata={"kernelspec": KERNEL, "language_info": {"name": "python"}}
    )
    nbformat.validate(notebook)
    return str(nbformat.writes(notebook)) + "\n"


def _solved_source(cell: ScriptCell) -> str:
    if cell.role == "answer":
        return f"{BEGIN}\n{cell.source}\n{END}"
    if cell.role != "exercise":
        return cell.source
    try:
        source = solved_cell(cell.attributes["reference"])
    except ValueError as error:
        raise cell.fail(str(error)) from None
    lines = source.count("\n") + 1
    if lines > MAX_LINES:
        raise cell.fail(f"the reference makes {lines} lines; a cell has at most {MAX_LINES}")
    return source


def _notebook_cells(cell: ScriptCell, source: str) -> list[Any]:
    own: dict[str, Any] = {"role": cell.role}
    if cell.role == "answer":
        own["stub"] = answer_stub(cell)
    metadata: dict[str, Any] = {OWN_METADATA: own}
    if cell.grade_id is not None:
        metadata["nbgrader"] = _nbgrader_metadata(cell)
    if cell.role == "prose":
        return [new_markdown_cell(source)]
    if cell.role == "written":
        task = new_markdown_cell(source, metadata=metadata)
        response = new_markdown_cell(RESPONSE, metadata={OWN_METADATA: {"role": "response"}})
        return [task, response]
    return [new_code_cell(source, metadata=metadata)]


def _nbgrader_metadata(cell: ScriptCell) -> dict[str, Any]:
    metadata: dict[str, Any] = {
        "grade": cell.role == "check",
        "grade_id": cell.grade_id,
        "locked": cell.role in ("setup", "check", "written"),
        "schema_version": 3,
        "solution": cell.role in ("exercise", "answer"),
        "task": cell.role == "written",
    }
    if cell.role == "check":
        metadata["points"] = _points(cell)
    if cell.role == "written":
        metadata["points"] = cell.attributes["points"]
    return metadata


def _points(cell: ScriptCell) -> float:
    try:
        return find_question(checked_exercise(cell)).points
    except KeyError as error:
        raise cell.fail(str(error.args[0])) from None


def _give_ids(cells: Sequence[Any]) -> None:
    """Name each cell by its grade id, or by what it says: the same on every rebuild."""
    seen: dict[str, int] = {}
    for cell in cells:
        grade_id = cell.metadata.get("nbgrader", {}).get("grade_id")
        role = cell.metadata.get(OWN_METADATA, {}).get("role", "prose")
        digest = hashlib.sha256(cell.source.encode()).hexdigest()[:8]
        name = grade_id or f"{role}-{digest}"
        seen[name] = seen.get(name, 0) + 1
        cell["id"] = name if seen[name] == 1 else f"{name}-{seen[name]}"


__all__ = ["Lesson", "LessonError", "build", "find_lessons"]
