"""Mend what commonly happens to a notebook, before nbgrader's own sanitizers see it.

Left alone, a cell copied with its grade id stops nbgrader's whole batch, a deleted check leaves its
exercise without a mark, and a tag keeps a cell from being run. What the lesson says about a marked
cell (its type, points and flags, the text of a check) comes from the release; what a student wrote
stays, also where it was written into a cell that is not the student's.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell
from nbgrader.preprocessors import NbGraderPreprocessor
from traitlets import Unicode

from autograder.builder.script import OWN_METADATA
from autograder.grading.notes import NOTE_ROLE, NOTES_RESOURCE, in_groups, note_cell, quoted
from autograder.grading.placing import arrange, defined_in, grade_id
from autograder.grading.released import ReleasedCell, lesson_notebook, released_cells


class Repair(NbGraderPreprocessor):  # type: ignore[misc]
    """Mends a submission's marked cells, and says what was mended: in the log and in the notebook.

    The notes are also kept in nbgrader's resources, as a list under `NOTES_RESOURCE`.
    """

    source_folder = Unicode(
        "", help="Where the lessons' own notebooks are, which say in which order cells stand."
    ).tag(config=True)

    def preprocess(self, nb: Any, resources: Any) -> tuple[Any, Any]:
        """Mend a submission."""
        names = resources["nbgrader"]
        lesson = lesson_notebook(self.source_folder, names)
        released = released_cells(
            names["db_url"], names["assignment"], names["notebook"], lesson, self.config
        )
        notes = [*(resources.get(NOTES_RESOURCE) or []), *mend(nb, released)]
        resources[NOTES_RESOURCE] = notes
        for note in notes:
            self.log.warning("%s: %s", names["student"], note)
        if notes:
            nb.cells.insert(0, note_cell(notes))
        return nb, resources


def mend(nb: Any, released: Sequence[ReleasedCell]) -> list[str]:
    """Make a submission's marked cells those of the lesson.

    Parameters
    ----------
    nb
        A valid notebook; changed in place.
    released
        The lesson's marked cells in order.

    Returns
    -------
    list of str
        What was done; empty for a notebook that is as it should be.
    """
    names = {cell.name for cell in released}
    strip_roles(nb)
    notes = [
        *strip_tags(nb),
        *forget_strangers(nb, names),
        *unmark_repeats(nb),
        *exchange(nb, released),
        *recognise(nb, released),
        *restore_marks(nb, released),
        *restore_locked(nb, released),
        *arrange(nb, released),
    ]
    _number_twins(nb)
    return in_groups(notes)


def strip_tags(nb: Any) -> list[str]:
    """Take all tags off, ``skip-execution`` among them; returns what was done."""
    tagged = [cell for cell in nb.cells if cell.metadata.pop("tags", None)]
    return [f"took the tags off {len(tagged)} cells"] if tagged else []


def strip_roles(nb: Any) -> None:
    """Take off the lesson's own metadata where it is broken, or claims to be the grader's note."""
    for cell in nb.cells:
        own = cell.metadata.get(OWN_METADATA, {})
        if not isinstance(own, dict) or own.get("role") == NOTE_ROLE:
            del cell.metadata[OWN_METADATA]


def forget_strangers(nb: Any, names: set[str]) -> list[str]:
    """Make cells ordinary whose grading data is broken or names none of the lesson's cells."""
    done = []
    for cell in nb.cells:
        entry = cell.metadata.get("nbgrader", {})
        name = entry.get("grade_id") if isinstance(entry, dict) else None
        if not isinstance(name, str) or name not in names:
            cell.metadata.pop("nbgrader", None)
            if isinstance(name, str) and name:
                done.append(f"{quoted(name)} is no cell of this lesson; it is not graded")
            elif entry != {}:
                done.append("the grading data of a cell could not be read")
    return done


def unmark_repeats(nb: Any) -> list[str]:
    """Make all but the last cell of each grade id an ordinary cell; returns what was done.

    The last one counts, as in nbgrader: a check that is repeated further down sees what has been
    defined until there.
    """
    done, seen = [], set()
    for cell in reversed(nb.cells):
        name = grade_id(cell)
        if name in seen:
            del cell.metadata["nbgrader"]
            done.append(f"cell {name}: there twice; the last one counts")
        elif name is not None:
            seen.add(name)
    return done


def exchange(nb: Any, released: Sequence[ReleasedCell]) -> list[str]:
    """Give cells that solve another exercise than their own the id of that one.

    That is, where a cell defines nothing of its own exercise but all of another's, and the other's
    cell does not define it.
    """
    names = {
        cell.name: defined_in(cell.source)
        for cell in released
        if cell.solution and cell.cell_type == "code"
    }
    defined = {
        str(grade_id(cell)): defined_in(cell.source)
        for cell in nb.cells
        if names.get(grade_id(cell) or "")
    }
    astray = {name for name in defined if not names[name] & defined[name]}
    homes: dict[str, str] = {}
    for home, wanted in names.items():
        if wanted and (home in astray or home not in defined):
            fitting = [name for name in astray - {*homes.values()} if wanted <= defined[name]]
            if len(fitting) == 1:
                homes[home] = fitting[0]
    cells = {grade_id(cell): cell for cell in nb.cells}
    known = {cell.name: cell for cell in released}
    for name in {*homes, *homes.values()} & {*cells}:
        del cells[name].metadata["nbgrader"]
    for home, name in homes.items():
        cells[name].metadata["nbgrader"] = NotebookNode(known[home].metadata)
    return [f"cell {home}: found in the place of {name}" for home, name in homes.items()]


def recognise(nb: Any, released: Sequence[ReleasedCell]) -> list[str]:
    """Find cells that have lost their grading data: by their id, their text or what they define."""
    done = []
    for find in (_has_its_id, _has_its_text, _defines_its_names):
        present = {grade_id(cell) for cell in nb.cells}
        for known in released:
            if known.name in present:
                continue
            found = [cell for cell in nb.cells if grade_id(cell) is None and find(cell, known)]
            if found:
                found[-1].metadata["nbgrader"] = NotebookNode(known.metadata)
                done.append(f"cell {known.name}: without its grading data; recognised")
    return done


def restore_marks(nb: Any, released: Sequence[ReleasedCell]) -> list[str]:
    """Give marked cells their type, points and flags back; returns what was done."""
    known = {cell.name: cell for cell in released}
    done = []
    for cell in nb.cells:
        as_released = known.get(grade_id(cell) or "")
        if as_released is None:
            continue
        if cell.cell_type != as_released.cell_type:
            done.append(
                f"cell {as_released.name}: changed to {cell.cell_type}; "
                f"{as_released.cell_type} again"
            )
            retype(cell, as_released.cell_type)
        entry, right = cell.metadata["nbgrader"], as_released.metadata
        changed = [key for key in sorted(right) if entry.get(key) != right[key]]
        if changed:
            done.append(f"cell {as_released.name}: {', '.join(changed)} as in the lesson again")
        cell.metadata["nbgrader"] = NotebookNode(right)
    return done


def retype(cell: Any, cell_type: str) -> None:
    """Change a cell's type, and what belongs to the type."""
    cell.cell_type = cell_type
    if cell_type == "code":
        cell.pop("attachments", None)
        cell.outputs, cell.execution_count = [], None
    else:
        cell.pop("outputs", None)
        cell.pop("execution_count", None)


def restore_locked(nb: Any, released: Sequence[ReleasedCell]) -> list[str]:
    """Give locked cells their text back; what a student wrote there gets a cell of its own.

    Above a check, because it may be the solution; below any other cell, because it may need it.
    """
    locked = {cell.name: cell for cell in released if cell.locked}
    done, cells = [], []
    for cell in nb.cells:
        known = locked.get(grade_id(cell) or "")
        cells.append(cell)
        if known is None:
            continue
        written = _own_text(cell.source, known.source)
        if cell.source.strip() != known.source.strip():
            kept = "; what was written there has a cell of its own" if written else ""
            done.append(f"cell {known.name}: with the text of the lesson again{kept}")
        cell.source = known.source
        if written:
            new_cell = new_code_cell if cell.cell_type == "code" else new_markdown_cell
            place = len(cells) - 1 if known.grade else len(cells)
            cells.insert(place, new_cell(written, id=f"kept-{known.name}"[:64]))
    nb.cells = cells
    return done


def _own_text(text: str, given: str) -> str:
    """Take the text that students got out of what stands there, if it is still in there whole."""
    own = text.replace(given.strip(), "", 1)
    return own.strip("\n") if own.strip() else ""


def _has_its_id(cell: Any, known: ReleasedCell) -> bool:
    return bool(cell.get("id") == known.name)  # the builder makes ids of grade ids


def _has_its_text(cell: Any, known: ReleasedCell) -> bool:
    return known.locked and bool(cell.source.strip() == known.source.strip())


def _defines_its_names(cell: Any, known: ReleasedCell) -> bool:
    if not known.solution or known.cell_type != "code" or cell.cell_type != "code":
        return False
    names = defined_in(known.source)
    return bool(names) and names <= defined_in(cell.source)


def _number_twins(nb: Any) -> None:
    """Give cells whose id is taken another one."""
    taken: set[str] = set()
    for cell in nb.cells:
        wanted = name = str(cell.get("id", "cell"))
        number = 1
        while name in taken:
            number += 1
            name = f"{wanted[:56]}-{number}"
        cell["id"] = name
        taken.add(name)
