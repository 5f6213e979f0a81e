"""Steps done in this process leave what nbgrader's own commands leave."""

import os
from pathlib import Path

import pytest
from nbgrader.api import Gradebook

from autograder.grading.course import CLASSROOM_VARIABLE, Course, CourseError
from autograder.grading.interface import Steps
from tests.whole_class.tools import LESSON, ROOT, STUDENTS

pytestmark = pytest.mark.slow


def cells(course):
    """Read what a gradebook knows of the lesson's cells."""
    with Gradebook(course.database) as gradebook:
        notebook = gradebook.find_notebook(LESSON, LESSON)
        points = {cell.name: cell.max_score for cell in notebook.grade_cells + notebook.task_cells}
        return points, {cell.name: (cell.source, cell.checksum) for cell in notebook.source_cells}


def test_a_release_is_that_of_the_command(handed_in, tmp_path):
    by_command = Course(ROOT, tmp_path)
    by_command.nbgrader("generate_assignment", LESSON)
    ours, theirs = (c.notebook("release", LESSON).read_bytes() for c in (handed_in, by_command))
    assert ours == theirs
    assert cells(handed_in) == cells(by_command)


def test_a_feedback_page_is_that_of_the_command(graded):
    course, _ = graded

    def pages():
        files = [course.notebook("feedback", LESSON, student) for student in STUDENTS]
        return [file.with_suffix(".html").read_text() for file in files]

    course.nbgrader("generate_feedback", LESSON)
    by_command = pages()
    assert len({*by_command}) == len(STUDENTS)
    Steps(course).give_feedback(LESSON, "ada")  # is there already
    course.notebook("feedback", LESSON, "ada").with_suffix(".html").write_text("old")
    Steps(course).give_feedback(LESSON, "*", force=True)
    assert pages() == by_command


def test_without_a_gradebook_only_the_notebook_is_made(tmp_path):
    course = Course(ROOT, tmp_path)
    Steps(course, gradebook=False).release(LESSON)
    assert course.notebook("release", LESSON).is_file()
    assert not course.has_gradebook


def test_what_nbgrader_refuses_is_said_in_a_sentence(tmp_path):
    with pytest.raises(CourseError, match="nothing cannot be released: Did you"):
        Steps(Course(ROOT, tmp_path)).release("nothing")


@pytest.mark.parametrize("before", [None, "/elsewhere"])
def test_where_this_process_looks_stays_as_it_was(tmp_path, monkeypatch, before):
    monkeypatch.delenv(CLASSROOM_VARIABLE, raising=False)
    if before:
        monkeypatch.setenv(CLASSROOM_VARIABLE, before)
    monkeypatch.chdir(tmp_path)
    steps = Steps(Course(ROOT, tmp_path / "classroom"))
    assert steps.api.coursedir.submitted_directory == str(tmp_path / "classroom" / "submitted")
    assert os.environ.get(CLASSROOM_VARIABLE) == before
    assert Path.cwd() == tmp_path
