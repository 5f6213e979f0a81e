"""The command `python -m benchmarks`."""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from benchmarks.harness import BUDGET, Outcome, measure
from benchmarks.report import as_markdown, as_table, machine, reasons, rows

FAMILIES = ["focal", "training", "sampling", "thresholds", "counts", "smote"]


def main(
    families: Annotated[
        list[str] | None, typer.Argument(help=f"Which of {', '.join(FAMILIES)}; all if left out.")
    ] = None,
    quick: Annotated[
        bool, typer.Option("--quick", help="Small sizes, few turns: does it run?")
    ] = False,
    markdown: Annotated[
        Path | None, typer.Option(help="A file to write the table to as well.")
    ] = None,
) -> None:
    """Run this project beside its peers, and print one table."""
    unknown = set(families or []) - set(FAMILIES)
    if unknown:
        raise typer.BadParameter(f"expected some of {FAMILIES}, got {sorted(unknown)}")
    console = Console()
    if not console.is_terminal:
        console.width = 160
    outcomes: list[Outcome] = []
    notes: list[str] = []
    for name in families or FAMILIES:
        family = import_module(f"benchmarks.{name}")
        for work in family.works(quick):
            with console.status(f"{work.what}: {work.size}, {work.threads} thread(s)"):
                outcomes.append(measure(work, 0.2 if quick else BUDGET))
            if not console.is_terminal:
                print(f"done: {work.what}, {work.size}", file=sys.stderr, flush=True)
        if hasattr(family, "notes"):
            with console.status(f"{name}: memory"):
                notes += family.notes(quick)
    lines, notes = rows(outcomes), notes + reasons(outcomes)
    console.print(as_table(lines, f"This project beside its peers ({machine()})"))
    for note in notes:
        console.print(note, highlight=False)
    missed = sum(not v.met for outcome in outcomes for v in outcome.verdicts)
    console.print(f"{len(outcomes)} rows; {missed} reaches missed or without a peer")
    if markdown is not None:
        markdown.write_text(as_markdown(lines, notes), encoding="utf-8")


if __name__ == "__main__":
    typer.run(main)
