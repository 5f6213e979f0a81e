"""A class that has handed in, and what nbgrader makes of it."""

import nbformat
import pytest

from autograder.grading.course import Course
from autograder.grading.interface import Steps
from autograder.grading.sample import hand_in, sample_students
from tests.whole_class.tools import LESSON, ROOT, STUDENTS, content, copy_of, grade, reports


@pytest.fixture(scope="session")
def handed_in(tmp_path_factory):
    """Release a lesson, and hand in what six of the sample class wrote."""
    course = Course(ROOT, tmp_path_factory.mktemp("handed_in"))
    (course.classroom / "course_secret").write_text("5e" * 32)
    Steps(course).release(LESSON)
    released = nbformat.read(course.notebook("release", LESSON), as_version=4)
    for student in STUDENTS:
        path = course.notebook("submitted", LESSON, student)
        path.parent.mkdir(parents=True)
        nbformat.write(hand_in(released, sample_students(LESSON)[student]), path)
    late = course.notebook("submitted", LESSON, "ben").with_name("timestamp.txt")
    late.write_text("2026-11-24 12:00:00 UTC")
    return course


@pytest.fixture
def course(handed_in, tmp_path):
    return copy_of(handed_in, tmp_path / "classroom")


@pytest.fixture(scope="session")
def graded_once(handed_in, tmp_path_factory):
    """Grade the class with this project's command."""
    course = copy_of(handed_in, tmp_path_factory.mktemp("graded") / "classroom")
    return course, grade(course)


@pytest.fixture
def graded(graded_once, tmp_path):
    """Give a copy of the class that has been graded, and what was said of each submission."""
    course, entries = graded_once
    return copy_of(course, tmp_path / "classroom"), {entry.student: entry for entry in entries}


@pytest.fixture(scope="session")
def undisturbed(handed_in, tmp_path_factory):
    """Give what nbgrader's own autograde puts into the gradebook."""
    course = copy_of(handed_in, tmp_path_factory.mktemp("nbgrader") / "classroom")
    course.nbgrader("autograde", LESSON)
    return content(course), reports(course)
