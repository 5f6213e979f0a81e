"""A student's copy: what is new is brought, and work is never overwritten."""

import json
import subprocess

import pytest

from autograder.grading import lab
from autograder.grading.course import Course, CourseError
from autograder.grading.lab import RECORD, give_out, lab_environment


@pytest.fixture
def course(tmp_path, monkeypatch):
    """Make a course whose one lesson is released by writing its text."""
    root = tmp_path / "course"
    (root / "notebooks").mkdir(parents=True)
    (root / "notebooks" / "README.md").write_text("# The course")
    released = tmp_path / "release" / "01_a.ipynb"
    released.parent.mkdir()

    def release(text):
        released.write_text(notebook(text))

    monkeypatch.setattr(lab, "release_lessons", lambda course: [released])
    release("first")
    return Course(root, root / "classroom"), release


def notebook(*texts):
    cells = [{"cell_type": "markdown", "metadata": {}, "source": text} for text in texts]
    return json.dumps({"cells": cells})


def test_a_changed_lesson_is_offered_once_beside_the_students(course, tmp_path):
    course, release = course
    mine = tmp_path / "mine"
    [new] = give_out(course, mine).new
    new.write_text(notebook("first", "my work"))
    assert give_out(course, mine).offered == []
    release("second")
    [offered] = give_out(course, mine).offered
    assert offered == mine / "01_a" / "01_a.new.ipynb"
    assert offered.read_text() == notebook("second")
    assert new.read_text() == notebook("first", "my work")
    offered.write_text(notebook("second", "more work"))
    assert give_out(course, mine).offered == []
    release("third")
    [later] = give_out(course, mine).offered
    assert later not in (new, offered)
    assert offered.read_text() == notebook("second", "more work")


def test_a_copy_without_a_record_is_compared_with_what_the_lesson_says(course, tmp_path):
    course, release = course
    mine = tmp_path / "mine"
    [new] = give_out(course, mine).new
    for text, offers in (("first", 0), ("second", 1)):
        (mine / RECORD).write_text("not a record")
        new.write_text(notebook("first", "my work"))
        release(text)
        assert len(give_out(course, mine).offered) == offers


def test_pages_are_brought_up_to_date(course, tmp_path):
    give_out(course[0], tmp_path / "mine")
    (tmp_path / "mine" / "README.md").write_text("old")
    give_out(course[0], tmp_path / "mine")
    assert (tmp_path / "mine" / "README.md").read_text() == "# The course"


def test_a_folder_that_cannot_be_written(course, tmp_path):
    (tmp_path / "mine").write_text("")
    with pytest.raises(CourseError, match="Choose another folder with --folder"):
        give_out(course[0], tmp_path / "mine")


def test_jupyterlab_opens_on_the_page_rendered(course, tmp_path, monkeypatch):
    calls = []
    monkeypatch.setattr(subprocess, "call", lambda *a, **k: calls.append((a[0], k["env"])) or 0)
    monkeypatch.setenv("JUPYTER_CONFIG_PATH", "/elsewhere")
    assert lab.open_lab(course[0], tmp_path / "mine") == 0
    [(command, environment)] = calls
    assert "--LabApp.default_url=/lab/tree/README.md" in command
    ours, theirs = environment["JUPYTER_CONFIG_PATH"].split(":")
    assert theirs == "/elsewhere"
    found = json.loads(
        (
            tmp_path / "course/classroom/lab/jupyter/labconfig/default_setting_overrides.json"
        ).read_text()
    )
    assert ours.endswith("lab/jupyter")
    viewers = found["@jupyterlab/docmanager-extension:plugin"]["defaultViewers"]
    assert viewers == {"markdown": "Markdown Preview"}
    assert lab_environment(tmp_path / "x")["JUPYTER_CONFIG_PATH"].startswith(str(tmp_path))
