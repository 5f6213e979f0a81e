"""The command line: what people type, and what they read when it goes wrong."""

import shutil
import sys
from pathlib import Path

import pytest

from autograder import cli

ROOT = Path(__file__).parents[2]


@pytest.fixture
def course(tmp_path, monkeypatch):
    """Copy the course with one lesson, and make it the current folder."""
    shutil.copy(ROOT / "nbgrader_config.py", tmp_path)
    shutil.copytree(
        ROOT / "notebooks" / "01_accuracy_trap", tmp_path / "notebooks/01_accuracy_trap"
    )
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("IMBALANCE_CLASSROOM", raising=False)
    return tmp_path


@pytest.fixture
def command(monkeypatch, capsys):
    """Run a command; gives its exit status and what it wrote, on one line."""

    def run(*arguments):
        monkeypatch.setattr(sys, "argv", ["imbalance-lessons", *arguments])
        with pytest.raises(SystemExit) as stopped:
            cli.main()
        written = capsys.readouterr()
        return stopped.value.code or 0, " ".join((written.out + written.err).split())

    return run


def test_build_builds_what_is_stale_and_only_that(course, command):
    notebook = course / "notebooks/01_accuracy_trap/01_accuracy_trap.ipynb"
    committed = notebook.read_bytes()
    notebook.unlink()
    assert command("build", "--check") == (
        1,
        "01_accuracy_trap: stale Run `imbalance-lessons build` and commit what it writes.",
    )
    assert not notebook.exists()
    assert command("build") == (0, "01_accuracy_trap: built")
    assert notebook.read_bytes() == committed
    assert command("build", "--check") == (0, "01_accuracy_trap: up to date")


def test_a_broken_script_ends_in_a_sentence(course, command):
    script = course / "notebooks/01_accuracy_trap/01_accuracy_trap.py"
    script.write_text('# %% role="demmo"\nx = 1\n')
    status, text = command("build")
    assert status == 1
    assert "01_accuracy_trap, cell 1" in text
    assert "Traceback" not in text


@pytest.mark.parametrize("arguments", [("build", "nothing"), ("adopt", "nothing")])
@pytest.mark.usefixtures("course")
def test_an_unknown_lesson_is_answered_with_those_there_are(command, arguments):
    status, text = command(*arguments)
    assert status == 1
    assert text == "There is no lesson 'nothing'. There are: 01_accuracy_trap."


def test_adopt_takes_an_edit_into_the_script(course, command):
    folder = course / "notebooks/01_accuracy_trap"
    notebook = folder / "01_accuracy_trap.ipynb"
    notebook.write_text(notebook.read_text().replace("Lesson 1: The accuracy trap", "Lesson One"))
    assert command("adopt", "01_accuracy_trap") == (
        0,
        "01_accuracy_trap: the script has your changes",
    )
    assert "# # Lesson One" in (folder / "01_accuracy_trap.py").read_text()


@pytest.mark.parametrize("arguments", [("build",), ("demo",), ("lab", "--no-browse"), ("marks",)])
def test_outside_a_course(tmp_path, monkeypatch, command, arguments):
    monkeypatch.chdir(tmp_path)
    status, text = command(*arguments)
    assert status == 1
    assert "is not inside the course" in text
    assert "Change to the course's folder and try again." in text


@pytest.mark.usefixtures("course")
def test_marks_before_there_are_any(command):
    status, text = command("marks")
    assert status == 1
    assert "There is no gradebook" in text


def test_marks_where_nothing_is_graded(course, command, monkeypatch):
    from nbgrader.api import Gradebook

    from autograder.grading.course import path_with_programs

    monkeypatch.setenv("PATH", path_with_programs())  # nbgrader starts alembic by name
    (course / "classroom").mkdir()
    Gradebook(f"sqlite:///{course}/classroom/gradebook.db").close()
    status, text = command("marks")
    assert (status, text) == (0, "Nothing has been graded yet: `imbalance-lessons grade` does it.")


def test_collect_that_could_take_nothing_fails(course, command):
    (course / "ada.zip").write_bytes(b"no zip at all")
    status, text = command("collect", "ada.zip")
    assert status == 1
    assert "not taken" in text
    assert "Traceback" not in text
