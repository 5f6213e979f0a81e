"""What is read from the gradebook."""

import pytest
from nbgrader.api import Gradebook

from autograder.grading.course import Course, CourseError
from autograder.grading.gradebook import CellMark, Submission
from autograder.reports.facts import read_facts

LESSON = "02_measuring_imbalance"


def test_the_roster_is_sorted_by_last_name_and_knows_who_only_handed_in(facts):
    # A last name that is empty sorts by the id; dan is in the submitted folder alone.
    assert [s.id for s in facts.students] == ["ben", "dan", "ada", "kim1", "kim2", "zoe"]
    assert facts.ungraded == {("dan", LESSON)}
    assert [s.id for s in facts.missing(LESSON)] == ["kim2"]


def test_a_lesson_that_nobody_handed_in_is_left_out(facts):
    assert [lesson.name for lesson in facts.lessons] == [LESSON]
    assert facts.lessons[0].max_score == 7


def test_marks_by_hand_and_late_penalties_count(facts):
    ada, kim = facts.submissions["ada", LESSON], facts.submissions["kim1", LESSON]
    assert (ada.raw_score, ada.penalty, ada.score) == (4.5, 0, 4.5)
    assert not ada.waiting
    assert ada.comments == ("Well done, and short.",)
    assert (kim.raw_score, kim.penalty, kim.score) == (2, 1.25, 0.75)
    assert [mark.name for mark in kim.waiting] == ["written"]


def test_the_score_is_nbgraders_own(course):
    facts = read_facts(course)
    with Gradebook(course.database) as gradebook:
        for (student, lesson), ours in facts.submissions.items():
            theirs = gradebook.find_submission(lesson, student)
            assert ours.raw_score == theirs.score
            assert ours.penalty == theirs.late_submission_penalty
            assert bool(ours.waiting) == theirs.needs_manual_grade


def test_a_penalty_never_takes_more_than_there_is():
    mark = CellMark("check-x", 1, 2, 1, False, False)
    assert Submission("a", "b", (mark,), penalty=3).score == 0


def test_stubs_are_the_released_cells(facts):
    assert "NotImplementedError" in facts.lessons[0].stubs["imbalance_ratio"]
    assert set(facts.lessons[0].stubs) == {"imbalance_ratio", "severity"}


def test_no_gradebook(tmp_path):
    with pytest.raises(CourseError, match="no gradebook"):
        read_facts(Course(tmp_path, tmp_path))


@pytest.mark.parametrize(
    ("lesson", "says"), [("99_x", "It has: 02_"), ("03_resampling", "Nobody has handed in")]
)
def test_lessons_that_cannot_be_reported(course, lesson, says):
    with pytest.raises(CourseError, match=says):
        read_facts(course, [lesson])


def test_hidden_folders_are_no_students(course):
    (course.classroom / "submitted" / "ada" / ".ipynb_checkpoints").mkdir(parents=True)
    assert read_facts(course).ungraded == {("dan", LESSON)}
