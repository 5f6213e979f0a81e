"""The commands of `imbalance-lessons`, by who types them; the work is done elsewhere."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.console import Console

app = typer.Typer(
    help="A course on class imbalance in PyTorch, with its autograder.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
console = Console()

Lessons = Annotated[list[str] | None, typer.Argument(help="Names of lessons; all if left out.")]
