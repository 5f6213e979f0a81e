"""What an instructor types, beside nbgrader's own commands."""

from __future__ import annotations

from autograder.commands import app, console
from autograder.grading.course import find_course


@app.command()
def marks() -> None:
    """Show the gradebook as a table."""
    from autograder.grading import gradebook

    console.print(gradebook.table(gradebook.marks(find_course())))
