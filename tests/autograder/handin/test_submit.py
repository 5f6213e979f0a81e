"""Packing notebooks to hand in, and what is said about them beforehand."""

import json
import os
import zipfile
from pathlib import Path

import pytest

from autograder.grading import files
from autograder.grading.course import Course, CourseError
from autograder.grading.executing import ExecuteWithSeed
from autograder.handin import beside as beside_rules
from autograder.handin import submit
from autograder.handin.collect import collect

ROOT = Path(__file__).parents[3]
LESSON = "01_accuracy_trap"


@pytest.fixture
def folder(tmp_path):
    path = tmp_path / "mine" / LESSON / f"{LESSON}.ipynb"
    path.parent.mkdir(parents=True)
    path.write_bytes((ROOT / "notebooks" / LESSON / path.name).read_bytes())
    return tmp_path / "mine"


def edit(folder, change):
    """Change a lesson's cells, by their ids."""
    path = folder / LESSON / f"{LESSON}.ipynb"
    notebook = json.loads(path.read_text())
    change({cell["id"]: cell for cell in notebook["cells"]}, notebook["cells"])
    path.write_text(json.dumps(notebook))


def warnings(folder, released=None):
    [packed] = submit.choose(folder, [LESSON], released or {})
    return "\n".join(packed.warnings)


def test_the_zip_is_what_collect_takes_and_nothing_is_changed(folder, tmp_path):
    original = folder / LESSON / f"{LESSON}.ipynb"
    before = (original.read_bytes(), original.stat().st_mtime_ns)
    packed = submit.choose(folder, [], {})
    target = submit.pack(packed, "ada", tmp_path / "out")
    assert target == tmp_path / "out" / "ada.zip"
    with zipfile.ZipFile(target) as archive:
        assert archive.namelist() == [f"{LESSON}/{LESSON}.ipynb"]
        assert archive.read(archive.namelist()[0]) == before[0]
    assert (original.read_bytes(), original.stat().st_mtime_ns) == before
    assert [path.name for path in target.parent.iterdir()] == ["ada.zip"]
    course = Course(ROOT, tmp_path / "classroom")
    [one] = collect(course, target.parent)
    assert (one.student, one.lesson, one.outcome) == ("ada", LESSON, "taken")
    assert course.notebook("submitted", LESSON, "ada").read_bytes() == before[0]


def test_the_same_notebooks_give_the_same_zip(folder, tmp_path):
    packed = submit.choose(folder, [], {})
    one, other = (submit.pack(packed, "ada", tmp_path / name) for name in ("a", "b.zip"))
    assert one.read_bytes() == other.read_bytes()


def test_a_file_older_than_a_zip_can_name(folder, tmp_path):
    os.utime(folder / LESSON / f"{LESSON}.ipynb", (0, 0))
    assert submit.pack(submit.choose(folder, [], {}), "ada", tmp_path).is_file()


@pytest.mark.parametrize("student", ["", "a+b", "../ada", "a b", "."])
def test_an_id_that_cannot_be_taken(folder, tmp_path, student):
    with pytest.raises(CourseError, match="student: expected letters, digits"):
        submit.pack(submit.choose(folder, [], {}), student, tmp_path / "out")


def test_what_has_not_been_solved_or_run(folder):
    def undo(cells, _):
        cells["majority_baseline"]["source"] = "raise NotImplementedError()"
        cells["positives_caught"]["source"] = "def positives_caught(:"
        cells["quick_check_accuracy"]["source"] = "quick_check_accuracy = None"

    edit(folder, undo)
    said = warnings(folder)
    assert "majority_baseline is not solved (2 points)." in said
    assert "positives_caught cannot be run: invalid syntax in line 1." in said
    assert "quick_check_accuracy is not solved (1 point)." in said
    assert "gradient_share was never checked" in said
    assert "written_accuracy has no answer (3 points)." in said
    assert "No cell has been run" in said


def test_what_was_never_checked_is_said_once(folder):
    edit(folder, lambda cells, _: None)
    assert "4 exercises were never checked" in warnings(folder)
    assert "gradient_share was never checked" not in warnings(folder)


def test_what_is_wrong_with_cells(folder):
    def spoil(cells, in_order):
        in_order.remove(cells["check-gradient_share"])
        in_order.append({**cells["check-majority_baseline"], "id": "again"})
        own = {"cell_type": "code", "id": "own", "metadata": {}, "outputs": []}
        in_order.insert(0, {**own, "source": "for x in", "execution_count": 3})
        in_order.insert(0, {**own, "source": "%time x = 1\n!ls", "execution_count": 4})

    edit(folder, spoil)
    said = warnings(folder, submit.released_ids(ROOT))
    assert "The cell check-gradient_share is missing." in said
    assert "The cell check-majority_baseline is there 2 times" in said
    assert "Code cell 2 from the top cannot be run: invalid syntax" in said
    assert "Code cell 1 from" not in said
    assert "No cell has been run" not in said


def test_a_newer_copy_with_work_in_it_is_pointed_out(folder):
    original = folder / LESSON / f"{LESSON}.ipynb"
    copy = original.with_name(f"{LESSON}-Copy1.ipynb")
    copy.write_bytes(original.read_bytes())
    os.utime(original, (0, 0))
    assert f"{copy.name} is newer than {LESSON}.ipynb." in warnings(folder)
    copy.write_text('{"cells": []}')
    assert "is newer" not in warnings(folder)


def test_lessons_that_were_not_begun_are_left_out(folder):
    def undo(cells, _):
        for name, cell in cells.items():
            if f"check-{name}" in cells:
                cell["source"] = "raise NotImplementedError()"

    edit(folder, undo)
    with pytest.raises(CourseError, match="There is nothing to hand in"):
        submit.choose(folder, [], {})
    assert len(submit.choose(folder, [LESSON], {})) == 1


def test_wrong_names_are_answered_with_what_is_there(folder):
    with pytest.raises(CourseError, match=f"There are: {LESSON}"):
        submit.choose(folder, ["nothing"], {})
    original = folder / LESSON / f"{LESSON}.ipynb"
    original.rename(original.with_name("lesson one.ipynb"))
    with pytest.raises(CourseError, match=r"but lesson one\.ipynb\. Rename the one"):
        submit.choose(folder, [LESSON], {})


def test_a_file_that_is_no_notebook(folder):
    (folder / LESSON / f"{LESSON}.ipynb").write_text("half a note")
    with pytest.raises(CourseError, match="is not a notebook"):
        submit.choose(folder, [], {})


def test_a_place_that_cannot_be_written(folder, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(CourseError, match="cannot be written"):
        submit.pack(submit.choose(folder, [], {}), "ada", tmp_path / "file" / "ada.zip")


def test_outside_the_course_nothing_is_known_of_what_was_given_out(tmp_path):
    assert submit.released_ids(tmp_path) == {}
    assert "check-gradient_share" in submit.released_ids(ROOT)[LESSON]


def test_own_files_go_along_and_come_back_to_their_places(folder, tmp_path):
    beside = {
        "helpers.py": b"def double(x): ...",
        "data/rare.csv": b"a,b\n",
        "data/deep/x.txt": b"",
    }
    left = ["__pycache__/helpers.pyc", ".ipynb_checkpoints/a.txt", ".env", f"{LESSON}.new.ipynb"]
    for name, data in {**beside, **dict.fromkeys(left, b"left")}.items():
        path = folder / LESSON / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    [packed] = submit.choose(folder, [], {})
    assert packed.beside == beside
    with zipfile.ZipFile(submit.pack([packed], "ada", tmp_path / "out")) as archive:
        inside = {f"{LESSON}/{name}" for name in (*beside, f"{LESSON}.ipynb")}
        assert set(archive.namelist()) == inside
    course = Course(ROOT, tmp_path / "classroom")
    results = collect(course, tmp_path / "out")
    assert {(one.student, one.outcome) for one in results} == {("ada", "taken")}
    assert {str(one.where) for one in results} == {f"ada.zip/{name}" for name in inside}
    placed = course.notebook("submitted", LESSON, "ada").parent
    assert {name: (placed / name).read_bytes() for name in beside} == beside
    assert not (placed / left[0]).parent.exists()


def test_what_collect_brings_back_is_what_a_run_finds(folder, tmp_path):
    """The oracle is the grader's own look for files beside a notebook."""
    from nbgrader.converters import Autograde
    from nbgrader.coursedir import CourseDirectory

    from autograder.grading.beside import files_beside

    for name in ("helpers.py", "data/rare.csv"):
        (folder / LESSON / name).parent.mkdir(exist_ok=True)
        (folder / LESSON / name).write_text(name)
    course = Course(ROOT, tmp_path / "classroom")
    collect(course, submit.pack(submit.choose(folder, [], {}), "ada", tmp_path))
    directory = CourseDirectory(
        root=str(tmp_path),
        source_directory=str(ROOT / "notebooks"),
        submitted_directory=str(course.classroom / "submitted"),
        ignore=["*.py"],
    )
    found = files_beside(Autograde(coursedir=directory), "ada", LESSON)
    assert {"helpers.py", "data/rare.csv"} <= set(found)
    assert found["helpers.py"].read_text() == "helpers.py"


def test_links_zips_and_what_has_no_room_stay_behind_and_that_is_said(
    folder, tmp_path, monkeypatch
):
    monkeypatch.setattr(beside_rules, "MOST_MEGABYTES", 1)
    (tmp_path / "secret").write_text("secret")
    (folder / LESSON / "a_link.txt").symlink_to(tmp_path / "secret")
    (folder / LESSON / "folder").symlink_to(tmp_path)
    os.mkfifo(folder / LESSON / "pipe")
    (folder / LESSON / "data.zip").write_bytes(b"")
    (folder / LESSON / "large.bin").write_bytes(bytes(2_000_000))
    (folder / LESSON / "small.bin").write_bytes(b"small")
    [packed] = submit.choose(folder, [], {})
    assert packed.beside == {"small.bin": b"small"}
    said = "\n".join(packed.warnings)
    assert "a_link.txt is not packed. It is a link" in said
    assert "folder is not packed. It is a link" in said
    assert "pipe is not packed. It is a pipe." in said
    assert "data.zip is not packed. Unpack it" in said
    assert "large.bin is not packed. Files beside it may have 1 MB together." in said


def test_of_too_many_files_none_is_packed(folder, monkeypatch):
    monkeypatch.setattr(beside_rules, "MOST_FILES", 2)
    for number in range(3):
        (folder / LESSON / f"{number}.txt").write_text("")
    [packed] = submit.choose(folder, [], {})
    assert packed.beside == {}
    assert "No file beside it is packed: more than" in "\n".join(packed.warnings)


def test_of_many_files_the_first_are_named():
    assert submit.listed(["a.py", "b.csv"]) == "a.py, b.csv"
    assert submit.listed(map(str, range(10))) == "0, 1, 2, 3, 4, 5, 6, 7 and 2 more"


def test_the_limits_are_those_of_a_run():
    assert beside_rules.MOST_FILES == files.MOST_BESIDE
    assert ExecuteWithSeed.files_megabytes.default_value == beside_rules.MOST_MEGABYTES
