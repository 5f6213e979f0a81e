"""A graded notebook taken apart: what was asked, answered, checked and marked; and the rest."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from autograder.builder.script import CHECK_PREFIX, OWN_METADATA

HEADING = re.compile(r"^#{1,6}\s+(?P<title>.+?)\s*#*$", re.MULTILINE)
FENCE = re.compile(r"^(```|~~~).*?^\1", re.MULTILINE | re.DOTALL)
POINTS = re.compile(r"\s*\(\d+(\.\d+)? points?\)$")
SCHEME = re.compile(
    r"^=== BEGIN MARK SCHEME ===$(?P<scheme>.*?)^=== END MARK SCHEME ===$",
    re.MULTILINE | re.DOTALL,
)


@dataclass(frozen=True)
class Lesson:
    """A stretch of the lesson between two exercises."""

    cells: tuple[Any, ...]

    @property
    def title(self) -> str:
        """Its headings, without that of the lesson; where there are none, what it is."""
        texts = (cell.source for cell in self.cells if cell.cell_type == "markdown")
        found = (heading for text in texts for heading in HEADING.finditer(_without_code(text)))
        titles = [_title(heading) for heading in found if not heading[0].startswith("# ")]
        return ", ".join(titles) or "text and code"

    @property
    def left_out(self) -> bool:
        """Whether demos stand in it that grading did not run."""
        return any(role(cell) == "demo" and not cell.get("outputs") for cell in self.cells)


@dataclass(frozen=True)
class Exercise:
    """Something that carries points.

    Attributes
    ----------
    name
        nbgrader's id of the cell with the points.
    title
        The heading above it, without the points.
    task
        What was asked, as Markdown.
    answer
        The student's cell: code, or a text; None if there is none to be found.
    check
        The cell whose outputs are the report; None for a written answer.
    score, points
        Marks earned, and those there are.
    waits
        Whether somebody still has to mark it by hand.
    scheme
        The mark scheme of a written answer, as Markdown.
    comments
        What the grader wrote about it.
    """

    name: str
    title: str
    task: str = ""
    answer: Any = None
    check: Any = None
    score: float = 0.0
    points: float = 0.0
    waits: bool = False
    scheme: str = ""
    comments: tuple[str, ...] = ()

    @property
    def by_hand(self) -> bool:
        """Whether a person marks it, not a check."""
        return self.check is None

    @property
    def state(self) -> str:
        """How it stands, in a word that is a class of the style sheet too."""
        if self.waits:
            return "waits"
        return "full" if self.score >= self.points else "part" if self.score > 0 else "none"


@dataclass
class _Taken:
    """Which cells belong to an exercise."""

    cells: Sequence[Any]
    used: set[int] = field(default_factory=set)

    def take(self, index: int | None) -> Any:
        if index is None or index in self.used or not 0 <= index < len(self.cells):
            return None
        self.used.add(index)
        return self.cells[index]


def arrange(cells: Sequence[Any]) -> list[Lesson | Exercise]:
    """Take a graded notebook apart.

    Parameters
    ----------
    cells
        Its cells, with scores and comments in nbgrader's metadata.

    Returns
    -------
    list
        Exercises, and what stands between them, in the order of the notebook. Every cell is in
        one of them, once.
    """
    taken = _Taken(cells)
    where = {_id(cell): index for index, cell in enumerate(cells) if _id(cell)}
    exercises = {
        index: _written(taken, index) if _marks(cell).get("task") else _coded(taken, index, where)
        for index, cell in enumerate(cells)
        if _marks(cell).get("task") or _marks(cell).get("grade")
    }
    return list(_in_order(cells, exercises, taken.used))


def _in_order(
    cells: Sequence[Any], exercises: Mapping[int, Exercise], used: set[int]
) -> Iterator[Lesson | Exercise]:
    between: list[Any] = []
    for index, cell in enumerate(cells):
        if index in exercises:
            if between:
                yield Lesson(tuple(between))
            between = []
            yield exercises[index]
        elif index not in used:
            between.append(cell)
    if between:
        yield Lesson(tuple(between))


def _coded(taken: _Taken, index: int, where: Mapping[str, int]) -> Exercise:
    check = taken.take(index)
    name = _id(check)
    if _marks(check).get("solution"):  # an answer that is marked by hand, in one cell
        return _exercise(taken, index - 1, check, answer=check)
    own = where.get(name.removeprefix(CHECK_PREFIX)) if is_check(check) else None
    answer = taken.take(own)
    above = (index if own is None or answer is None else own) - 1
    return _exercise(taken, above, check, answer=answer, check=check)


def _exercise(
    taken: _Taken, above: int, graded: Any, answer: Any = None, check: Any = None
) -> Exercise:
    """Find the task in the cell above; it begins at the last heading there."""
    task, before = "", taken.cells[above] if above >= 0 else None
    if before is not None and before.cell_type == "markdown" and not _marks(before):
        heading = next(reversed([*HEADING.finditer(_without_code(before.source))]), None)
        if heading and above not in taken.used:
            task = before.source[heading.start() :]
            if lead := before.source[: heading.start()].strip():
                before.source = lead  # stays in the lesson
            else:
                taken.take(above)
    title = _first_title(task) or _id(graded).removeprefix(CHECK_PREFIX)
    return Exercise(
        title=title,
        task=HEADING.sub("", task, count=1).strip(),
        answer=answer,
        check=check,
        comments=_comments(answer, graded),
        **_points(graded),
    )


def _written(taken: _Taken, index: int) -> Exercise:
    task = taken.take(index)
    answer = None
    if index + 1 < len(taken.cells) and _is_response(taken.cells[index + 1]):
        answer = taken.take(index + 1)
    asked, scheme = split_scheme(task.source)
    title = _first_title(asked) or _id(task)
    return Exercise(
        title=title,
        task=HEADING.sub("", asked, count=1).strip(),
        answer=answer,
        scheme=scheme,
        comments=_comments(task, answer),
        **_points(task),
    )


def _points(cell: Any) -> dict[str, Any]:
    marks = _marks(cell)
    return {
        "name": _id(cell),
        "score": float(marks.get("score") or 0.0),
        "points": float(marks.get("points") or 0.0),
        "waits": bool(marks.get("waits")),
    }


def _comments(*cells: Any) -> tuple[str, ...]:
    texts = (_marks(cell).get("comment") for cell in cells if cell is not None)
    return tuple(dict.fromkeys(text.strip() for text in texts if text and text.strip()))


def _marks(cell: Any) -> Mapping[str, Any]:
    return cell.metadata.get("nbgrader") or {}


def _id(cell: Any) -> str:
    return str(_marks(cell).get("grade_id") or "")


def _is_response(cell: Any) -> bool:
    """Tell an answer's cell by its mark; where that is lost, by its place."""
    is_text = cell.cell_type == "markdown" and not _marks(cell)
    return is_text and role(cell) in ("response", "")


def role(cell: Any) -> str:
    """Read what a cell is for, from the mark that the builder left."""
    own = cell.metadata.get(OWN_METADATA)
    return str(own.get("role", "")) if isinstance(own, Mapping) else ""


def split_scheme(source: str) -> tuple[str, str]:
    """Split a task's text into what was asked and the mark scheme, which may be empty."""
    scheme = SCHEME.search(source)
    return SCHEME.sub("", source).strip(), scheme["scheme"].strip() if scheme else ""


def is_check(cell: Any) -> bool:
    """Tell whether a cell is a check, whose outputs the grader has replaced by its report."""
    return bool(_marks(cell).get("grade")) and _id(cell).startswith(CHECK_PREFIX)


def first_heading(cell: Any) -> str:
    """Read a cell's first heading, without its points; empty if there is none."""
    return _first_title(cell.source) if cell.cell_type == "markdown" else ""


def _first_title(text: str) -> str:
    heading = HEADING.search(_without_code(text))
    return _title(heading) if heading else ""


def _title(heading: re.Match[str]) -> str:
    return POINTS.sub("", heading["title"]).replace("**", "").replace("`", "")


def _without_code(text: str) -> str:
    """Blank out blocks of code, where a comment looks like a heading; the rest stays in place."""
    return FENCE.sub(lambda block: re.sub(r"[^\n]", " ", block[0]), text)
