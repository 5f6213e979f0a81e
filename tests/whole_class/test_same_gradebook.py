"""`imbalance-lessons grade` makes the gradebook that nbgrader makes, and only once."""

import shutil

import pytest
from nbgrader.api import Gradebook

from tests.whole_class.tools import LESSON, STUDENTS, content, grade, reports

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("workers", [1, 3])
def test_the_gradebook_is_the_one_that_nbgrader_makes(course, undisturbed, workers):
    graded = grade(course, workers=workers)
    assert sorted(entry.student for entry in graded) == sorted(STUDENTS)
    assert content(course) == undisturbed[0]
    assert reports(course) == undisturbed[1]
    assert not any((course.classroom / "results").rglob("*.json"))  # nothing waits


def test_what_is_graded_is_not_graded_again_until_it_changes(graded):
    course, first = graded
    log = course.classroom / "grading_log.jsonl"
    lines = log.read_text().splitlines()
    assert {entry.student: entry for entry in grade(course)} == first
    assert log.read_text().splitlines() == lines
    better = course.notebook("submitted", LESSON, "ada")
    shutil.copy(better, course.notebook("submitted", LESSON, "emi"))
    after = {entry.student: entry for entry in grade(course)}
    assert len(log.read_text().splitlines()) == len(lines) + 1
    assert {**after, "emi": None} == {**first, "emi": None}
    assert after["emi"].score == after["ada"].score > 0


def test_marks_by_hand_stay_whatever_is_graded_again(graded):
    course, _ = graded
    task = "written_diagnosis"
    with Gradebook(course.database) as gradebook:
        mark = gradebook.find_grade(task, LESSON, LESSON, "ada")
        mark.manual_score, mark.needs_manual_grade = 2.5, False
        gradebook.db.commit()
    before = {entry.student: entry.score for entry in grade(course)}
    after = {entry.student: entry.score for entry in grade(course, force=True)}
    with Gradebook(course.database) as gradebook:
        assert gradebook.find_grade(task, LESSON, LESSON, "ada").manual_score == 2.5
    assert after["ada"] == before["ada"] + 2.5  # the log of the first run could not know it
    assert {**after, "ada": 0} == {**before, "ada": 0}


def test_nbgrader_finds_nothing_left_to_do(graded):
    course, _ = graded
    before = content(course)
    lines = []
    course.nbgrader("autograde", LESSON, on_line=lines.append)
    assert sum("Skipping existing assignment" in line for line in lines) == len(STUDENTS)
    assert content(course) == before
