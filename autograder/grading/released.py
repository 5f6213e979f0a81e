"""A lesson's marked cells as they were released: the gradebook knows them, the lesson their order.

The gradebook keeps no order that every database would give back, so that comes from the lesson's
notebook; without one it is the order in which the gradebook lists the cells.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

SCHEMA_VERSION = 3  # of nbgrader's metadata


@dataclass(frozen=True)
class ReleasedCell:
    """A cell with a grade id, as the gradebook knows it from the release.

    Attributes
    ----------
    name
        Its grade id.
    cell_type
        ``code`` or ``markdown``.
    source
        Its text as students got it: without hidden tests and mark scheme, which nbgrader puts
        back by itself.
    locked, grade, solution, task
        What nbgrader does with it.
    points
        The most that it brings; None for a cell without points.
    """

    name: str
    cell_type: str
    source: str
    locked: bool = True
    grade: bool = False
    solution: bool = False
    task: bool = False
    points: float | None = None

    @property
    def metadata(self) -> dict[str, Any]:
        """What nbgrader keeps about the cell in a notebook."""
        entry = {
            "grade": self.grade,
            "grade_id": self.name,
            "locked": self.locked,
            "schema_version": SCHEMA_VERSION,
            "solution": self.solution,
            "task": self.task,
        }
        return entry if self.points is None else {**entry, "points": self.points}

    def cell(self, source: str | None = None) -> Any:
        """Make the cell anew, by default with its released text."""
        new_cell = new_code_cell if self.cell_type == "code" else new_markdown_cell
        text = self.source if source is None else source
        return new_cell(text, id=f"restored-{self.name}"[:64], metadata={"nbgrader": self.metadata})


def lesson_notebook(source_folder: str, names: Mapping[str, str]) -> Path:
    """Say where a lesson's own notebook is, by what nbgrader calls assignment and notebook."""
    return Path(source_folder, names["assignment"], names["notebook"] + ".ipynb")


def released_cells(
    db_url: str,
    assignment: str,
    notebook: str,
    lesson_notebook: Path | None = None,
    config: Any = None,
) -> list[ReleasedCell]:
    """Read from the gradebook the marked cells of a released notebook.

    Parameters
    ----------
    db_url, assignment, notebook
        The gradebook, and what nbgrader calls the lesson and its notebook.
    lesson_notebook
        The lesson's own notebook, for the order of its cells.
    config
        nbgrader's, which says by what marks hidden tests are known.

    Returns
    -------
    list of ReleasedCell
        In the order of the lesson.

    Raises
    ------
    nbgrader.api.MissingEntry
        If there was no release.
    """
    from nbgrader.api import Gradebook

    with Gradebook(db_url) as gradebook:
        released = gradebook.find_notebook(notebook, assignment)
        grades = {cell.name: float(cell.max_score) for cell in released.grade_cells}
        tasks = {cell.name: float(cell.max_score) for cell in released.task_cells}
        solutions = {cell.name for cell in released.solution_cells}
        hide = _hider(config)
        cells = [
            ReleasedCell(
                name=cell.name,
                cell_type=cell.cell_type,
                source=hide(cell.source or ""),
                locked=bool(cell.locked),
                grade=cell.name in grades,
                solution=cell.name in solutions,
                task=cell.name in tasks,
                points=grades.get(cell.name, tasks.get(cell.name)),
            )
            for cell in released.source_cells
        ]
    places = {name: place for place, (name, _) in enumerate(_cells_of(lesson_notebook)) if name}
    return sorted(cells, key=lambda cell: places.get(cell.name, len(places)))


def blank_notebook(released: Sequence[ReleasedCell], lesson_notebook: Path | None = None) -> Any:
    """Make the notebook that is graded where none could be read: the lesson as it was given out.

    Parameters
    ----------
    released
        The lesson's marked cells.
    lesson_notebook
        The lesson's own notebook, for the prose between them; demos are left out.
    """
    known = {cell.name: cell for cell in released}
    cells = []
    for name, text in _cells_of(lesson_notebook):
        if name in known:
            cells.append(known.pop(name).cell())
        elif text is not None:
            cells.append(new_markdown_cell(text, id=f"lesson-{len(cells)}"))
    return new_notebook(cells=[*cells, *(cell.cell() for cell in known.values())])


def _hider(config: Any) -> Callable[[str], str]:
    """Make the function that takes out of a cell's text what students do not get."""
    from nbgrader.preprocessors import ClearHiddenTests, ClearMarkScheme

    hiders = [
        hider(config=config, enforce_metadata=False)
        for hider in (ClearHiddenTests, ClearMarkScheme)
    ]

    def hide(source: str) -> str:
        cell = new_markdown_cell(source)
        for hider in hiders:
            hider.preprocess_cell(cell, {}, 0)
        return str(cell.source)

    return hide


def _cells_of(lesson_notebook: Path | None) -> tuple[tuple[str | None, str | None], ...]:
    """List a lesson's cells: the grade id of each, and the text if it is prose."""
    if lesson_notebook is None or not lesson_notebook.is_file():
        return ()
    return _cells_in(lesson_notebook, lesson_notebook.stat().st_mtime_ns)


@lru_cache(maxsize=32)
def _cells_in(lesson_notebook: Path, changed: int) -> tuple[tuple[str | None, str | None], ...]:
    """Read it once for a whole class, and again if it has changed."""
    notebook = nbformat.read(lesson_notebook, as_version=4)
    return tuple(
        (
            cell.metadata.get("nbgrader", {}).get("grade_id"),
            cell.source if cell.cell_type == "markdown" else None,
        )
        for cell in notebook.cells
    )
