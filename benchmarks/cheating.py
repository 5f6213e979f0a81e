"""Hand the hostile submissions in to nbgrader as it is installed, and to this project.

`make bench-cheating`. The corpus is that of the tests, in `tests/corpora/hostile`. Those that
flood, kill or write run only where there is a sandbox, and those made for this grader mean nothing
to another: stock nbgrader is spared both. Its feedback pages are only looked at where an attack is
on pages. Every number comes from this run.
"""

from __future__ import annotations

import argparse
import importlib.util
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from autograder.grading.course import Course
from autograder.grading.gradebook import marks
from autograder.grading.interface import Steps
from benchmarks.classes import ROOT, copy_class, environment_of, stock_folder
from benchmarks.harness import cores

CORPUS = ROOT / "tests" / "corpora" / "hostile"
HONEST = "zz_honest"  # graded after all others
RESULTS = {
    "points": "points that its honest part does not deserve",
    "read": "what it wanted to read",
    "script": "a script in the feedback page",
    "error": "an error for the instructor instead of a mark, or with half of one",
    "others": "no marks for whoever comes after it",
}


@dataclass(frozen=True)
class Result:
    """What a hostile submission got out of a grader.

    Attributes
    ----------
    name
        The attack's name.
    got
        Keys of `RESULTS`; empty if it got nothing.
    """

    name: str
    got: frozenset[str]


def load_corpus() -> Any:
    """Import the corpus by its path: an installed package, too, is called `tests`."""
    spec = importlib.util.spec_from_file_location("hostile", CORPUS / "__init__.py")
    if spec is None or spec.loader is None:
        raise ImportError(f"{CORPUS}: expected the corpus of hostile submissions")
    corpus = importlib.util.module_from_spec(spec)
    sys.modules["hostile"] = corpus
    spec.loader.exec_module(corpus)
    return corpus


def stock(corpus: Any, folder: Path) -> Iterator[Result]:
    """Grade each attack in a class of its own with nbgrader as it is installed."""
    released = _release(corpus, folder / "released")
    allowed = _honest_page(corpus, copy_class(released, folder / HONEST))

    def grade(name: str) -> Result:
        return Result(name, frozenset(_got_from_stock(corpus, released, folder, name, allowed)))

    tried = [n for n, attack in corpus.ATTACKS.items() if not (attack.harmful or attack.aims_here)]
    with ThreadPoolExecutor(cores()) as threads:
        yield from threads.map(grade, tried)


def _got_from_stock(
    corpus: Any, released: Course, folder: Path, name: str, allowed: set[str]
) -> set[str]:
    attack = corpus.ATTACKS[name]
    course = copy_class(released, folder / name)
    corpus.hand_in(course, name, attack)
    run = _stock_command(course)
    graded = run("autograde", corpus.LESSON, f"--student={name}")
    if attack in corpus.THEMES["pages"]:
        run("generate_feedback", corpus.LESSON, f"--student={name}")
    got = _gained(corpus, course, name, allowed)
    if not graded:
        got.add("error")
        # Is it one student whose grading fails, or everybody's from there on?
        course = copy_class(released, folder / f"{name}_and_honest")
        corpus.hand_in(course, name, attack)
        _stock_command(course)("autograde", corpus.LESSON)
        if HONEST not in _scores(course):
            got.add("others")
    return got


def _honest_page(corpus: Any, course: Course) -> set[str]:
    """List what runs in the feedback page of the honest student."""
    run = _stock_command(course)
    if not run("autograde", corpus.LESSON) or not run("generate_feedback", corpus.LESSON):
        raise RuntimeError("stock nbgrader does not grade the honest student")
    return _scripts(corpus, course, HONEST)


def ours(corpus: Any, folder: Path) -> Iterator[Result]:
    """Grade the whole corpus as one class with `nbgrader autograde` and this project's plug-ins."""
    course = _release(corpus, folder)
    for name, attack in corpus.ATTACKS.items():
        corpus.hand_in(course, name, attack)
    run = _command(course, course.root)
    run("autograde", corpus.LESSON, *corpus.LIMITS)
    run("generate_feedback", corpus.LESSON)
    scores, allowed = _scores(course), _scripts(corpus, course, HONEST)
    reached = scores.get(HONEST) == sum(corpus.POINTS.values())
    for name in corpus.ATTACKS:
        got = _gained(corpus, course, name, allowed)
        if name not in scores:
            got.add("error")
        yield Result(name, frozenset(got if reached else got | {"others"}))


def _release(corpus: Any, folder: Path) -> Course:
    """Release the lesson, and hand in an honest notebook."""
    course = Course(ROOT, folder)
    folder.mkdir(parents=True)
    (folder / "course_secret").write_text("5e" * 32)  # the same cases each time
    Steps(course).release(corpus.LESSON)
    corpus.hand_in(course, HONEST, corpus.Attack(HONEST, "", corpus.solve))
    return course


def _stock_command(course: Course) -> Callable[..., bool]:
    return _command(course, stock_folder(course, course.classroom / "stock"))


def _command(course: Course, folder: Path) -> Callable[..., bool]:
    """Give a function that runs a command of nbgrader, and says whether it ended well."""

    def run(*arguments: str) -> bool:
        command = [sys.executable, "-m", "nbgrader", *arguments]
        done = subprocess.run(
            command, cwd=folder, env=environment_of(course), capture_output=True, check=False
        )
        return done.returncode == 0

    return run


def _scores(course: Course) -> dict[str, float]:
    return {mark.student: mark.score for mark in marks(course)}


def _gained(corpus: Any, course: Course, student: str, allowed: set[str]) -> set[str]:
    """Say what a graded attack has got in points, words and pages."""
    gained = set()
    # A comparison, not a difference: infinitely many points are more, too.
    if _scores(course).get(student, 0.0) > corpus.ATTACKS[student].deserves:
        gained.add("points")
    path = course.notebook("autograded", corpus.LESSON, student)
    if path.is_file() and corpus.GOT_IT in corpus.outputs(path):
        gained.add("read")
    if _scripts(corpus, course, student) - allowed:
        gained.add("script")
    return gained


def _scripts(corpus: Any, course: Course, student: str) -> set[str]:
    """List what runs in a student's feedback page."""
    pages = sorted((course.classroom / "feedback" / student).rglob("*.html"))
    found: set[str] = set()
    for page in pages:
        found |= corpus.executable(page.read_text(encoding="utf-8", errors="replace"))
    return found


def table(corpus: Any, results: dict[str, list[Result]]) -> Table:
    """Count, by theme, what the attacks got."""
    laid = Table(title="Hostile submissions that got something", title_justify="left")
    for heading in ("theme", "grader", "tried", *RESULTS, "nothing"):
        laid.add_column(heading, justify="left" if heading in ("theme", "grader") else "right")
    for theme in (*corpus.THEMES, ""):
        for grader, found in results.items():
            of_theme = [result for result in found if result.name.startswith(theme)]
            laid.add_row(theme or "all", grader, str(len(of_theme)), *_counts(of_theme))
    return laid


def _counts(results: list[Result]) -> Iterator[str]:
    for key in RESULTS:
        yield str(sum(key in result.got for result in results))
    yield str(sum(not result.got for result in results))


def lines(corpus: Any, results: Iterable[Result]) -> Iterator[str]:
    """Say of each attack that got something what it wanted, and what it got."""
    for result in results:
        if result.got:
            got = ", ".join(key for key in RESULTS if key in result.got)
            yield f"{result.name} ({got}): {corpus.ATTACKS[result.name].wants}"


def main(arguments: list[str] | None = None) -> None:
    """Hand in, grade, and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.cheating", description=__doc__)
    parser.parse_args(arguments)
    console = Console(width=120)
    corpus = load_corpus()
    results = {}
    with tempfile.TemporaryDirectory(prefix="bench-cheating-") as name:
        for grader, way in {"stock nbgrader": stock, "this project": ours}.items():
            results[grader] = list(way(corpus, Path(name) / grader.replace(" ", "_")))
            console.print(f"[bold]{grader}[/]: {len(results[grader])} handed in")
            for line in lines(corpus, results[grader]):
                console.print(f"- {line}", markup=False)
    console.print(table(corpus, results))
    for key, meaning in RESULTS.items():
        console.print(f"{key}: {meaning}")


if __name__ == "__main__":
    main()
