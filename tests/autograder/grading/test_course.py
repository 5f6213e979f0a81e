"""Finding a course, and calling nbgrader on it."""

import shutil
from pathlib import Path

import pytest

from autograder.grading.course import Course, CourseError, copy_if_absent, find_course

ROOT = Path(__file__).parents[3]


def test_the_course_is_found_from_below(monkeypatch):
    monkeypatch.delenv("IMBALANCE_CLASSROOM", raising=False)
    course = find_course(ROOT / "notebooks" / "01_accuracy_trap")
    assert course == Course(ROOT, ROOT / "classroom")
    assert [lesson.name for lesson in course.lessons][:2] == [
        "01_accuracy_trap",
        "02_measuring_imbalance",
    ]


def test_the_classroom_can_be_elsewhere(monkeypatch, tmp_path):
    monkeypatch.setenv("IMBALANCE_CLASSROOM", str(tmp_path))
    assert find_course(ROOT).classroom == tmp_path


def test_outside_a_course_the_message_says_what_to_do(tmp_path):
    with pytest.raises(CourseError, match="Change to the course's folder"):
        find_course(tmp_path)


def test_an_unknown_lesson_is_answered_with_those_there_are():
    with pytest.raises(CourseError, match="There are: 01_accuracy_trap"):
        find_course(ROOT).lesson("nothing")


def test_copies_never_overwrite(tmp_path):
    source, target = tmp_path / "source", tmp_path / "new folder" / "target"
    source.write_text("released")
    assert copy_if_absent(source, target)
    target.write_text("my work")
    assert not copy_if_absent(source, target)
    assert target.read_text() == "my work"


@pytest.mark.slow
def test_a_failing_command_ends_in_its_own_words(tmp_path):
    shutil.copy(ROOT / "nbgrader_config.py", tmp_path)
    (tmp_path / "notebooks").mkdir()
    course = Course(tmp_path, tmp_path / "classroom")
    with pytest.raises(CourseError, match=r"nbgrader generate_assignment nothing` failed"):
        course.nbgrader("generate_assignment", "nothing")
