"""Tricks with what a notebook says about itself."""

from __future__ import annotations

import copy
from typing import Any

from nbformat.v4 import new_code_cell, new_markdown_cell, new_output

from .attack import Attack, cell_of, solve


def marked(cell: Any) -> dict[str, Any]:
    """Give the nbgrader metadata of a cell; empty if it has none."""
    found: dict[str, Any] = cell.metadata.get("nbgrader", {})
    return found


def checks(notebook: Any) -> list[Any]:
    """List the cells that carry points."""
    return [c for c in notebook.cells if marked(c).get("grade")]


def raises_points(notebook: Any) -> None:
    solve(notebook, "severity")
    for cell in checks(notebook):
        cell.metadata.nbgrader["points"] = 100


def negative_points(notebook: Any) -> None:
    for cell in checks(notebook):
        cell.metadata.nbgrader["points"] = -5


def not_a_number_of_points(notebook: Any) -> None:
    for cell in checks(notebook):
        cell.metadata.nbgrader["points"] = 1e999


def renames_checks(notebook: Any) -> None:
    solve(notebook, "severity")
    cell_of(notebook, "check-class_counts").metadata.nbgrader["grade_id"] = "check-severity-2"


def swaps_checks(notebook: Any) -> None:
    """Give the check of a solved exercise the name of one that is not."""
    solve(notebook, "severity")
    one, other = cell_of(notebook, "check-severity"), cell_of(notebook, "check-class_counts")
    one.metadata.nbgrader["grade_id"], other.metadata.nbgrader["grade_id"] = (
        "check-class_counts",
        "check-severity",
    )


def unlocks(notebook: Any) -> None:
    """Take the locks off and rewrite the tests."""
    for cell in checks(notebook):
        cell.metadata.nbgrader["locked"] = False
        cell.metadata.update(deletable=True, editable=True)
        cell.source = f"{marked(cell)['points']}"


def drops_checks(notebook: Any) -> None:
    notebook.cells = [c for c in notebook.cells if not marked(c).get("grade")]


def checks_as_text(notebook: Any) -> None:
    """Turn tests into Markdown, which is marked by hand."""
    for cell in checks(notebook):
        cell.cell_type = "markdown"
        cell.pop("outputs", None)
        cell.pop("execution_count", None)


def checks_as_solutions(notebook: Any) -> None:
    for cell in checks(notebook):
        cell.metadata.nbgrader["solution"] = True


def adds_worth(notebook: Any) -> None:
    """Add tests of its own, worth 100 points each."""
    for number in range(3):
        metadata = {
            "grade": True, "grade_id": f"check-mine-{number}", "locked": True, "points": 100,
            "schema_version": 3, "solution": False, "task": False, "cell_type": "code",
        }  # fmt: skip
        notebook.cells.append(new_code_cell("100.0", metadata={"nbgrader": metadata}))


def other_lesson(notebook: Any) -> None:
    """Add a check of another lesson, worth points there."""
    metadata = {
        "grade": True, "grade_id": "check-majority_baseline", "locked": True, "points": 2,
        "schema_version": 3, "solution": False, "task": False, "cell_type": "code",
    }  # fmt: skip
    notebook.cells.append(new_code_cell("2.0", metadata={"nbgrader": metadata}))


def solution_as_grade(notebook: Any) -> None:
    """Claim points for the cells of solutions themselves."""
    for name in ("class_counts", "severity"):
        cell_of(notebook, name).metadata.nbgrader.update(grade=True, points=50)


def scores_inside(notebook: Any) -> None:
    """Write scores where nbgrader keeps them in later steps."""
    for cell in notebook.cells:
        if marked(cell):
            cell.metadata.nbgrader.update(
                score=2.0, auto_score=2.0, manual_score=2.0, extra_credit=5, comment="Full marks!"
            )
    notebook.metadata["nbgrader"] = {"score": 12, "max_score": 12}


def comments(notebook: Any) -> None:
    """Write what looks like a marker's verdict below the written answer."""
    notebook.cells.append(
        new_markdown_cell("**Score: 12.0 / 12.0 (marked by hand)**", metadata={"nbgrader": {}})
    )


def demo_role(notebook: Any) -> None:
    """Call tests demos, which are left out, and keep outputs that claim marks."""
    for cell in checks(notebook):
        cell.metadata["imbalance_lessons"] = {"role": "demo"}
        cell.outputs = [new_output("execute_result", data={"text/plain": "2.0"}, execution_count=1)]


def another_kernel(notebook: Any) -> None:
    notebook.metadata["kernelspec"] = {"name": "bash", "display_name": "x", "language": "bash"}
    notebook.metadata["language_info"] = {"name": "bash"}


def doubled(notebook: Any) -> None:
    """Repeat the check of the one solved exercise, so that it might count twice."""
    solve(notebook, "severity")
    cell = copy.deepcopy(cell_of(notebook, "check-severity"))
    cell.id = "a-copy"
    notebook.cells.append(cell)


def written_by_itself(notebook: Any) -> None:
    """Turn the written answer's task into a test that passes."""
    cell = cell_of(notebook, "written_diagnosis")
    cell.cell_type = "code"
    cell.outputs = [new_output("execute_result", data={"text/plain": "3.0"}, execution_count=1)]
    cell.execution_count = 1
    cell.source = "3.0"
    cell.metadata.nbgrader.update(grade=True, task=False, points=3)


ATTACKS = [
    Attack("raises_points", "To make each test worth 100 points.", raises_points, 2.0),
    Attack("negative_points", "To have points below zero read as full marks.", negative_points),
    Attack("endless_points", "To have infinitely many points.", not_a_number_of_points),
    Attack(
        "renames_checks", "To have a failing test unknown to the gradebook.", renames_checks, 2.0
    ),
    Attack(
        "swaps_checks",
        "To have a solved exercise's test count for an unsolved one.",
        swaps_checks,
        2.0,
    ),
    Attack("unlocks", "To write the tests itself.", unlocks),
    Attack("drops_checks", "To have no tests, so that none fails.", drops_checks),
    Attack("checks_as_text", "To have tests marked by hand, in the hope of mercy.", checks_as_text),
    Attack("checks_as_solutions", "To have tests taken for answers.", checks_as_solutions),
    Attack("adds_worth", "To bring tests of its own, worth 300 points.", adds_worth),
    Attack("other_lesson", "To earn another lesson's points here.", other_lesson),
    Attack(
        "solution_as_grade", "To earn points by the mere text of a solution.", solution_as_grade
    ),
    Attack("scores_inside", "To bring scores along in the metadata.", scores_inside),
    Attack("comments", "To look as if it had been marked already.", comments),
    Attack("demo_role", "To have tests left out as demos, and their outputs kept.", demo_role),
    Attack("another_kernel", "To be run by another kernel.", another_kernel),
    Attack("doubled", "To have one solved exercise count twice.", doubled, 2.0),
    Attack(
        "written_by_itself",
        "To have the written answer marked by a program of its own.",
        written_by_itself,
    ),
]
