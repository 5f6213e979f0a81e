"""The table: what took how long, beside whom, and whether that was the aim."""

from __future__ import annotations

import math
import os
import platform
from collections.abc import Iterable
from datetime import date
from pathlib import Path

from rich.table import Table

from benchmarks.harness import Outcome, cores, growth

QUIET = 0.1
"""Up to such a share of the cores, other processes do not spoil a measurement."""

HEADINGS = ("work", "size", "ours", "beside (ours / theirs)", "reach", "met", "10 x the size")


def in_words(seconds: float) -> str:
    """Write a time with three digits and a fitting unit.

    Examples
    --------
    >>> in_words(0.00001234), in_words(0.5), in_words(2)
    ('12.3 us', '500 ms', '2 s')
    """
    for unit, length in (("s", 1.0), ("ms", 1e-3), ("us", 1e-6)):
        if seconds >= length:
            return f"{seconds / length:.3g} {unit}"
    return f"{seconds / 1e-9:.3g} ns"


def rows(outcomes: Iterable[Outcome]) -> list[tuple[str, ...]]:
    """Write each outcome as the cells of a row."""
    done: list[Outcome] = []
    lines: list[tuple[str, ...]] = []
    for outcome in outcomes:
        work, medians = outcome.work, outcome.medians
        beside = [
            f"{name} {in_words(medians[name])} ({ratio:.2f})"
            for name, ratio in outcome.ratios.items()
        ]
        beside += [f"{name}: {reason}" for name, reason in work.skipped.items()]
        lines.append(
            (
                work.what,
                f"{work.size}, {_threads(outcome)}",
                in_words(outcome.ours),
                "\n".join(beside),
                "\n".join(map(str, work.reaches)) or "(to be read)",
                _met(outcome),
                _growth(outcome, done),
            )
        )
        done.append(outcome)
    return lines


def _met(outcome: Outcome) -> str:
    words = []
    for verdict in outcome.verdicts:
        if math.isnan(verdict.ratio):
            words.append("nobody to compare with")
        elif verdict.met:
            words.append(f"met: {verdict.ratio:.2f}")
        else:
            words.append(f"missed: {verdict.ratio:.2f}")
    if outcome.others > QUIET:
        words.append(f"others had {outcome.others:.0%} of the cores")
    return "\n".join(words)


def reasons(outcomes: Iterable[Outcome]) -> list[str]:
    """Say why reaches were missed."""
    return [
        f"missed: {outcome.work.what}, {outcome.work.size}, {_threads(outcome)}: {_why(outcome)}"
        for outcome in outcomes
        if not all(verdict.met for verdict in outcome.verdicts)
    ]


def _why(outcome: Outcome) -> str:
    if outcome.others > QUIET:
        return f"other processes had {outcome.others:.0%} of the cores meanwhile; try again alone"
    return outcome.work.reason or "no reason known"


def _threads(outcome: Outcome) -> str:
    number = outcome.work.threads
    return f"{number} thread{'s' * (number > 1)}"


def _growth(outcome: Outcome, done: list[Outcome]) -> str:
    """Compare with the row of the same work that is a decade smaller, if there is one."""
    for other in done:
        same = other.work.what == outcome.work.what and other.work.threads == outcome.work.threads
        if same and other.work.amount and 9 < outcome.work.amount / other.work.amount < 11:
            return f"{growth(other, outcome)[1]:.1f} x the time"
    return ""


def as_table(lines: list[tuple[str, ...]], title: str) -> Table:
    """Make a table for the terminal."""
    table = Table(*HEADINGS, title=title, show_lines=True)
    for line in lines:
        style = "red" if "missed" in line[5] else None
        table.add_row(*line, style=style)
    return table


def as_markdown(lines: list[tuple[str, ...]], notes: list[str]) -> str:
    """Make the same table for a page, with where and when it was made, and the notes below it."""
    head = [f"| {' | '.join(HEADINGS)} |", f"|{'---|' * len(HEADINGS)}"]
    body = [f"| {' | '.join(cell.replace(chr(10), '<br>') for cell in line)} |" for line in lines]
    return "\n".join([f"{machine()}\n", *head, *body, "", *(f"- {note}" for note in notes), ""])


def machine() -> str:
    """Say on what, and when."""
    return f"{date.today().isoformat()}, {cores()} cores, {_processor()}"


def _processor() -> str:
    """Name the processor."""
    info = Path("/proc/cpuinfo")
    lines = info.read_text().splitlines() if info.exists() else []
    models = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return models[0] if models else platform.processor() or os.uname().machine
