"""The way back: take what was edited in a lesson's notebook into its percent script."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from autograder.builder.reference import BEGIN, END, solved_cell
from autograder.builder.script import OWN_METADATA, LessonError, ScriptCell


def script_text(notebook: Any, known: list[ScriptCell]) -> str:
    """Write the percent script from which a notebook would be built.

    Parameters
    ----------
    notebook
        A lesson's notebook, as JupyterLab saved it.
    known
        The cells of the lesson's script so far: they say which function an exercise refers to.

    Returns
    -------
    str
        The script's text. Building it gives the notebook, without outputs.

    Raises
    ------
    autograder.builder.script.LessonError
        If the text of an exercise was edited: it belongs to `imbalance_lessons`.
    """
    import jupytext
    from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

    references = {c.grade_id: c.attributes["reference"] for c in known if c.role == "exercise"}
    cells = []
    for number, cell in enumerate(notebook.cells, start=1):
        role = _role(cell)
        if role == "response":
            continue
        attributes = _attributes(cell, role, references)
        source = _source(cell, role, attributes, where=f"notebook cell {number} ({role})")
        new_cell = new_markdown_cell if cell.cell_type == "markdown" else new_code_cell
        metadata = attributes if role == "prose" else {"role": role, **attributes}
        cells.append(new_cell(source, metadata=metadata))
    # No header: what it would say is the same for every lesson.
    jupytext_metadata = {"notebook_metadata_filter": "-all", "cell_metadata_filter": "all"}
    script = new_notebook(cells=cells, metadata={"jupytext": jupytext_metadata})
    return str(jupytext.writes(script, fmt="py:percent"))


def _role(cell: Any) -> str:
    """Read a cell's role; what was added in JupyterLab has none, and is prose or a demo."""
    usual = "prose" if cell.cell_type == "markdown" else "demo"
    return str(cell.metadata.get(OWN_METADATA, {}).get("role", usual))


def _attributes(cell: Any, role: str, references: Mapping[str | None, str]) -> dict[str, Any]:
    nbgrader = cell.metadata.get("nbgrader", {})
    name = nbgrader.get("grade_id")
    if role == "exercise":
        if name not in references:
            raise LessonError(f"exercise {name}: no such exercise in the script; add it there")
        return {"reference": references[name]}
    if role == "written":
        return {"name": name, "points": nbgrader["points"]}
    return {"name": name} if role in ("setup", "answer") else {}


def _source(cell: Any, role: str, attributes: Mapping[str, Any], where: str) -> str:
    source = str(cell.source)
    if role == "exercise":
        if source != solved_cell(attributes["reference"]):
            raise LessonError(
                f"{where}: its text comes from {attributes['reference']}; edit it there"
            )
        return ""
    if role == "answer":
        lines = source.splitlines()
        return "\n".join(line for line in lines if line.strip() not in (BEGIN, END))
    return source
