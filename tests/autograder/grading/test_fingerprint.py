"""What makes earlier marks worthless."""

import shutil
from pathlib import Path

import pytest

from autograder.grading.fingerprint import fingerprint

ROOT = Path(__file__).parents[3]
LESSONS = ("01_accuracy_trap", "02_measuring_imbalance")


@pytest.fixture
def course(tmp_path):
    shutil.copy(ROOT / "nbgrader_config.py", tmp_path)
    for lesson in LESSONS:
        shutil.copytree(ROOT / "notebooks" / lesson, tmp_path / "notebooks" / lesson)
    return tmp_path


def test_it_stays_where_nothing_changes(course):
    assert fingerprint(course) == fingerprint(course)
    first = fingerprint(course, lesson="01_accuracy_trap")
    assert first != fingerprint(course, lesson="02_measuring_imbalance") != fingerprint(course)
    (course / "notes.txt").write_text("x")
    assert fingerprint(course, lesson="01_accuracy_trap") == first


@pytest.mark.parametrize(
    "what", ["nbgrader_config.py", "notebooks/01_accuracy_trap/01_accuracy_trap.py"]
)
def test_it_changes_with_the_lesson_and_the_configuration(course, what):
    before = [
        fingerprint(course, lesson=name) for name in ("01_accuracy_trap", "02_measuring_imbalance")
    ]
    path = course / what
    path.write_text(path.read_text() + "\n# changed\n")
    after = [
        fingerprint(course, lesson=name) for name in ("01_accuracy_trap", "02_measuring_imbalance")
    ]
    assert after[0] != before[0]
    assert (after[1] != before[1]) == (what == "nbgrader_config.py")


def test_it_changes_with_the_files_that_lie_beside_a_lesson_s_notebook(course):
    lesson = course / "notebooks/01_accuracy_trap"
    (lesson / "data").mkdir()
    (lesson / "data/a.csv").write_text("1")
    before = fingerprint(course, lesson=lesson.name)
    (lesson / ".ipynb_checkpoints").mkdir()
    (lesson / ".ipynb_checkpoints/a.ipynb").write_text("x")
    assert fingerprint(course, lesson=lesson.name) == before
    (lesson / "data/a.csv").write_text("2")
    assert fingerprint(course, lesson=lesson.name) != before


def test_it_changes_with_the_grader(course, monkeypatch, tmp_path):
    before = fingerprint(course)
    other = tmp_path / "other"
    shutil.copytree(ROOT / "autograder", other, ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.setattr("autograder.__path__", [str(other)])
    assert fingerprint(course) == before
    judge = other / "judges/labels.py"
    judge.write_text(judge.read_text() + "\n# changed\n")
    assert fingerprint(course) != before
