"""Mend what commonly happens to a notebook, before nbgrader's own sanitizers see it.

Left alone, a cell copied with its grade id stops nbgrader's whole batch, a deleted check leaves its
exercise without a mark, and a tag keeps a cell from being run.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from nbformat.v4 import new_code_cell, new_markdown_cell
from nbgrader.preprocessors import NbGraderPreprocessor


@dataclass(frozen=True)
class MarkedCell:
    """A cell that carries points, as the gradebook knows it from the release."""

    name: str
    source: str
    points: float
    is_task: bool


class Repair(NbGraderPreprocessor):  # type: ignore[misc]
    """Strips tags, lets each grade id stand once, and puts missing checks and tasks back."""

    def preprocess(self, nb: Any, resources: Any) -> tuple[Any, Any]:
        """Mend a submission, and say in the log what was mended."""
        names = resources["nbgrader"]
        marked = marked_cells(names["db_url"], names["assignment"], names["notebook"])
        for done in [*strip_tags(nb), *unmark_repeats(nb), *restore_missing(nb, marked)]:
            self.log.warning("%s: %s", names["student"], done)
        return nb, resources


def marked_cells(db_url: str, assignment: str, notebook: str) -> list[MarkedCell]:
    """Read from the gradebook the cells of a released notebook that carry points."""
    from nbgrader.api import Gradebook

    with Gradebook(db_url) as gradebook:
        released = gradebook.find_notebook(notebook, assignment)
        sources = {cell.name: cell.source for cell in released.source_cells}
        checks = [
            MarkedCell(c.name, sources[c.name], c.max_score, False) for c in released.grade_cells
        ]
        tasks = [
            MarkedCell(c.name, sources[c.name], c.max_score, True) for c in released.task_cells
        ]
        return checks + tasks


def strip_tags(nb: Any) -> list[str]:
    """Take all tags off, ``skip-execution`` among them; returns what was done."""
    tagged = [cell for cell in nb.cells if cell.metadata.pop("tags", None)]
    return [f"took the tags off {len(tagged)} cells"] if tagged else []


def unmark_repeats(nb: Any) -> list[str]:
    """Make all but the last cell of each grade id an ordinary cell; returns what was done.

    The last one counts, as in nbgrader: a check that is repeated further down sees what has been
    defined until there.
    """
    done, seen = [], set()
    for cell in reversed(nb.cells):
        grade_id = cell.metadata.get("nbgrader", {}).get("grade_id")
        if grade_id in seen:
            del cell.metadata["nbgrader"]
            done.append(f"cell {grade_id} was there twice; the last one counts")
        elif grade_id is not None:
            seen.add(grade_id)
    return done


def restore_missing(nb: Any, marked: Sequence[MarkedCell]) -> list[str]:
    """Put missing checks and tasks at the end, where all is defined; returns what was done."""
    present = {cell.metadata.get("nbgrader", {}).get("grade_id") for cell in nb.cells}
    missing = [cell for cell in marked if cell.name not in present]
    nb.cells.extend(map(_restored, missing))
    return [f"cell {cell.name} was missing; put back at the end" for cell in missing]


def _restored(cell: MarkedCell) -> Any:
    metadata = {
        "grade": not cell.is_task,
        "grade_id": cell.name,
        "locked": True,
        "points": cell.points,
        "schema_version": 3,
        "solution": False,
        "task": cell.is_task,
        "cell_type": "markdown" if cell.is_task else "code",
    }
    new_cell = new_markdown_cell if cell.is_task else new_code_cell
    return new_cell(cell.source, metadata={"nbgrader": metadata})
