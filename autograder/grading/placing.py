"""Put a submission's marked cells where the lesson has them, moving as few as possible."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from typing import Any

from IPython.core.inputtransformer2 import TransformerManager

from autograder.grading.released import ReleasedCell

DEFINITIONS = (
    ast.FunctionDef,
    ast.AsyncFunctionDef,
    ast.ClassDef,
    ast.Import,
    ast.ImportFrom,
)

STUDENTS, FIXED = 3, 1000  # how much weightier than a locked cell others are, when one must move


def grade_id(cell: Any) -> str | None:
    """Look up under which id nbgrader knows a cell; None for an ordinary one."""
    name = cell.metadata.get("nbgrader", {}).get("grade_id")
    return None if name is None else str(name)


def arrange(nb: Any, released: Sequence[ReleasedCell]) -> list[str]:
    """Put back marked cells that are missing, and those that stand out of order.

    A cell goes behind the one that it follows in the lesson. A check always ends up below the cell
    of its exercise. A student's cell that computes something when it runs stays where it is: what
    it needs may stand just above it.

    Parameters
    ----------
    nb
        The submission, with each grade id once at most; changed in place.
    released
        The lesson's marked cells in order.

    Returns
    -------
    list of str
        What was done.
    """
    done = [f"cell {cell.name}: missing; put back" for cell in _missing(nb, released)]
    misplaced = _misplaced(nb, released)
    taken_out = {grade_id(cell): cell for cell in nb.cells if grade_id(cell) in misplaced}
    nb.cells = [cell for cell in nb.cells if grade_id(cell) not in misplaced]
    for place, known in enumerate(released):
        if known.name in taken_out:
            _insert(nb, taken_out[known.name], released, place)
        elif _find(nb, known.name) is None:
            _insert(nb, _restored(nb, known), released, place)
    moved = {*taken_out, *_lower_checks(nb, released)}
    names = [known.name for known in released if known.name in moved]
    return [*done, *(f"cell {name}: moved; put back in place" for name in names)]


def defined_in(source: str) -> set[str]:
    """List the names that a cell's text defines at its top level; none if it is not Python."""
    names: set[str] = set()
    for statement in _statements(source) or []:
        match statement:
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                names.add(statement.name)
            case ast.Assign():
                names |= {t.id for t in statement.targets if isinstance(t, ast.Name)}
            case ast.AnnAssign(target=ast.Name(id=name), value=value) if value is not None:
                names.add(name)
    return names


def exercise_of(check: ReleasedCell, released: Sequence[ReleasedCell]) -> ReleasedCell | None:
    """Find the cell that a check is about: the last one before it that students fill in."""
    before = released[: released.index(check)]
    return next((cell for cell in reversed(before) if cell.solution), None)


def _statements(source: str) -> list[ast.stmt] | None:
    try:
        return ast.parse(str(TransformerManager().transform_cell(source))).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def _only_defines(source: str) -> bool:
    """Tell whether running a cell does no more than to define functions and classes."""
    statements = _statements(source)
    return statements is not None and all(
        isinstance(statement, DEFINITIONS)
        or (isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant))
        for statement in statements
    )


def _missing(nb: Any, released: Sequence[ReleasedCell]) -> list[ReleasedCell]:
    present = {grade_id(cell) for cell in nb.cells}
    return [cell for cell in released if cell.name not in present]


def _misplaced(nb: Any, released: Sequence[ReleasedCell]) -> set[str]:
    """Choose the cells to move so that the others stand in the lesson's order.

    The others are the heaviest increasing run: what students fill in weighs most.
    """
    known = {cell.name: (place, cell) for place, cell in enumerate(released)}
    stand = [cell for cell in nb.cells if grade_id(cell) in known]
    # For each cell the heaviest run that ends there: its weight and its members.
    runs: list[tuple[int, int, frozenset[str]]] = []
    fixed = set()
    for cell in stand:
        place, as_released = known[str(grade_id(cell))]
        own = STUDENTS if as_released.solution else 1
        if as_released.solution and not _only_defines(cell.source):
            fixed.add(as_released.name)
            own = FIXED
        earlier = [(weight, run) for weight, last, run in runs if last < place]
        weight, run = max(earlier, key=lambda pair: pair[0], default=(0, frozenset()))
        runs.append((weight + own, place, run | {as_released.name}))
    stay = max(runs, key=lambda run: run[0])[2] if runs else frozenset()
    return {str(grade_id(cell)) for cell in stand} - stay - fixed


def _find(nb: Any, name: str) -> int | None:
    return next((i for i, cell in enumerate(nb.cells) if grade_id(cell) == name), None)


def _insert(nb: Any, cell: Any, released: Sequence[ReleasedCell], place: int) -> None:
    """Put a cell behind its predecessor; a check also behind what defines its exercise."""
    above = _find(nb, released[place - 1].name) if place else None
    if above is None:
        code = (i for i, other in enumerate(nb.cells) if other.cell_type == "code")
        nb.cells.insert(next(code, 0), cell)
        return
    exercise = exercise_of(released[place], released)
    if released[place].grade and not released[place].solution and exercise is not None:
        wanted = defined_in(exercise.source)
        for position in range(above + 1, len(nb.cells)):
            other = nb.cells[position]
            if other.cell_type == "code" and wanted & defined_in(other.source):
                above = position
    nb.cells.insert(above + 1, cell)


def _restored(nb: Any, known: ReleasedCell) -> Any:
    """Make a missing cell anew, but never a stub that undoes what another cell defines."""
    if known.solution and known.cell_type == "code":
        names = defined_in(known.source)
        elsewhere = (
            names & defined_in(cell.source) for cell in nb.cells if cell.cell_type == "code"
        )
        if found := sorted(set().union(*elsewhere)):
            return known.cell(f"# This cell was missing. Another one defines {', '.join(found)}.")
    return known.cell()


def _lower_checks(nb: Any, released: Sequence[ReleasedCell]) -> set[str]:
    """Move each check that stands above its exercise right below it; returns their names."""
    lowered = set()
    for known in reversed(released):
        exercise = exercise_of(known, released) if known.grade and not known.solution else None
        if exercise is None:
            continue
        check, below = _find(nb, known.name), _find(nb, exercise.name)
        if check is not None and below is not None and check < below:
            nb.cells.insert(below, nb.cells.pop(check))
            lowered.add(known.name)
    return lowered
