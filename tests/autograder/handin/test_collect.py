"""Collecting: the right file in the right place, nothing lost, the same twice."""

import io
import json
import os
import shutil
import zipfile
from pathlib import Path, PurePosixPath

import pytest
from rich.console import Console

from autograder.grading.course import Course, CourseError
from autograder.handin import collect as collecting
from autograder.handin.beside import notebook_of
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


def hand_in_with(downloads, when, note="", **files):
    """Put a student's folder with a notebook and other files into the downloads."""
    folder = downloads((f"ada/{FIRST}/{FIRST}.ipynb", FIRST, note, when))
    shutil.rmtree(folder / "ada" / FIRST / "data", ignore_errors=True)
    for name, text in files.items():
        path = folder / "ada" / FIRST / "data" / f"{name}.txt"
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    return folder


def data_of(course, place="submitted"):
    found = (course.classroom / place / "ada" / FIRST).rglob("*.txt")
    return {path.stem: path.read_text() for path in found if path.name != "timestamp.txt"}


def test_a_new_hand_in_replaces_files_too_and_the_old_ones_are_kept(course, downloads):
    collect(course, hand_in_with(downloads, NOON, a="old", b="only then"))
    assert data_of(course) == {"a": "old", "b": "only then"}
    results = collect(course, hand_in_with(downloads, NOON + 60, a="new"))
    assert {one.outcome for one in results} == {"replaced"}
    assert data_of(course) == {"a": "new"}
    assert data_of(course, "kept_aside") == {"a": "old", "b": "only then"}
    [kept] = (course.classroom / "kept_aside").rglob("*.ipynb")
    assert kept.name == f"{FIRST}.ipynb"


def test_the_same_notebook_with_another_file_is_another_hand_in(course, downloads):
    collect(course, hand_in_with(downloads, NOON, a="old"))
    before = state(course.classroom)
    results = collect(course, hand_in_with(downloads, NOON + 60, a="old"))
    assert {one.outcome for one in results} == {"there already"}
    assert state(course.classroom) == before
    [*_, last] = collect(course, hand_in_with(downloads, NOON + 60, a="new"))
    assert (last.outcome, data_of(course)) == ("replaced", {"a": "new"})
    collect(course, hand_in_with(downloads, NOON + 120, note="nothing beside"))
    assert data_of(course) == {}
    assert not (course.notebook("submitted", FIRST, "ada").parent / "data").exists()


def test_an_older_hand_in_goes_aside_with_its_files(course, downloads):
    collect(course, hand_in_with(downloads, NOON + 60, a="new"))
    results = collect(course, hand_in_with(downloads, NOON, a="old"))
    assert {one.outcome for one in results} == {"older"}
    assert data_of(course) == {"a": "new"}
    assert data_of(course, "kept_aside") == {"a": "old"}


def test_files_that_lie_among_the_whole_class_are_nobodys(course, downloads, tmp_path):
    folder = downloads(("ada.ipynb", FIRST, "", NOON))
    (folder / "essay.txt").write_text("ben's")
    essay = outcomes(collect(course, folder))["essay.txt"]
    assert essay == ("", "", "not taken")
    members = {
        f"lovelaceada_4711_99_{FIRST}.ipynb": notebook(FIRST),
        "ngben_4712_98_essay.txt": b"ben's",
    }
    (tmp_path / "canvas.zip").write_bytes(zipped(members))
    essay = outcomes(collect(course, tmp_path / "canvas.zip"))["ngben_4712_98_essay.txt"]
    assert essay == ("", "", "not taken")
    assert not [path for path in course.classroom.rglob("*") if "essay" in path.name]


def test_what_lies_at_the_top_of_a_students_own_zip_is_that_students(course, tmp_path):
    members = {f"{FIRST}.ipynb": notebook(FIRST), "helpers.py": b"x = 1", "data/a.csv": b"1"}
    (tmp_path / "ada.zip").write_bytes(zipped(members))
    results = collect(course, tmp_path / "ada.zip")
    assert outcomes(results) == dict.fromkeys(members, ("ada", FIRST, "taken"))
    placed = course.notebook("submitted", FIRST, "ada").parent
    assert (placed / "helpers.py").read_bytes() == b"x = 1"
    assert (placed / "data" / "a.csv").read_bytes() == b"1"


def test_a_notebook_that_is_a_link_is_neither_read_nor_replaced(course, downloads, tmp_path):
    (tmp_path / "secret").write_text("secret")
    target = course.notebook("submitted", FIRST, "ada")
    target.parent.mkdir(parents=True)
    target.symlink_to(tmp_path / "secret")
    (target.parent / f".{target.name}.partial").symlink_to(tmp_path / "secret")
    [one] = collect(course, downloads(("ada.ipynb", FIRST, "", NOON)))
    assert one.outcome == "not taken"
    target.unlink()
    [one] = collect(course, downloads(("ada.ipynb", FIRST, "", NOON)))
    assert one.outcome == "taken"
    assert (tmp_path / "secret").read_text() == "secret"
    assert not (course.classroom / "kept_aside").exists()


def test_which_notebook_a_file_lies_beside():
    names = [
        "ada/x.ipynb",
        "ada/a.py",
        "ada/deep/b.py",
        "c.py",
        "two/x.ipynb",
        "two/y.ipynb",
        "two/d.py",
    ]
    names += [f"{FIRST}/{FIRST}.ipynb", f"{FIRST}/{FIRST}.new.ipynb", f"{FIRST}/e.py", "ada/.f"]
    found = notebook_of(map(PurePosixPath, names))
    assert {str(name): str(notebook) for name, notebook in found.items()} == {
        "ada/a.py": "ada/x.ipynb",
        "ada/deep/b.py": "ada/x.ipynb",
        f"{FIRST}/e.py": f"{FIRST}/{FIRST}.ipynb",
    }


def test_files_whose_names_would_do_harm_are_not_taken(course, tmp_path, monkeypatch):
    inside = {
        **{"a.txt": b"a", "a.txt/b.txt": b"in a file", "../../out.txt": b"out"},
        **{"c\x1b[31m.txt": b"red", "n" * 230: b"long", "timestamp.txt": b"2001-01-01"},
    }
    lesson = {f"{FIRST}/{name}": data for name, data in inside.items()}
    lesson[f"{FIRST}/{FIRST}.ipynb"] = notebook(FIRST)
    (tmp_path / "ada.zip").write_bytes(zipped(lesson))
    results = collect(course, tmp_path / "ada.zip")
    taken = {one.where.name for one in results if one.outcome == "taken"}
    assert taken == {"a.txt", f"{FIRST}.ipynb"}
    assert [path.name for path in tmp_path.rglob("out.txt")] == []
    assert (
        "2001"
        not in (course.notebook("submitted", FIRST, "ada").parent / "timestamp.txt").read_text()
    )
    monkeypatch.setattr(collecting, "MOST_FILES", 0)
    [one] = [one for one in collect(course, tmp_path / "ada.zip") if one.where.name == "a.txt"]
    assert (one.outcome, "more than" in one.why) == ("not taken", True)


@pytest.mark.parametrize("leads_to", ["outside", "classroom/submitted/ben"])
def test_a_link_below_a_submission_is_not_followed(course, downloads, tmp_path, leads_to):
    there = course.notebook("submitted", FIRST, "ada").parent
    there.mkdir(parents=True)
    (tmp_path / leads_to).mkdir(parents=True)
    (there / "data").symlink_to(tmp_path / leads_to)
    results = collect(course, hand_in_with(downloads, NOON, a="new"))
    assert {one.outcome for one in results} == {"not taken"}
    assert not any((tmp_path / leads_to).iterdir())


def test_a_file_in_the_place_of_a_folder_is_told_and_others_are_still_taken(course, downloads):
    blocked = course.notebook("submitted", FIRST, "ada").parent / "data" / "a.txt"
    (blocked / ".kept").mkdir(parents=True)
    hand_in_with(downloads, NOON, a="new")
    source = downloads(("ben.ipynb", FIRST, "", NOON))
    found = {one.student: (one.outcome, one.why) for one in collect(course, source)}
    assert found["ben"][0] == "taken"
    assert found["ada"][0] == "not taken"
    assert "cannot be written" in found["ada"][1]


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
