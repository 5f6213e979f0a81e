"""Prove that what is graded stands on its own: no graded cell needs a demo, and no demo bends one.

Grading runs leave demos out. That is safe if the cells that remain define every name they use,
and if no demo gives such a name another value.
"""

from __future__ import annotations

import ast
import symtable
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from pyflakes.checker import Checker
from pyflakes.messages import UndefinedName

from autograder.builder.script import LessonError

NOTEBOOK_NAMES = frozenset({"display", "get_ipython"})


@dataclass(frozen=True)
class Code:
    """A code cell as it will run: where it stands, what it is, its text with the solution."""

    where: str
    source: str
    is_demo: bool


def prove_lean(cells: Sequence[Code]) -> None:
    """Refuse a lesson whose graded cells depend on its demos.

    Parameters
    ----------
    cells
        The code cells in order.

    Raises
    ------
    LessonError
        If a cell that is not a demo uses a name that only a demo, or nothing, defines; or if a
        demo assigns a name that a cell that is not a demo defines.
    """
    graded = [cell for cell in cells if not cell.is_demo]
    demos = [cell for cell in cells if cell.is_demo]
    owners = {name: cell.where for cell in graded for name in defined_names(cell.source)}
    demo_owners = {
        name: cell.where for cell in reversed(demos) for name in defined_names(cell.source)
    }
    for name, where in demo_owners.items():
        if name in owners:
            raise LessonError(
                f"{where}: a demo must not assign {name!r}, which {owners[name]} defines"
            )
    for cell, name in undefined_names(graded):
        origin = (
            f"which only the demo {demo_owners[name]} defines"
            if name in demo_owners
            else "which no cell before it defines"
        )
        raise LessonError(f"{cell.where}: uses {name!r}, {origin}")


def defined_names(source: str) -> set[str]:
    """List the names that a cell assigns, imports or defines in the notebook's own scope."""
    table = symtable.symtable(source, "<cell>", "exec")
    names = {s.get_name() for s in table.get_symbols() if s.is_assigned() or s.is_imported()}
    # A name of a top-level comprehension stays in it; symtable has it in a table of its own.
    return {name for name in names if not name.startswith(".")}


def undefined_names(cells: Sequence[Code]) -> list[tuple[Code, str]]:
    """List the names that cells, run in order, use and nothing defines, with the cell."""
    starts, lines = [], 1
    for cell in cells:
        starts.append(lines)
        lines += cell.source.count("\n") + 1
    tree = ast.parse("\n".join(cell.source for cell in cells))
    messages = Checker(tree, builtins=NOTEBOOK_NAMES).messages
    return [
        (cells[bisect_right(starts, message.lineno) - 1], message.message_args[0])
        for message in sorted(messages, key=lambda m: m.lineno)
        if isinstance(message, UndefinedName)
    ]
