"""What a hostile submission is, how one is made of a released notebook, and what it says."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
from nbformat.v4 import new_code_cell

from autograder.grading.course import Course
from autograder.grading.sample import sample_students

LESSON = "02_measuring_imbalance"
ADA = sample_students(LESSON)["ada"]
POINTS = {
    "class_counts": 2.0,
    "imbalance_ratio": 2.0,
    "severity": 2.0,
    "diagnosis": 2.0,
    "quick_check_ratio": 1.0,
}
MARK = "imbalance_attack"  # in the name of each file that an attack leaves somewhere
GOT_IT = "GOT IT"  # what an attack prints when it has what it wants; see `wish`

# For `nbgrader autograde`: short, as what never ends is ended by the clock; long enough for a busy
# machine.
LIMITS = (
    "--ExecuteWithSeed.timeout=3",
    "--ExecuteWithSeed.seconds=60",
    "--ExecuteWithSeed.memory=700",
)

Change = Callable[[Any], None]


@dataclass(frozen=True)
class Attack:
    """A hostile submission.

    Attributes
    ----------
    name
        Who hands it in.
    wants
        What it tries, in one sentence.
    change
        Turns a released notebook into the attack.
    deserves
        The points that its honest part is worth, worked out by hand.
    may_lose
        Whether it may end with fewer: it breaks its own honest part, as far as it gets.
    harmful
        Whether it may run only in a sandbox: it floods, kills or writes.
    aims_here
        Whether it is made for this grader, and means nothing to another.
    beside
        Given the folder that is handed in and the classroom, puts files beside the notebook.
    rewrite
        Given the path of the notebook, changes it as a file.
    """

    name: str
    wants: str
    change: Change = lambda notebook: None
    deserves: float = 0.0
    may_lose: bool = False
    harmful: bool = False
    aims_here: bool = False
    beside: Callable[[Path, Path], None] | None = None
    rewrite: Callable[[Path], None] | None = None


def cell_of(notebook: Any, grade_id: str) -> Any:
    """Find a cell by its grade id."""
    [cell] = [
        c for c in notebook.cells if c.metadata.get("nbgrader", {}).get("grade_id") == grade_id
    ]
    return cell


def solve(notebook: Any, *names: str) -> None:
    """Write right answers to some exercises; all of them if none is named."""
    for name in names or POINTS:
        cell_of(notebook, name).source = ADA[name]


def insert(notebook: Any, source: str, place: int = 0) -> Any:
    """Insert a code cell."""
    cell = new_code_cell(source)
    notebook.cells.insert(place, cell)
    return cell


def first(source: str, *solved: str) -> Change:
    """Run code before everything else; some exercises may be solved honestly."""

    def change(notebook: Any) -> None:
        if solved:
            solve(notebook, *solved)
        insert(notebook, source)

    return change


def instead(source: str, *names: str) -> Change:
    """Put code in place of solutions; of all of them if none is named."""

    def change(notebook: Any) -> None:
        for name in names or POINTS:
            cell_of(notebook, name).source = source

    return change


def wish(expression: str, *solved: str) -> Change:
    """Evaluate an expression before everything else, and say so if that was possible."""
    return first(f'wanted = {expression}\nprint("GOT", "IT", str(wanted)[:200])', *solved)


def hand_in(course: Course, student: str, attack: Attack) -> None:
    """Write an attack into the submitted folder."""
    notebook = nbformat.read(course.notebook("release", LESSON), as_version=4)
    attack.change(notebook)
    path = course.notebook("submitted", LESSON, student)
    path.parent.mkdir(parents=True)
    # Not nbformat's own writing, which would refuse some attacks.
    text = nbformat.writes(notebook) if attack.rewrite else _to_json(notebook)
    path.write_text(text, encoding="utf-8")
    if attack.beside:
        attack.beside(path.parent, course.classroom)
    if attack.rewrite:
        attack.rewrite(path)


def _to_json(notebook: Any) -> str:
    """Write a notebook as JSON, whatever is in it."""
    data = copy.deepcopy(notebook)
    for cell in data.cells:
        cell["source"] = cell["source"].splitlines(keepends=True)
    return json.dumps(data)


def outputs(path: Path) -> str:
    """Give all outputs of a graded notebook, as text."""
    cells = nbformat.read(path, as_version=4).cells
    return "\n".join(str(cell.get("outputs", "")) for cell in cells)
