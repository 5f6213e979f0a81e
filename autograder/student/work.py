"""Read how far a student's notebook is, from what is saved in it; none of its code is run."""

from __future__ import annotations

import ast
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from autograder.engine.marks import CHECK_PREFIX, OWN_METADATA
from autograder.engine.report import CHECK_MIME
from autograder.engine.session import source_digest

# An exercise is as it was given out; does not parse; stopped with an error; was never checked; has
# changed since its check; has a check that counts. A written answer is empty or there.
State = Literal[
    "untouched", "broken", "failed", "unchecked", "stale", "checked", "empty", "written"
]
RESPONSE = "*Write your answer here.*"  # as the builder writes it
MAX_BYTES = 200_000_000

STATES: Mapping[State, str] = {
    "untouched": "not started",
    "broken": "cannot be run",
    "failed": "stopped with an error",
    "unchecked": "not checked",
    "stale": "changed since its check",
    "checked": "checked",
    "empty": "no answer yet",
    "written": "answered; a person marks it",
}


class WorkError(ValueError):
    """A file is not a notebook that can be read; the message names it and says what to do."""


@dataclass(frozen=True)
class Part:
    """One part of a lesson that carries points.

    Attributes
    ----------
    name
        The exercise, or the written task.
    points
        What it is worth.
    state
        How it stands.
    score
        Points of its last check, if that is about the code as it is now; otherwise 0.
    problem
        What is wrong with the code, if it is ``broken`` or ``failed``.
    """

    name: str
    points: float
    state: State
    score: float = 0.0
    problem: str = ""

    @property
    def is_written(self) -> bool:
        """Whether a person marks it."""
        return self.state in ("empty", "written")

    @property
    def done(self) -> bool:
        """Whether nothing is left to do here."""
        return self.state == "written" or (self.state == "checked" and self.score >= self.points)

    @property
    def says(self) -> str:
        """How it stands, in words."""
        if self.state == "checked":
            return "all visible cases right" if self.done else "not all cases right yet"
        return STATES[self.state]


@dataclass(frozen=True)
class LessonWork:
    """How far a student is in one lesson."""

    name: str
    parts: tuple[Part, ...]

    @property
    def checks(self) -> list[Part]:
        """The parts that are checked at once."""
        return [part for part in self.parts if not part.is_written]

    @property
    def written(self) -> list[Part]:
        """The parts that a person marks."""
        return [part for part in self.parts if part.is_written]

    @property
    def score(self) -> float:
        """Points so far, from checks."""
        return round(sum(part.score for part in self.checks), 2)

    @property
    def points(self) -> float:
        """Points that checks can give."""
        return sum(part.points for part in self.checks)

    @property
    def next_step(self) -> str:
        """What to do next, in a few words; empty if all is done."""
        for part in self.parts:
            if not part.done:
                return STEPS[part.state].format(part.name)
        return ""


STEPS: Mapping[State, str] = {
    "untouched": "solve {}",
    "broken": "mend {}, it cannot run",
    "failed": "mend {}, it stops with an error",
    "unchecked": "run the check of {}",
    "stale": "run {} and its check again",
    "checked": "see report of {}",
    "empty": "answer {}",
}


def read_notebook(path: Path) -> dict[str, Any]:
    """Read a notebook's file as JSON.

    Raises
    ------
    WorkError
        If it cannot be read, is no notebook, or is of an older format.
    """
    try:
        if path.stat().st_size > MAX_BYTES:
            raise WorkError(f"{path}: larger than {MAX_BYTES // 1_000_000} MB; clear its outputs.")
        return parse_notebook(path.read_bytes(), str(path))
    except OSError as error:
        raise WorkError(f"{path} cannot be read: {error.strerror or error}.") from None


def parse_notebook(data: bytes, name: str) -> dict[str, Any]:
    """Parse a notebook's bytes; raises like `read_notebook`."""
    try:
        notebook = json.loads(data.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        raise WorkError(
            f"{name} is not a notebook: it cannot be read as JSON. Save it again in JupyterLab."
        ) from None
    cells = notebook.get("cells") if isinstance(notebook, dict) else None
    if not isinstance(cells, list) or not all(isinstance(cell, dict) for cell in cells):
        raise WorkError(f"{name} is not a notebook of format 4. Save it again in JupyterLab.")
    return notebook  # type: ignore[no-any-return]


def grade_id(cell: Mapping[str, Any]) -> str:
    """Tell under which name nbgrader knows a cell; empty for any other cell."""
    return str(_metadata(cell, "nbgrader").get("grade_id", ""))


def source(cell: Mapping[str, Any]) -> str:
    """Give a cell's text; in the file it may be a list of lines."""
    text = cell.get("source", "")
    return text if isinstance(text, str) else "".join(map(str, text))


def lesson_work(name: str, notebook: Mapping[str, Any]) -> LessonWork:
    """Tell how far a lesson's notebook is.

    Parameters
    ----------
    name
        The lesson.
    notebook
        What `read_notebook` gives.

    Returns
    -------
    LessonWork
        Its graded parts in order.
    """
    cells = notebook["cells"]
    by_id = {grade_id(cell): cell for cell in cells if grade_id(cell)}
    parts = []
    for place, cell in enumerate(cells, start=1):
        marked, name_there = _metadata(cell, "nbgrader"), grade_id(cell)
        if marked.get("task"):
            parts.append(_written(cell, cells[place:]))
        elif marked.get("grade") and name_there.startswith(CHECK_PREFIX):
            exercise = name_there.removeprefix(CHECK_PREFIX)
            parts.append(_checked(exercise, cell, by_id.get(exercise, {})))
    return LessonWork(name, tuple({part.name: part for part in parts}.values()))


def is_unsolved(text: str) -> bool:
    """Tell whether an exercise's cell still has what it was given out with.

    That is a ``raise NotImplementedError``, or an answer of which nothing is filled in.
    """
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError):
        return False
    raises = (node.exc for node in ast.walk(tree) if isinstance(node, ast.Raise))
    names = {ast.unparse(exc).partition("(")[0] for exc in raises if exc is not None}
    match tree.body:
        case [ast.Assign(value=ast.Constant(None))]:
            return True
        case [ast.Assign(value=ast.Dict(values=[_, *_] as values))]:
            return all(isinstance(v, ast.Constant) and v.value is None for v in values)
    return "NotImplementedError" in names or not tree.body


def syntax_problem(text: str) -> str:
    """Say what keeps a code cell from being run; empty if it parses, magics included."""
    from IPython.core.inputtransformer2 import TransformerManager

    try:
        ast.parse(TransformerManager().transform_cell(text))
    except SyntaxError as error:
        where = f" in line {error.lineno}" if error.lineno else ""
        return f"{error.msg}{where}"
    except (ValueError, RecursionError, MemoryError) as error:
        return str(error) or "it cannot be parsed"
    return ""


def _metadata(cell: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    metadata = cell.get("metadata")
    found = metadata.get(key) if isinstance(metadata, dict) else None
    return found if isinstance(found, dict) else {}


def _points(cell: Mapping[str, Any]) -> float:
    points = _metadata(cell, "nbgrader").get("points", 0)
    return float(points) if isinstance(points, int | float) else 0.0


def _written(task: Mapping[str, Any], after: Sequence[Mapping[str, Any]]) -> Part:
    """Find the answer to a written task: in the cells below it, up to the lesson's next one."""
    texts = []
    for cell in after:
        role = _metadata(cell, OWN_METADATA).get("role", "" if grade_id(cell) == "" else "marked")
        # A new lesson's prose has no metadata, and neither has a cell of the student's own.
        if role not in ("", "response") or (role == "" and str(cell.get("id")).startswith("prose")):
            break
        texts.append(source(cell).strip())
    answered = any(text not in ("", RESPONSE) for text in texts)
    return Part(grade_id(task), _points(task), "written" if answered else "empty")


def _checked(name: str, check: Mapping[str, Any], exercise: Mapping[str, Any]) -> Part:
    text, points = source(exercise), _points(check)
    if is_unsolved(text):
        return Part(name, points, "untouched")
    if problem := syntax_problem(text):
        return Part(name, points, "broken", problem=problem)
    saved = _saved_check(name, check)
    if saved is None:
        problem = _error(exercise) or _error(check)
        return Part(name, points, "failed" if problem else "unchecked", problem=problem)
    if not _is_current(saved, check, exercise):
        return Part(name, points, "stale")
    return Part(name, points, "checked", min(max(saved["score"], 0.0), points))


def _outputs(cell: Mapping[str, Any]) -> list[dict[str, Any]]:
    outputs = cell.get("outputs")
    return [o for o in outputs if isinstance(o, dict)] if isinstance(outputs, list) else []


def _error(cell: Mapping[str, Any]) -> str:
    for output in _outputs(cell):
        if output.get("output_type") == "error":
            return f"{output.get('ename', 'Error')}: {output.get('evalue', '')}".rstrip(": ")[:200]
    return ""


def _saved_check(name: str, check: Mapping[str, Any]) -> dict[str, Any] | None:
    """Find the score that a check cell shows; None if it shows none."""
    for output in _outputs(check):
        data = output.get("data")
        saved = data.get(CHECK_MIME) if isinstance(data, dict) else None
        if not isinstance(saved, dict) or saved.get("exercise") != name:
            continue
        if isinstance(saved.get("score"), int | float):
            return saved
    return None


def _is_current(
    saved: Mapping[str, Any], check: Mapping[str, Any], exercise: Mapping[str, Any]
) -> bool:
    """Tell whether a check is about the code that stands there now.

    It is if that code's digest was saved with it. Where the check did not know the code, the order
    of execution must do: the check after the exercise.
    """
    if saved.get("source"):
        return bool(saved["source"] == source_digest(source(exercise)))
    ran, checked = exercise.get("execution_count"), check.get("execution_count")
    return isinstance(ran, int) and isinstance(checked, int) and ran < checked
