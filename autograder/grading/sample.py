"""The sample class: invented students, kept as what they wrote and put into released notebooks.

A student's file is Markdown: a heading with the grade id, and below it a fenced block with the
cell's code or, for a written answer, its text. Kept like this, the samples follow every change of
a lesson's prose, and code that does not parse needs no exception from the tools.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from importlib import resources
from pathlib import Path
from typing import Any

import nbformat

from autograder.builder.script import OWN_METADATA

ENTRY = re.compile(r"^## (?P<id>\S+)\n(?P<body>.*?)(?=^## |\Z)", re.MULTILINE | re.DOTALL)
FENCE = re.compile(r"^```python\n(?P<code>.*?)^```$", re.MULTILINE | re.DOTALL)


def sample_students(lesson: str) -> dict[str, Mapping[str, str]]:
    """Read what the sample students answer in a lesson.

    Parameters
    ----------
    lesson
        The lesson's name.

    Returns
    -------
    dict
        For each student the cells' texts by grade id; empty for a lesson without samples.
    """
    folder = resources.files("autograder") / "sample_class" / lesson
    if not folder.is_dir():
        return {}
    files = sorted((f for f in folder.iterdir() if f.name.endswith(".md")), key=lambda f: f.name)
    return {Path(f.name).stem: read_answers(f.read_text(encoding="utf-8")) for f in files}


def read_answers(text: str) -> dict[str, str]:
    """Read a student's file: the cells' texts by grade id."""
    answers = {}
    for entry in ENTRY.finditer(text):
        fence = FENCE.search(entry["body"])
        answers[entry["id"]] = (fence["code"] if fence else entry["body"]).strip("\n")
    return answers


def hand_in(released: Any, answers: Mapping[str, str]) -> Any:
    """Put a student's answers into a copy of a released notebook.

    Parameters
    ----------
    released
        The released notebook.
    answers
        Texts by grade id. A written task's text goes into the answer cell that follows the task.

    Returns
    -------
    nbformat.NotebookNode
        The notebook as the student hands it in.

    Raises
    ------
    ValueError
        If an answer names no cell of the notebook.
    """
    notebook = nbformat.from_dict(released)
    cells = {}
    for cell, following in zip(notebook.cells, [*notebook.cells[1:], None], strict=True):
        grade_id = cell.metadata.get("nbgrader", {}).get("grade_id")
        is_task = cell.metadata.get(OWN_METADATA, {}).get("role") == "written"
        cells[grade_id] = following if is_task else cell
    for grade_id, text in answers.items():
        if grade_id not in cells:
            known = ", ".join(filter(None, cells))
            raise ValueError(f"answers: no cell {grade_id!r} in the notebook; there are {known}")
        cells[grade_id]["source"] = text
    return notebook
