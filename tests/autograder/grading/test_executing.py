"""What is hidden from a submission, and workers that cannot run one."""

from pathlib import Path

import pytest

from autograder.builder.script import LessonError
from autograder.grading.cluster import _same_version_everywhere
from autograder.grading.course import CourseError
from autograder.grading.executing import references_of

ROOT = Path(__file__).parents[3]


def test_a_lesson_s_references_are_those_that_its_exercises_name():
    references = references_of(ROOT / "notebooks" / "02_measuring_imbalance")
    assert "imbalance_lessons.distribution.imbalance_ratio" in references


def test_a_lesson_of_another_course_has_none(tmp_path):
    assert references_of(tmp_path / "ps1") == ()
    (tmp_path / "ps1").mkdir()
    (tmp_path / "ps1/ps1.py").write_text("# %% nonsense\nprint('helper')\n")
    assert references_of(tmp_path / "ps1") == ()


def test_a_broken_script_stops_grading_rather_than_hide_nothing(tmp_path):
    lesson = tmp_path / "02_measuring_imbalance"
    lesson.mkdir()
    script = ROOT / "notebooks" / lesson.name / f"{lesson.name}.py"
    broken = script.read_text().replace('role="check"', 'role="chekc"', 1)
    (lesson / script.name).write_text(broken)
    with pytest.raises(LessonError, match="chekc"):
        references_of(lesson)


class Workers:
    """Stands for a cluster's client."""

    def __init__(self, run):
        self.run = run


def test_a_worker_that_does_not_know_this_project_is_told_of():
    def run(function):
        raise ModuleNotFoundError("No module named 'autograder'")

    with pytest.raises(CourseError, match=r"cannot run this project .*'autograder'"):
        _same_version_everywhere(Workers(run))


def test_a_worker_with_other_code_is_refused():
    def run(function):
        return {"tcp://a": function(), "tcp://b": {**function(), "code": "other"}}

    with pytest.raises(CourseError, match="Worker tcp://b has"):
        _same_version_everywhere(Workers(run))
    _same_version_everywhere(Workers(lambda function: {"tcp://a": function()}))
