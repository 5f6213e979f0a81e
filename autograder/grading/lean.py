"""Leave demos out of a grading run: experiments, figures and training that no mark depends on.

Which cells are demos the lesson's own notebook says, never the submission; and a demo that a
student has edited is the student's own cell, and is run. Marks are the same either way: the builder
proves that no graded cell needs a demo, and a submission whose own cells share a name with one is
run in full.
"""

from __future__ import annotations

import ast
import re
import symtable
from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import nbformat
from IPython.core.inputtransformer2 import TransformerManager

from autograder.builder.names import defined_names
from autograder.builder.script import OWN_METADATA
from autograder.engine.check import ANSWERS_MIME

MISSING = re.compile(r"name '(\w+)' is not defined")
WORD = re.compile(r"[^\W\d]\w*")
NOT_PYTHON = (SyntaxError, ValueError, RecursionError, MemoryError)  # what compilers raise


def demo_sources(lesson_notebook: Path) -> frozenset[str]:
    """Read the texts of a lesson's demos; none for a notebook of another course, or no file."""
    if not lesson_notebook.is_file():
        return frozenset()
    return _demo_sources(lesson_notebook, lesson_notebook.stat().st_mtime_ns)


@lru_cache(maxsize=32)
def _demo_sources(lesson_notebook: Path, changed: int) -> frozenset[str]:
    """Read it once for a whole class, and again if it has changed."""
    notebook = nbformat.read(lesson_notebook, as_version=4)
    return frozenset(
        cell.source.strip()
        for cell in notebook.cells
        if cell.metadata.get(OWN_METADATA, {}).get("role") == "demo"
    )


def lean_cells(cells: Sequence[Any], demos: frozenset[str]) -> list[Any]:
    """Choose the cells of a submission that its marks depend on.

    Parameters
    ----------
    cells
        All its cells.
    demos
        The texts of the lesson's demos.

    Returns
    -------
    list
        The same cells without the demos that stand in it unchanged; all of them if one that
        remains mentions a name that a demo defines, unless it is the same import in both.
    """
    kept = [cell for cell in cells if not _is_demo(cell, demos)]
    left_out = [cell for cell in cells if _is_demo(cell, demos)]
    defined = {name for cell in left_out for name in defined_names(_as_python(cell.source))}
    used = {name for cell in kept if cell.cell_type == "code" for name in global_names(cell.source)}
    own_imports = set().union(*(imports(c.source) for c in kept if c.cell_type == "code"))
    demo_imports = set().union(*(imports(cell.source) for cell in left_out))
    shared = {name for name, _ in own_imports & demo_imports}
    return list(cells) if (defined & used) - shared else kept


def misses_a_demo(cells: Sequence[Any], demos: frozenset[str]) -> bool:
    """Tell whether a run stumbled, in a cell or in an answer, over a name that a demo defines."""
    defined = {name for demo in demos for name in defined_names(_as_python(demo))}
    texts = [
        str(output.get("evalue", "")) + str(output.get("data", {}).get(ANSWERS_MIME, ""))
        for cell in cells
        for output in cell.get("outputs", [])
    ]
    return any(name in defined for text in texts for name in MISSING.findall(text))


def global_names(source: str) -> set[str]:
    """List the names of a notebook's own scope that a cell mentions, in functions too."""
    python = _as_python(source)
    try:
        table = symtable.symtable(python, "<cell>", "exec")
    except NOT_PYTHON:  # such a cell does nothing but fail
        return set()
    # A magic has its code in a string: any word there may be a name.
    words = WORD.findall(source) if "run_line_magic" in python or "run_cell_magic" in python else []
    return {*_global_names(table), *words}


def imports(source: str) -> set[tuple[str, str]]:
    """List what a cell imports: the name that it gets, and where it comes from."""
    try:
        tree = ast.parse(_as_python(source))
    except NOT_PYTHON:
        return set()
    found = set()
    for statement in tree.body:
        if isinstance(statement, ast.Import):
            found |= {(a.asname or a.name.partition(".")[0], a.name) for a in statement.names}
        if isinstance(statement, ast.ImportFrom):
            found |= {(a.asname or a.name, f"{statement.module}:{a.name}") for a in statement.names}
    return found


def _global_names(table: symtable.SymbolTable) -> Iterator[str]:
    is_top = table.get_type() == "module"
    yield from (s.get_name() for s in table.get_symbols() if is_top or s.is_global())
    for child in table.get_children():
        yield from _global_names(child)


def _as_python(source: str) -> str:
    """Turn a cell with magics into what IPython makes of it."""
    return str(TransformerManager().transform_cell(source))


def _is_demo(cell: Any, demos: frozenset[str]) -> bool:
    return cell.cell_type == "code" and cell.source.strip() in demos
