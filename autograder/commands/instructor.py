"""What an instructor types, beside nbgrader's own commands."""

from __future__ import annotations

from autograder.commands import app, console
from autograder.grading.course import find_course


@app.command()
def marks() -> None:
    """Show the gradebook as a table."""
    from autograder.grading import gradebook

    found = gradebook.marks(find_course())
    if not found:
        console.print("Nothing has been graded yet: `imbalance-lessons grade` does it.")
        return
    console.print(gradebook.table(found))
