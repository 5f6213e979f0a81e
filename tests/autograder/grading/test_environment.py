"""Whether the computer is ready: what is broken is a line, and never a traceback."""

import importlib.metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from autograder.grading import environment
from autograder.grading.environment import (
    course_line,
    disk_line,
    package_problem,
    packages_line,
    python_line,
    tried,
)

ROOT = Path(__file__).parents[3]


def test_python():
    assert python_line((3, 11, 4)).ok
    assert python_line((4, 0, 0)).ok
    assert "install Python 3.11 or later" in python_line((3, 10, 9)).says


@pytest.mark.parametrize(
    ("text", "version", "problem"),
    [
        ("torch==2.14.1", "2.14.1+cpu", ""),
        ("torch==2.14.1", "2.13.0", "torch is 2.13.0, expected ==2.14.1"),
        ("numpy>=2.1", "3.0.0rc1", ""),
        ("numpy>=2.1", "1.26", "numpy is 1.26, expected >=2.1"),
        ("nothing>=1", None, "nothing is missing"),
    ],
)
def test_a_package(monkeypatch, text, version, problem):
    def installed(name):
        if version is None:
            raise importlib.metadata.PackageNotFoundError
        return version

    monkeypatch.setattr(importlib.metadata, "version", installed)
    assert package_problem(Requirement(text)) == problem


def test_without_the_project(monkeypatch):
    monkeypatch.setattr(environment, "PROJECT", "no-such-project")
    line = packages_line()
    assert (line.ok, "is not installed" in line.says) == (False, True)


@pytest.mark.parametrize(
    ("code", "ok", "words"),
    [
        ("print('fine')", True, "fine"),
        ("import no_such_module", False, "ModuleNotFoundError: No module named"),
        ("import os; os.abort()", False, "it crashed (signal 6): do this"),
        ("raise SystemExit(3)", False, "it said nothing: do this"),
    ],
)
def test_what_is_tried_in_a_process_of_its_own(code, ok, words):
    line = tried("x", code, "do this")
    assert (line.ok, words in line.says) == (ok, True)


def test_what_never_ends():
    assert tried("x", "import time; time.sleep(60)", "do this", seconds=0.2).ok is False


def test_course_and_disk(tmp_path):
    assert course_line(ROOT).ok
    assert "Change to the course's folder" in course_line(tmp_path).says
    assert disk_line(tmp_path, needed=0).ok
    assert "make room" in disk_line(tmp_path, needed=1e9).says
