"""Grade the same class with nbgrader as it is installed, and with this project.

Run it on a quiet machine: `make bench-grading`. Every number comes from this run.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

from autograder.grading.course import Course
from autograder.grading.gradebook import marks
from benchmarks.classes import copy_class, environment_of, make_class, stock_folder
from benchmarks.harness import cores
from benchmarks.stages import stages
from benchmarks.watching import MEBIBYTE, Watched, watch

LESSONS = ("01_accuracy_trap", "02_measuring_imbalance", "05_focal_loss")
FEW = 3  # submissions of each lesson for the ways that are slow and only explain the others
SETTINGS = "--ExecuteWithSeed."
REACHES = {"nbgrader autograde": 10.0, "imbalance-lessons grade": 25.0}


@dataclass(frozen=True)
class Way:
    """A way to grade a class.

    Attributes
    ----------
    name
        What the table calls it.
    run
        Grades a class, and gives what that took.
    few
        Whether it is tried on a few submissions only.
    ours
        Whether the marks are to be those of the other ways.
    """

    name: str
    run: Callable[[Course], list[Watched]]
    few: bool = False
    ours: bool = True


@dataclass(frozen=True)
class Row:
    """What a way to grade took.

    Attributes
    ----------
    way
        Its name.
    notebooks
        How many were graded.
    wall, cpu
        Seconds in all.
    peak
        Bytes at the most.
    """

    way: str
    notebooks: int
    wall: float
    cpu: float
    peak: int

    @property
    def each(self) -> float:
        """Seconds of wall time a notebook."""
        return self.wall / self.notebooks


def stock(course: Course) -> list[Watched]:
    """Grade with nbgrader as it is installed: a new kernel for each notebook, all its cells."""
    folder = stock_folder(course, course.classroom / "stock")
    return [
        watch(_python("nbgrader", "autograde", lesson), folder, environment_of(course))
        for lesson in _lessons(course)
    ]


def autograde(*settings: str) -> Callable[[Course], list[Watched]]:
    """Grade with nbgrader and this project's plug-ins."""

    def run(course: Course) -> list[Watched]:
        return [
            watch(
                _python("nbgrader", "autograde", lesson, *settings),
                course.root,
                environment_of(course),
            )
            for lesson in _lessons(course)
        ]

    return run


def grade(workers: int) -> Callable[[Course], list[Watched]]:
    """Grade with `imbalance-lessons grade`."""

    def run(course: Course) -> list[Watched]:
        command = _python("autograder", "grade", *_lessons(course), "--workers", str(workers))
        return [watch(command, course.root, environment_of(course))]

    return run


COLD = f"{SETTINGS}trusted=True", f"{SETTINGS}warm=False"
FULL = (f"{SETTINGS}lean=False",)
WAYS = (
    Way("stock nbgrader autograde", stock, ours=False),
    Way("our plug-ins, a kernel each, all cells", autograde(*COLD, *FULL), few=True),
    Way("  lean runs alone", autograde(*COLD), few=True),
    Way("  warm start alone", autograde(*FULL), few=True),
    Way("nbgrader autograde with this project", autograde()),
    Way("imbalance-lessons grade, 1 worker", grade(1)),
    Way("imbalance-lessons grade, 2 workers", grade(2)),
    Way("imbalance-lessons grade, 4 workers", grade(4)),
)


def measure(class_: Course, size: int, folder: Path) -> Iterator[Row]:
    """Grade copies of a class in every way.

    Raises
    ------
    RuntimeError
        If two of this project's ways give different marks.
    """
    known: dict[tuple[str, str], float] = {}
    for number, way in enumerate(WAYS):
        students = min(FEW, size) if way.few else size
        yield _row(way, copy_class(class_, folder / str(number), students), known)
    last = WAYS[-2]
    half = Way(f"{last.name}, half of the class", last.run)
    yield _row(half, copy_class(class_, folder / "half", size // 2), known)


def _row(way: Way, course: Course, known: dict[tuple[str, str], float]) -> Row:
    parts = way.run(course)
    found = {(mark.student, mark.lesson): mark.score for mark in marks(course)}
    if way.ours:
        for who, score in found.items():
            if abs(known.setdefault(who, score) - score) > 1e-9:
                raise RuntimeError(f"{way.name}: {who} has {score:g}, and elsewhere {known[who]:g}")
    wall, cpu = sum(part.wall for part in parts), sum(part.cpu for part in parts)
    return Row(way.name, len(found), wall, cpu, max(part.peak for part in parts))


def table(rows: list[Row]) -> Table:
    """Lay the rows out, beside the first, which is stock nbgrader."""
    result = Table(title=f"{cores()} cores; CPU: of the whole machine", title_justify="left")
    result.add_column("way")
    for heading in ("notebooks", "s in all", "s each", "CPU s each", "peak MiB", "times faster"):
        result.add_column(heading, justify="right")
    for row in rows:
        result.add_row(*_cells(row, rows[0]))
    return result


def _cells(row: Row, first: Row) -> list[str]:
    return [
        row.way,
        str(row.notebooks),
        f"{row.wall:.1f}",
        f"{row.each:.2f}",
        f"{row.cpu / row.notebooks:.2f}",
        f"{row.peak / MEBIBYTE:.0f}",
        f"{first.each / row.each:.1f}",
    ]


def verdicts(rows: list[Row]) -> list[str]:
    """Say what became of the aims."""
    by_way = {row.way: row for row in rows}
    first, two = rows[0], by_way[WAYS[-2].name]
    lines = []
    for name, reach in REACHES.items():
        row = two if name.startswith("imbalance") else by_way[f"{name} with this project"]
        ratio = first.each / row.each
        met = "met" if ratio >= reach else "MISSED"
        lines.append(f"{row.way}: at least {reach:g} times faster than stock: {met}, {ratio:.1f}")
    half = rows[-1]
    lines.append(
        f"{two.notebooks / half.notebooks:.1f} times the notebooks take "
        f"{two.wall / half.wall:.2f} times as long"
    )
    one, four = by_way[WAYS[-3].name], by_way[WAYS[-1].name]
    lines.append(
        f"a worker more takes {(four.peak - one.peak) / 3 / MEBIBYTE:.0f} MiB; "
        f"stock nbgrader with its one kernel {first.peak / MEBIBYTE:.0f} MiB"
    )
    return lines


def markdown(rows: list[Row], lines: list[str]) -> str:
    """Write table and verdicts as Markdown."""
    heads = ["way", "notebooks", "s in all", "s each", "CPU s each", "peak MiB", "times faster"]
    body = [heads, ["---"] * len(heads), *(_cells(row, rows[0]) for row in rows)]
    texts = ["| " + " | ".join(cells) + " |" for cells in body]
    return "\n".join([*texts, "", *(f"- {line}" for line in lines)]) + "\n"


def _python(*arguments: str) -> list[str]:
    return [sys.executable, "-m", *arguments]


def _lessons(course: Course) -> list[str]:
    return sorted(path.name for path in (course.classroom / "release").iterdir())


def main(arguments: list[str] | None = None) -> None:
    """Measure, and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.grading", description=__doc__)
    parser.add_argument("--students", type=int, default=20, help="size of the class")
    parser.add_argument("--lessons", nargs="+", default=list(LESSONS))
    parser.add_argument("--markdown", type=Path, help="write the table there, too")
    chosen = parser.parse_args(arguments)
    if chosen.students < 2:
        parser.error("--students: expected at least 2")
    console = Console(width=120)
    rows = []
    with tempfile.TemporaryDirectory(prefix="bench-grading-") as name:
        folder = Path(name)
        class_ = make_class(folder / "class", chosen.lessons, chosen.students)
        for row in measure(class_, chosen.students, folder):
            console.print(f"{row.way}: {row.wall:.1f} s for {row.notebooks}")
            rows.append(row)
        where = stages(copy_class(class_, folder / "stages"))
    console.print(table(rows))
    lines = [*verdicts(rows), *where]
    console.print("\n".join(lines))
    if chosen.markdown:
        chosen.markdown.write_text(markdown(rows, lines), encoding="utf-8")


if __name__ == "__main__":
    main()
