"""A course that knows nothing of this project gets the gradebook that stock nbgrader gives it.

The course is nbgrader's own quickstart example, with hidden tests, partial credit, marks by hand,
a penalty for work that is late, data beside the notebook, and students' own modules.
"""

import copy
import datetime
import os
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from nbgrader.api import Gradebook

from autograder.grading.course import CLASSROOM_VARIABLE, Course
from autograder.grading.executing import ExecuteWithSeed
from autograder.grading.whole_class import grade_class, submissions

ROOT = Path(__file__).parents[1]
pytestmark = pytest.mark.slow

PENALTY = '''
from nbgrader.plugins import BasePlugin


class TenPercent(BasePlugin):
    """Takes a tenth of the score for each day begun."""

    def late_submission_penalty(self, student_id, score, total_seconds_late):
        return score * 0.1 * -(-total_seconds_late // 86400)
'''

LATE = """
import sys
sys.path.insert(0, {root!r})
c.AssignLatePenalties.plugin_class = "penalty.TenPercent"
"""

# What this repository's nbgrader_config.py plugs in, for a course of any kind.
PLUGINS = """
c.Autograde.exporter_class = "autograder.grading.reading.ReadAnything"
c.ReadAnything.source_folder = c.Repair.source_folder = {source!r}
c.ExecuteWithSeed.source_folder = {source!r}
c.ExecuteWithSeed.secret_file = {secret!r}
c.Autograde.sanitize_preprocessors = {sanitize!r}
c.Autograde.autograde_preprocessors = {autograde!r}
"""

HIDDEN = """
### BEGIN HIDDEN TESTS
assert squares(3) == [1, 4, 9]
### END HIDDEN TESTS
"""
PARTIAL = """
score = sum([squares(1) == [1], squares(2) == [1, 4], len(squares(7)) == 7]) / 2
score
"""

# The lesson's data; students' own copies do not count.
DATA = "1\n4\n9\n"
READS_DATA = "assert squares(3) == [int(number) for number in open('data/numbers.csv')]"
BESIDE = {
    "helped": {"my_squares.py": "def upto(n):\n    return [i ** 2 for i in range(1, n + 1)]\n"},
    "wrong": {"data/numbers.csv": "0\n1\n4\n"},
}

SQUARES = {
    "right": "def squares(n):\n"
    "    if n < 1:\n        raise ValueError('n must be at least 1')\n"
    "    return [i ** 2 for i in range(1, n + 1)]",
    "wrong": "def squares(n):\n    return [i ** 2 for i in range(n)]",
    "partly": "def squares(n):\n"
    "    if n < 1:\n        raise ValueError('n must be at least 1')\n"
    "    return [1, 4, 9, 16, 25, 36, 49, 64, 81, 100, 121][:n] if n != 3 else [1]",
    "raises": "def squares(n):\n    raise RuntimeError('later')",
    "prints": "print('working')\n"
    "def squares(n):\n"
    "    if n < 1:\n        raise ValueError('n must be at least 1')\n"
    "    return [i * i for i in range(1, n + 1)]",
    "broken": "def squares(n:\n    return",
    "late": "def squares(n):\n"
    "    if n < 1:\n        raise ValueError('n must be at least 1')\n"
    "    return [i ** 2 for i in range(1, n + 1)]",
    "helped": "import my_squares\n"
    "def squares(n):\n"
    "    if n < 1:\n        raise ValueError('n must be at least 1')\n"
    "    return my_squares.upto(n)",
    "blank": None,
}


def nbgrader(folder, *arguments):
    programs = str(Path(sys.executable).parent)
    path = os.pathsep.join([programs, os.environ["PATH"]])
    done = subprocess.run(
        [sys.executable, "-m", "nbgrader", *arguments],
        cwd=folder,
        env={**os.environ, "PATH": path},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]


@pytest.fixture(scope="module")
def handed_in(tmp_path_factory):
    """Make the quickstart course, release it, and let a class hand in."""
    parent = tmp_path_factory.mktemp("quickstart")
    nbgrader(parent, "quickstart", "course")
    folder = parent / "course"
    (folder / "penalty.py").write_text(PENALTY)
    add_tests(folder / "source/ps1/problem1.ipynb")
    write_beside(folder / "source/ps1", {"data/numbers.csv": DATA})
    nbgrader(folder, "generate_assignment", "ps1")
    with Gradebook(f"sqlite:///{folder / 'gradebook.db'}") as gradebook:
        gradebook.find_assignment("ps1").duedate = datetime.datetime(2026, 1, 10)
        gradebook.db.commit()
    for student, code in SQUARES.items():
        target = folder / "submitted" / student / "ps1"
        shutil.copytree(folder / "release/ps1", target)
        write_beside(target, BESIDE.get(student, {}))
        hour = "2026-01-12 08:00:00" if student == "late" else "2026-01-09 08:00:00"
        (target / "timestamp.txt").write_text(f"{hour} UTC")
        if code is not None:
            answer(target / "problem1.ipynb", code)
    (folder / "submitted/wrong/ps1/problem2.ipynb").unlink()
    return folder


def write_beside(folder, files):
    for name, text in files.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text)


def add_tests(path):
    """Add a hidden test to the first test cell, a cell with partial credit, and one with data."""
    notebook = nbformat.read(path, as_version=4)
    tests = [c for c in notebook.cells if c.metadata.get("nbgrader", {}).get("grade")]
    tests = [c for c in tests if c.cell_type == "code" and not c.metadata.nbgrader.solution]
    tests[0].source += HIDDEN
    for name, source, points in (
        ("partial_credit", PARTIAL, 2),
        ("reads_data", READS_DATA, 1),
    ):
        added = copy.deepcopy(tests[0])
        added.source = source
        added.metadata.nbgrader.update(grade_id=name, points=points)
        notebook.cells.insert(notebook.cells.index(tests[0]) + 1, added)
    nbformat.write(notebook, path)


def answer(path, code):
    """Write a student's function, and a sentence into each cell that is marked by hand."""
    notebook = nbformat.read(path, as_version=4)
    solutions = [c for c in notebook.cells if c.metadata.get("nbgrader", {}).get("solution")]
    next(c for c in solutions if "def squares" in c.source).source = code
    for cell in solutions:
        if cell.cell_type == "markdown":
            cell.source = "Because of the formula."
    nbformat.write(notebook, path)


def course_with(handed_in, folder, plugins):
    """Copy the course, with our plug-ins or with nbgrader's own."""
    shutil.copytree(handed_in, folder)
    config = folder / "nbgrader_config.py"
    text = config.read_text() + LATE.format(root=str(folder))
    if plugins:
        text += PLUGINS.format(
            source=str(folder / "source"), secret=str(folder / "course_secret"), **ours()
        )
    config.write_text(text)
    return folder


def ours():
    """Read from the repository's configuration which preprocessors it plugs in."""
    from traitlets.config import PyFileConfigLoader

    os.environ[CLASSROOM_VARIABLE] = str(Path("build") / "unused-classroom")
    try:
        config = PyFileConfigLoader("nbgrader_config.py", path=str(ROOT)).load_config()
    finally:
        del os.environ[CLASSROOM_VARIABLE]
    return {
        "sanitize": list(config.Autograde.sanitize_preprocessors),
        "autograde": list(config.Autograde.autograde_preprocessors),
    }


def content(folder):
    """Read all that a gradebook says of its submissions."""
    with Gradebook(f"sqlite:///{folder / 'gradebook.db'}") as gradebook:
        return {
            (submission.student.id, notebook.name): {
                "late": submission.total_seconds_late,
                "penalty": notebook.late_submission_penalty,
                "score": (notebook.score, notebook.max_score, notebook.needs_manual_grade),
                "grades": {
                    g.name: (g.auto_score, g.manual_score, g.needs_manual_grade)
                    for g in notebook.grades
                },
                "comments": {c.name: c.auto_comment for c in notebook.comments},
            }
            for submission in gradebook.assignment_submissions("ps1")
            for notebook in submission.notebooks
        }


@pytest.fixture(scope="module")
def stock(handed_in, tmp_path_factory):
    folder = course_with(handed_in, tmp_path_factory.mktemp("stock") / "course", plugins=False)
    nbgrader(folder, "autograde", "ps1")
    return content(folder)


def test_the_example_has_something_to_get_wrong(stock):
    scores = {student: stock[student, "problem1"]["score"][0] for student in SQUARES}
    assert scores["right"] == scores["prints"] == scores["late"] == scores["helped"]
    assert scores["right"] > scores["partly"] > 0
    assert scores["wrong"] == 0.5  # one of the three things that partial credit asks for
    assert scores["raises"] == scores["broken"] == scores["blank"] == 0
    assert stock["late", "problem1"]["penalty"] > 0
    assert stock["right", "problem1"]["score"][2]  # something waits for a person


def test_nbgrader_with_our_plugins_gives_the_same(handed_in, stock, tmp_path):
    folder = course_with(handed_in, tmp_path / "course", plugins=True)
    nbgrader(folder, "autograde", "ps1")
    assert content(folder) == stock


@pytest.fixture(scope="module")
def on_all_cores(handed_in, tmp_path_factory):
    """Grade with this project's command; gives the course, the log, and how often it ran cells."""
    folder = course_with(handed_in, tmp_path_factory.mktemp("ours") / "course", plugins=True)
    course = Course(folder, folder / "classroom")
    ran = []
    run = ExecuteWithSeed._run

    def counted(self, *arguments):
        ran.append(self)
        run(self, *arguments)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ExecuteWithSeed, "_run", counted)
        graded = list(grade_class(course, submissions(course, ["ps1"])))
    return course, graded, len(ran)


def test_grading_on_all_cores_gives_the_same(stock, on_all_cores):
    course, graded, _ = on_all_cores
    assert {entry.student for entry in graded if not entry.failed} == set(SQUARES)
    assert content(course.root) == stock


def test_nothing_is_run_twice(on_all_cores):
    """That is, nbgrader's own pass finds the files that were there before it."""
    assert on_all_cores[2] == 2 * len(SQUARES)


def test_a_changed_file_beside_a_notebook_is_graded_again_and_nothing_else(on_all_cores):
    course, graded, _ = on_all_cores
    first = {entry.student: entry for entry in graded}
    module = course.root / "submitted/helped/ps1/my_squares.py"
    module.write_text("def upto(n):\n    return []\n")
    second = {entry.student: entry for entry in grade_class(course, submissions(course, ["ps1"]))}
    assert {student for student in first if second[student] != first[student]} == {"helped"}
    assert second["helped"].score < first["helped"].score
    (course.root / "source/ps1/data/numbers.csv").write_text("2\n")
    some = [s for s in submissions(course, ["ps1"]) if s.student in ("right", "blank")]
    third = {entry.student: entry for entry in grade_class(course, some)}
    assert third["right"].score == first["right"].score - 1
    assert third["blank"].at != first["blank"].at
