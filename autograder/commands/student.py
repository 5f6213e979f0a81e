"""What a student types."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from autograder.commands import app, console
from autograder.grading.course import find_course


@app.command()
def lab(
    folder: Annotated[Path, typer.Option(help="Where your copy of the lessons is.")] = Path(
        "my_lessons"
    ),
    browse: Annotated[bool, typer.Option(help="Open JupyterLab.")] = True,
) -> None:
    """Open JupyterLab on your copy of the lessons; never overwrites your work."""
    from autograder.grading.lab import give_out, open_lab

    new, kept = give_out(find_course(), folder.resolve())
    for path in new:
        console.print(f"new:  {path}", soft_wrap=True)
    for path in kept:
        console.print(f"kept: {path}", soft_wrap=True)
    if browse:
        raise typer.Exit(open_lab(folder.resolve()))
