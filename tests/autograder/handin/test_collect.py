"""Collecting: the right file in the right place, nothing lost, the same twice."""

import io
import json
import os
import shutil
import zipfile
from pathlib import Path

import pytest
from rich.console import Console

from autograder.grading.course import Course, CourseError
from autograder.handin.collect import collect, summary, table

ROOT = Path(__file__).parents[3]
FIRST, SECOND = "01_accuracy_trap", "02_measuring_imbalance"
NOON = 1_790_000_000  # some day in 2026


@pytest.fixture
def course(tmp_path):
    return Course(ROOT, tmp_path / "classroom")


@pytest.fixture
def downloads(tmp_path):
    """Write notebooks of lessons into a folder: a path, a lesson, what was added, and when."""
    folder = tmp_path / "downloads"

    def write(*files):
        for path, lesson, note, when in files:
            target = folder / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(notebook(lesson, note))
            os.utime(target, (when, when))
        return folder

    return write


def notebook(lesson, note=""):
    text = (ROOT / "notebooks" / lesson / f"{lesson}.ipynb").read_text()
    content = json.loads(text)
    content["cells"].append({"cell_type": "markdown", "id": "n", "metadata": {}, "source": note})
    return json.dumps(content).encode()


def outcomes(results):
    return {str(one.where): (one.student, one.lesson, one.outcome) for one in results}


def notes(course, folder="submitted"):
    """List what is in a folder of the classroom, by the notes in the notebooks."""
    found = {}
    for path in sorted((course.classroom / folder).rglob("*.ipynb")):
        source = json.loads(path.read_text())["cells"][-1]["source"]
        found.setdefault("/".join(path.relative_to(course.classroom / folder).parts[:2]), source)
    return found


def test_notebooks_land_where_nbgrader_looks(course, downloads):
    source = downloads(
        ("ada.ipynb", FIRST, "one", NOON), (f"ben_{SECOND}.ipynb", SECOND, "two", NOON)
    )
    assert outcomes(collect(course, source)) == {
        "ada.ipynb": ("ada", FIRST, "taken"),
        f"ben_{SECOND}.ipynb": ("ben", SECOND, "taken"),
    }
    placed = course.notebook("submitted", FIRST, "ada")
    assert placed.read_bytes() == notebook(FIRST, "one")
    assert (placed.parent / "timestamp.txt").read_text() == "2026-09-21 14:13:20 UTC\n"
    assert sorted(path.name for path in placed.parent.iterdir()) == [placed.name, "timestamp.txt"]


def test_the_lesson_is_told_by_its_cells_and_not_by_its_name(course, downloads):
    source = downloads((f"ada/{FIRST}.ipynb", SECOND, "", NOON))
    [one] = collect(course, source)
    assert (one.lesson, one.outcome) == (SECOND, "taken")
    assert not course.notebook("submitted", FIRST, "ada").exists()


def test_of_several_the_newest_counts_and_the_others_are_kept(course, downloads):
    source = downloads(
        ("ada.ipynb", FIRST, "new", NOON + 60),
        ("ada (1).ipynb", FIRST, "old", NOON),
        ("ada-Copy1.ipynb", FIRST, "new", NOON - 60),
    )
    assert outcomes(collect(course, source)) == {
        "ada.ipynb": ("ada", FIRST, "taken"),
        "ada (1).ipynb": ("ada", FIRST, "older"),
        "ada-Copy1.ipynb": ("ada", FIRST, "there already"),
    }
    assert notes(course) == {f"ada/{FIRST}": "new"}
    assert notes(course, "kept_aside") == {f"ada/{FIRST}": "old"}


def test_a_newer_one_replaces_what_is_there_which_is_kept(course, downloads):
    collect(course, downloads(("ada.ipynb", FIRST, "old", NOON)))
    [one] = collect(course, downloads(("ada.ipynb", FIRST, "new", NOON + 60)))
    assert one.outcome == "replaced"
    assert notes(course) == {f"ada/{FIRST}": "new"}
    assert notes(course, "kept_aside") == {f"ada/{FIRST}": "old"}


def test_an_older_one_does_not_replace_what_is_there(course, downloads):
    collect(course, downloads(("ada.ipynb", FIRST, "new", NOON + 60)))
    [one] = collect(course, downloads(("ada.ipynb", FIRST, "old", NOON)))
    assert (one.outcome, one.why) == ("older", "one of 2026-09-21 14:14 is there")
    assert notes(course) == {f"ada/{FIRST}": "new"}
    assert notes(course, "kept_aside") == {f"ada/{FIRST}": "old"}


def test_a_second_time_changes_nothing(course, downloads):
    source = downloads(
        ("ada.ipynb", FIRST, "new", NOON + 60), ("ada (1).ipynb", FIRST, "old", NOON)
    )
    collect(course, source)
    before = state(course.classroom)
    again = collect(course, source)
    assert {one.outcome for one in again} == {"there already", "older"}
    assert state(course.classroom) == before


def state(folder):
    return {path: path.stat().st_mtime_ns for path in folder.rglob("*") if path.is_file()}


def test_dry_run_says_the_same_and_writes_nothing(course, downloads):
    source = downloads(("ada.ipynb", FIRST, "new", NOON), ("ada (1).ipynb", FIRST, "o", NOON - 9))
    tried = collect(course, source, dry_run=True)
    assert not course.classroom.exists()
    assert collect(course, source) == tried
    assert "Nothing was written" in summary(tried, dry_run=True)


def test_only_the_lesson_that_is_asked_for(course, downloads):
    source = downloads(("ada.ipynb", FIRST, "", NOON), ("ben.ipynb", SECOND, "", NOON))
    assert {str(r.where): r.outcome for r in collect(course, source, lesson=SECOND)} == {
        "ada.ipynb": "not taken",
        "ben.ipynb": "taken",
    }
    with pytest.raises(CourseError, match="There is no lesson 'nothing'"):
        collect(course, source, lesson="nothing")


def test_what_cannot_be_used_is_named_with_a_reason(course, downloads):
    folder = downloads(("a+b.ipynb", FIRST, "", NOON), (f"{FIRST}.ipynb", FIRST, "", NOON))
    (folder / "ben.ipynb").write_text("<html>log in first</html>")
    (folder / "carl.ipynb").write_text('{"cells": [], "nbformat": 4}')
    (folder / "dora.pdf").write_text("")
    why = {str(one.where): one.why for one in collect(course, folder)}
    assert not course.classroom.exists()
    for name, words in {
        "a+b.ipynb": "the name is no id",
        f"{FIRST}.ipynb": "name no student",
        "ben.ipynb": "is not a notebook",
        "carl.ipynb": "none of the cells",
        "dora.pdf": "not a notebook",
    }.items():
        assert words in why[name]


def test_a_students_zip_and_a_class_zip(course, tmp_path):
    one = zipped({f"{FIRST}/{FIRST}.ipynb": notebook(FIRST, "zip")})
    (tmp_path / "ada.zip").write_bytes(one)
    os.utime(tmp_path / "ada.zip", (NOON, NOON))
    [found] = collect(course, tmp_path / "ada.zip")
    assert (found.student, found.outcome, found.when.timestamp()) == ("ada", "taken", NOON)
    path = "Ben Ng_3_assignsubmission_file_/ada.zip"
    (tmp_path / "moodle.zip").write_bytes(zipped({path: one}))
    [found] = collect(course, tmp_path / "moodle.zip")
    assert (found.student, found.outcome) == ("ben_ng", "taken")


def zipped(members):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return file.getvalue()


def test_a_link_in_the_submitted_folder_is_not_followed(course, downloads, tmp_path):
    outside = tmp_path / "outside"
    outside.mkdir()
    (course.classroom / "submitted").mkdir(parents=True)
    (course.classroom / "submitted" / "ada").symlink_to(outside)
    [one] = collect(course, downloads(("ada.ipynb", FIRST, "", NOON)))
    assert one.outcome == "not taken"
    assert not any(outside.iterdir())


def test_the_table_gives_no_orders_to_the_terminal(course, downloads):
    source = downloads(("ada.ipynb", FIRST, "", NOON))
    (source / "\x1b[31m[bold]evil.txt").write_text("")
    console = Console(file=io.StringIO(), width=100)
    results = collect(course, source)
    console.print(table(results))
    text = console.file.getvalue()
    assert "\x1b" not in text
    assert "[bold]evil.txt" in text
    assert text.index("not taken") < text.index("taken  ", text.index("ada") - 40)
    assert summary(results, dry_run=False) == "1 taken, 1 not taken."
    assert summary([], dry_run=False) == "There is no file in there."


@pytest.mark.slow
def test_the_gradebook_knows_people_and_grading_goes_on_from_here(course, downloads):
    """Collect a zip from a learning platform, and let nbgrader grade it."""
    from nbgrader.api import Gradebook

    shutil.rmtree(course.classroom, ignore_errors=True)
    course.classroom.mkdir()
    course.nbgrader("generate_assignment", FIRST)
    with Gradebook(course.database) as gradebook:
        gradebook.add_student("ada", first_name="Ada", last_name="Lovelace", lms_user_id="4711")
    source = downloads((f"lovelaceada_4711_99_{FIRST}.ipynb", FIRST, "", NOON))
    [one] = collect(course, source)
    assert (one.student, one.outcome) == ("ada", "taken")
    course.nbgrader("autograde", FIRST)
    with Gradebook(course.database) as gradebook:
        submission = gradebook.find_submission(FIRST, "ada")
        assert submission.score == 8
        assert submission.timestamp.isoformat() == "2026-09-21T14:13:20"
