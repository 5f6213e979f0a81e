"""Read a lesson's percent script: cells with a role, checked one by one."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from autograder.engine.marks import CHECK_PREFIX, OWN_METADATA

__all__ = ["CHECK_PREFIX", "OWN_METADATA", "LessonError", "ScriptCell", "read_script"]

MAX_LINES = 25
SCHEME_MARKS = ("=== BEGIN MARK SCHEME ===", "=== END MARK SCHEME ===")
GRADE_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")

# The attributes that each role's cell marker must carry; none may carry others.
ROLES: Mapping[str, frozenset[str]] = {
    "prose": frozenset(),
    "setup": frozenset({"name"}),
    "demo": frozenset(),
    "exercise": frozenset({"reference"}),
    "answer": frozenset({"name"}),
    "check": frozenset(),
    "written": frozenset({"name", "points"}),
}
MARKDOWN_ROLES = {"prose", "written"}
EDITOR_NOTES = {"lines_to_next_cell", "lines_to_end_of_cell_marker"}  # jupytext's own


class LessonError(ValueError):
    """A lesson's script cannot be built; the message names the cell and what was expected."""


@dataclass(frozen=True)
class ScriptCell:
    """One cell of a lesson's script.

    Attributes
    ----------
    where
        Lesson, cell number and role, for messages.
    role
        One of `ROLES`.
    source
        The cell's text.
    attributes
        What its marker says besides the role.
    """

    where: str
    role: str
    source: str
    attributes: Mapping[str, Any]

    @property
    def grade_id(self) -> str | None:
        """The id under which nbgrader knows the cell; None for prose and demos."""
        if self.role == "exercise":
            return str(self.attributes["reference"]).rpartition(".")[2]
        if self.role == "check":
            return CHECK_PREFIX + checked_exercise(self)
        return self.attributes.get("name")

    def fail(self, message: str) -> LessonError:
        """Make the error that says what is wrong with this cell."""
        return LessonError(f"{self.where}: {message}")


def read_script(path: Path) -> list[ScriptCell]:
    """Read and check a lesson's script.

    Parameters
    ----------
    path
        The percent script.

    Returns
    -------
    list of ScriptCell
        Its cells in order.

    Raises
    ------
    LessonError
        If the file cannot be read, a cell has no known role, misses an attribute, has one too
        many, does not parse, or is longer than `MAX_LINES`; if a grade id is missing, malformed or
        used twice.
    """
    import jupytext
    import nbformat

    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise LessonError(f"{path}: expected a percent script that can be read: {error}") from None
    try:
        notebook = jupytext.reads(text, fmt="py:percent")
    except nbformat.ValidationError as error:
        raise LessonError(f"{path}: a cell marker is not as expected: {error.message}") from None
    cells = [
        _script_cell(f"{path.stem}, cell {number}", cell)
        for number, cell in enumerate(notebook.cells, start=1)
    ]
    _check_grade_ids(cells)
    return cells


def _script_cell(where: str, cell: Any) -> ScriptCell:
    attributes = {k: v for k, v in cell.metadata.items() if k not in EDITOR_NOTES}
    is_markdown = cell.cell_type == "markdown"
    role = attributes.pop("role", "prose" if is_markdown else "")
    script_cell = ScriptCell(f"{where} ({role or 'no role'})", role, cell.source, attributes)
    if role not in ROLES:
        raise script_cell.fail(f"expected a role among {', '.join(ROLES)}, got {role!r}")
    if (role in MARKDOWN_ROLES) != is_markdown:
        raise script_cell.fail(f"a {role} cell cannot be a {cell.cell_type} cell")
    if set(attributes) != ROLES[role]:
        expected = ", ".join(sorted(ROLES[role])) or "none"
        raise script_cell.fail(
            f"expected the attributes {expected}, got {', '.join(attributes) or 'none'}"
        )
    if not is_markdown:
        _check_code(script_cell)
    if role == "written":
        _check_scheme(script_cell)
    return script_cell


def _check_code(cell: ScriptCell) -> None:
    lines = len(cell.source.splitlines())
    if lines > MAX_LINES:
        raise cell.fail(f"{lines} lines of code; a cell has at most {MAX_LINES}")
    if cell.role == "exercise" and cell.source.strip():
        raise cell.fail("expected an empty body: the reference function fills it")
    try:
        ast.parse(cell.source)
    except SyntaxError as error:
        raise cell.fail(f"expected plain Python: {error.msg} in line {error.lineno}") from None
    if cell.role == "check":
        checked_exercise(cell)
    if cell.role == "answer":
        answer_stub(cell)


def _check_scheme(cell: ScriptCell) -> None:
    """Refuse a mark scheme whose marks do not stand alone, as after a paragraph was wrapped."""
    lines = [line.strip() for line in cell.source.splitlines()]
    for mark in SCHEME_MARKS:
        if [line for line in lines if mark in line] != [mark]:
            raise cell.fail(f"expected one line that says {mark!r} and nothing else")


def checked_exercise(cell: ScriptCell) -> str:
    """Name the exercise of a check cell, which must be the one line ``check("name", name)``."""
    match ast.parse(cell.source).body:
        case [
            ast.Expr(ast.Call(func=ast.Name("check"), args=[ast.Constant(str(name)), ast.Name()]))
        ]:
            return name
    raise cell.fail('expected one line like check("imbalance_ratio", imbalance_ratio)')


def answer_stub(cell: ScriptCell) -> str:
    """Write an answer cell's text with every value taken out: what the student is given.

    ``letter = "B"`` becomes ``letter = None``, and ``d = {"a": 1}`` becomes ``d = {"a": None}``.
    """
    name = cell.attributes["name"]
    match ast.parse(cell.source).body:
        case [ast.Assign(targets=[ast.Name(target)], value=ast.Constant())] if target == name:
            return f"{name} = None"
        case [ast.Assign(targets=[ast.Name(target)], value=ast.Dict(keys=keys, values=values))] if (
            target == name and all(isinstance(entry, ast.Constant) for entry in [*keys, *values])
        ):
            # JSON's quotes are the double ones of the lessons' code.
            names = [json.dumps(ast.literal_eval(key)) for key in keys if key]
            entries = "".join(f"    {key}: None,\n" for key in names)
            return f"{name} = {{\n{entries}}}"
    raise cell.fail(f"expected one assignment of a plain value or dictionary to {name}")


def _check_grade_ids(cells: list[ScriptCell]) -> None:
    seen: dict[str, ScriptCell] = {}
    for cell in cells:
        grade_id = cell.grade_id
        if grade_id is None:
            continue
        if not isinstance(grade_id, str) or not GRADE_ID.fullmatch(grade_id):
            raise cell.fail(
                f"expected a name of letters, digits, - and _ (at most 64), got {grade_id!r}"
            )
        if grade_id in seen:
            raise cell.fail(f"the grade id {grade_id!r} is used already by {seen[grade_id].where}")
        seen[grade_id] = cell
