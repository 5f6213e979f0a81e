"""Files: links beside the notebook, and notebooks that are too much of something."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from nbformat.v4 import new_code_cell, new_markdown_cell

from .attack import LESSON, MARK, Attack, first, solve, wish


def links(folder: Path, classroom: Path) -> None:
    """Hand in links to what the course keeps."""
    (folder / "notes.txt").symlink_to(classroom / "course_secret")
    (folder / "page.html").symlink_to("/etc/passwd")
    (folder / "marks.db").symlink_to(classroom / "gradebook.db")
    (folder / "others").symlink_to(classroom / "submitted" / "zz_honest")


def hard_names(folder: Path, classroom: Path) -> None:
    """Hand in modules that would be imported in place of others, and a start-up file."""
    for name in ("autograder", "json", "numpy", "sitecustomize", "conftest"):
        (folder / f"{name}.py").write_text(f"raise SystemExit('{MARK}: {name}')\n")
    (folder / "nbgrader_config.py").write_text("c.ExecuteWithSeed.trusted = True\n")
    (folder / ".env").write_text("IMBALANCE_TRUSTED=1\n")


def own_grader(folder: Path, classroom: Path) -> None:
    """Hand in a package in place of the grader's, whose checks give full marks."""
    for name in ("autograder", "autograder/engine"):
        (folder / name).mkdir()
        (folder / name / "__init__.py").touch()
    check = "def check(name, *answers):\n    return 2.0\n"
    (folder / "autograder/engine/check.py").write_text(check)


TAKE_OWN_GRADER = """
import sys
for module in [module for module in sys.modules if module.startswith("autograder")]:
    del sys.modules[module]
from autograder.engine.check import check
"""


def thousands(folder: Path, classroom: Path) -> None:
    """Hand in more files than anybody reads."""
    for number in range(3_000):
        (folder / f"{number}.txt").touch()


def too_large(folder: Path, classroom: Path) -> None:
    """Hand in files that would fill a submission's disk."""
    for name in ("a.bin", "b.bin"):
        (folder / name).write_bytes(bytes(40 << 20))


def module_of_the_lesson(folder: Path, classroom: Path) -> None:
    """Hand in a link to the lesson's script, with its solutions, as a module of one's own."""
    from autograder.grading.course import find_course

    lesson = find_course(Path(__file__)).root / "notebooks" / LESSON
    (folder / "lesson.py").symlink_to(lesson / f"{LESSON}.py")
    (folder / "lesson").symlink_to(lesson)


def to_solutions(path: Path) -> None:
    """Hand in a link to the lesson's own notebook, with its solutions."""
    from autograder.grading.course import find_course

    path.unlink()
    path.symlink_to(find_course(Path(__file__)).root / "notebooks" / LESSON / f"{LESSON}.ipynb")


def to_another(path: Path) -> None:
    """Hand in a link to another student's notebook."""
    path.unlink()
    path.symlink_to(path.parents[2] / "zz_honest" / LESSON / path.name)


def large(notebook: Any) -> None:
    """Hand in 50 MB of text."""
    solve(notebook)
    notebook.cells.append(new_markdown_cell("x" * 50_000_000))


def many(notebook: Any) -> None:
    """Hand in thousands of cells."""
    notebook.cells += [new_code_cell("1") for _ in range(3_000)]


def nested(path: Path) -> None:
    """Hand in JSON that is nested deeper than a reader's stack."""
    data = json.loads(path.read_text())
    data["metadata"]["deep"] = "HERE"
    path.write_text(json.dumps(data).replace('"HERE"', "[" * 50_000 + "]" * 50_000))


def nested_code(notebook: Any) -> None:
    """Hand in code that is nested deeper than a parser's stack."""
    for text in ("(" * 5_000 + ")" * 5_000, "-" * 100_000 + "1", "x" + ".a" * 50_000):
        notebook.cells.insert(0, new_code_cell(text))


ATTACKS = [
    Attack("links", "To get the course's files copied into its own feedback.", beside=links,
           harmful=True),
    Attack("modules", "To have its own files imported or read as settings by the grader.",
           beside=hard_names, harmful=True),
    Attack("shadows", "To break the next one's imports by modules named as installed ones.", solve,
           9.0, beside=hard_names, harmful=True),
    Attack("own_grader", "To have its own checks run in place of the grader's.",
           first(TAKE_OWN_GRADER), beside=own_grader, aims_here=True),
    Attack("thousands", "To use up time by thousands of files.", solve, 9.0, beside=thousands,
           harmful=True),
    Attack("too_large", "To fill the disk by large files.", solve, 9.0, beside=too_large,
           harmful=True),
    Attack("module_of_the_lesson", "To read the lesson's script by a link beside the notebook.",
           wish("open('lesson.py').read() or __import__('os').listdir('lesson')"),
           beside=module_of_the_lesson, aims_here=True),
    Attack("to_solutions", "To be graded for the lesson's own notebook.", rewrite=to_solutions,
           harmful=True),
    Attack("to_another", "To be graded for another student's notebook.", rewrite=to_another,
           harmful=True),
    Attack("large", "To use up memory and disk by a notebook of 50 MB.", large, 9.0, may_lose=True),
    Attack("many_cells", "To use up time by thousands of cells.", many, harmful=True),
    Attack("nested_json", "To use up the reader's stack.", rewrite=nested, harmful=True),
    Attack("nested_code", "To use up the parser's stack.", nested_code, harmful=True),
]  # fmt: skip
