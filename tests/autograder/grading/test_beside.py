"""Which files beside a notebook its run finds, and what is said of those that it does not."""

import os

import pytest
from nbformat.v4 import new_code_cell, new_notebook
from nbgrader.converters import Autograde
from nbgrader.coursedir import CourseDirectory
from nbgrader.utils import find_all_files

from autograder.grading.beside import FILES_RESOURCE, files_beside, read_files
from autograder.grading.executing import KEY_RESOURCE, ExecuteWithSeed
from autograder.grading.files import MOST_BESIDE
from autograder.grading.reading import folder_notes
from autograder.grading.remarks import remarks

STUDENT, LESSON = "ada", "01_lesson"
KERNEL = {"name": "python3", "display_name": "Python 3", "language": "python"}
IGNORE = [".ipynb_checkpoints", "*.pyc", "__pycache__", "*.py"]


class Place:
    """A course's folders, with files made as they are named."""

    def __init__(self, root):
        self.root = root
        self.lesson = root / "source" / LESSON
        self.submitted = root / "submitted" / STUDENT / LESSON
        self.write("lesson", f"{LESSON}.ipynb", f"{LESSON}.py", "data.csv", "tables/a.csv")
        self.write("submitted", f"{LESSON}.ipynb")

    def write(self, whose, *names):
        for name in names:
            path = getattr(self, whose) / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(f"{whose}: {name}")

    def beside(self, **settings):
        course = CourseDirectory(root=str(self.root), ignore=IGNORE)
        return files_beside(Autograde(coursedir=course, **settings), STUDENT, LESSON)

    def texts(self, **settings):
        return {name: path.read_text() for name, path in self.beside(**settings).items()}


@pytest.fixture
def place(tmp_path):
    return Place(tmp_path)


GIVEN = {"data.csv": "lesson: data.csv", "tables/a.csv": "lesson: tables/a.csv"}


def test_a_lesson_s_files_are_there_and_no_notebook_and_no_solution(place):
    place.write("lesson", "x.ipynb", ".y.ipynb", "tables/Z.IPYNB", "old.pyc", "__pycache__/a.txt")
    place.write("lesson", f".ipynb_checkpoints/{LESSON}-checkpoint.ipynb")
    assert place.texts() == GIVEN


def test_a_student_s_files_and_modules_are_there_but_not_over_the_lesson_s(place):
    place.write("submitted", "notes.txt", "helper.py", "mine/b.csv", "data.csv", "other.ipynb")
    own = {name: f"submitted: {name}" for name in ("notes.txt", "helper.py", "mine/b.csv")}
    assert place.texts() == GIVEN | own


def test_what_the_course_leaves_to_students_stays_theirs(place):
    place.write("submitted", "data.csv", "tables/a.csv")
    settings = {"exclude_overwriting": {LESSON: ["tables/a.csv"]}}
    assert place.texts(**settings) == GIVEN | {"tables/a.csv": "submitted: tables/a.csv"}


def test_links_of_a_student_are_not_followed_and_those_of_a_lesson_are(place):
    secret = place.root / "course_secret"
    secret.write_text("secret")
    place.write("submitted", "real.txt")
    (place.submitted / "secret.txt").symlink_to(secret)
    (place.submitted / "folder").symlink_to(place.root)
    os.mkfifo(place.submitted / "pipe")
    (place.lesson / "shared.csv").symlink_to(secret)
    texts = place.texts()
    assert texts == GIVEN | {"real.txt": "submitted: real.txt", "shared.csv": "secret"}
    contents, left_out = read_files(place.beside(), 1 << 20)
    assert {name: data.decode() for name, data in contents.items()} == texts
    assert left_out == []


def test_a_file_that_becomes_a_link_is_not_followed(place):
    place.write("submitted", "real.txt")
    found = place.beside()
    (place.submitted / "real.txt").unlink()
    (place.submitted / "real.txt").symlink_to(place.lesson / f"{LESSON}.py")
    contents, left_out = read_files(found, 1 << 20)
    assert "real.txt" not in contents
    assert [path.name for path in left_out] == ["real.txt"]


@pytest.mark.parametrize("name", ["data.csv/inside.txt", "tables"])
def test_what_stands_in_the_way_of_the_lesson_is_left_out_and_told(place, name):
    """Copying the lesson's files over it would end in an error."""
    place.write("submitted", name)
    assert place.texts() == GIVEN
    [note] = folder_notes(place.submitted, place.lesson)
    assert note == f"`{name}` was left out: it is in the place of something of the lesson's"


def test_of_too_many_files_none_is_taken_and_that_is_told(place):
    place.write("submitted", *(f"{number}.txt" for number in range(MOST_BESIDE)))
    assert len(place.beside()) == MOST_BESIDE + len(GIVEN)
    place.write("submitted", "one.txt")
    assert place.texts() == GIVEN
    [note] = folder_notes(place.submitted, place.lesson)
    assert note == "everything beside the notebook was left out: it is more than 500 files"


def test_brackets_in_a_course_s_path_give_no_solution_away(tmp_path):
    place = Place(tmp_path / "course [2026]")
    assert place.texts() == GIVEN
    listed = find_all_files(str(place.lesson), [*IGNORE, "*.ipynb"])
    assert str(place.lesson / f"{LESSON}.py") in listed  # what nbgrader's own look would have given


class Ran:
    """What came of running a notebook with files beside it."""

    def __init__(self, tmp_path, files, **settings):
        for name, content in files.items():
            (tmp_path / name).write_bytes(content)
        self.resources = {
            "nbgrader": {"student": STUDENT, "assignment": LESSON, "notebook": LESSON},
            FILES_RESOURCE: {name: tmp_path / name for name in files},
        }
        self.jobs = []
        execute = ExecuteWithSeed(
            secret_file=str(tmp_path / "secret"), runner=self.run, trusted=True, **settings
        )
        execute.preprocess(new_notebook(cells=[new_code_cell("1")]), self.resources)

    def run(self, job):
        self.jobs.append(job)
        return []


def test_they_travel_with_the_job_and_what_has_no_room_is_told(tmp_path):
    files = {"a.bin": bytes(600_000), "b.bin": bytes(600_000), "c.bin": b"c"}
    ran = Ran(tmp_path, files, files_megabytes=1)
    [job] = ran.jobs
    assert job.files == {"a.bin": bytes(600_000), "c.bin": b"c"}
    assert remarks(ran.resources) == [
        "it was run without `b.bin`: files beside a notebook may have 1 MB together"
    ]


def test_a_changed_file_makes_another_result(tmp_path):
    keys = [
        Ran(tmp_path, files).resources[KEY_RESOURCE]
        for files in ({"a": b"1"}, {"a": b"1"}, {"a": b"2"}, {"b": b"1"}, {"a": b"1", "b": b""})
    ]
    assert keys[0] == keys[1]
    assert len({*keys}) == 4


@pytest.mark.slow
@pytest.mark.parametrize("warm", [True, False])
def test_a_cold_kernel_and_a_fork_find_the_same_files(tmp_path, warm):
    files = {"a.csv": b"1,2", "helper.py": b"name = 'helper'"}
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
    cell = "import helper, os\nopen('new', 'w').close()\nopen('a.csv').read(), helper.name"
    notebook = new_notebook(cells=[new_code_cell(cell)], metadata={"kernelspec": KERNEL})
    resources = {
        "nbgrader": {"student": STUDENT, "assignment": LESSON, "notebook": LESSON},
        FILES_RESOURCE: {name: tmp_path / name for name in files},
        "metadata": {"path": str(tmp_path)},
    }
    execute = ExecuteWithSeed(secret_file=str(tmp_path / "secret"), trusted=True, warm=warm)
    execute.preprocess(notebook, resources)
    [output] = notebook.cells[0].outputs
    assert output.data["text/plain"] == "('1,2', 'helper')"
    assert not (tmp_path / "new").exists()
