"""A small class, in a real gradebook and real notebooks, made without running any of them."""

import os
import shutil
import sys
from datetime import datetime
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook
from nbgrader.api import Gradebook

from autograder.engine.question import ask
from autograder.engine.registry import find_judge, find_question
from autograder.grading.course import Course
from autograder.grading.log import Graded, GradingLog
from autograder.grading.plugins import show
from autograder.reports.facts import read_facts
from imbalance_lessons.distribution import imbalance_ratio

ROOT = Path(__file__).parents[3]
LESSON = "02_measuring_imbalance"
OTHER = "03_resampling"
EXERCISES = ("imbalance_ratio", "severity")
SEED = 7
FORMULA = '=HYPERLINK("http://example.org")'
STUB = '''def imbalance_ratio(labels, num_classes=None):
    """Divide the largest class by the smallest."""
    raise NotImplementedError()
'''


def ratio_upside_down(labels, num_classes=None):
    """Stand for a known mistake."""
    return find_judge("imbalance_ratio").misconceptions[0].submission(labels, num_classes)


# Who handed in what: the function, and the text of its cell.
RATIOS = {
    "ada": (imbalance_ratio, "def imbalance_ratio(labels, num_classes=None):\n    return 1\n"),
    "ben": (ratio_upside_down, "def imbalance_ratio(labels, num_classes=None):\n    return 2\n"),
    "kim1": (imbalance_ratio, "def imbalance_ratio(labels, num_classes=None):\n    return 3\n"),
    "zoe": (None, STUB),
}
WRITTEN = {"ada": 2.5}  # who has a mark for the written answer


@pytest.fixture(scope="session")
def filled(tmp_path_factory):
    """Make the class's folder; a test gets a copy of its own as `course`."""
    classroom = tmp_path_factory.mktemp("class")
    course = Course(ROOT, classroom)
    # nbgrader starts alembic by name.
    path = os.environ.get("PATH", "")
    os.environ["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), path])
    try:
        with Gradebook(course.database) as gradebook:
            fill(gradebook, course)
    finally:
        os.environ["PATH"] = path
    (classroom / "submitted" / "dan" / LESSON).mkdir(parents=True)
    log = GradingLog(classroom)
    log.append(Graded("ada", LESSON, "x", 6.5, 7, False, 1.5))
    log.append(Graded("ben", LESSON, "x", 0, 7, True, 2.5, ("cell <b> was there twice",)))
    log.append(Graded("dan", LESSON, "x", failed="it is not a notebook"))
    return classroom


def fill(gradebook, course):
    add_lesson(gradebook, LESSON)
    add_lesson(gradebook, OTHER)
    gradebook.add_student("ada", first_name="Ada", last_name="King, Countess", email="a@x.org")
    gradebook.update_or_create_student("ada", lms_user_id="101")
    gradebook.add_student("ben", first_name=FORMULA, last_name="", email="b@x.org")
    gradebook.add_student("zoe", first_name='Zoë "Zed"', last_name="Ångström", email="z@x.org")
    gradebook.add_student("kim1", first_name="Kim", last_name="Lee", email="k1@x.org")
    gradebook.add_student("kim2", first_name="Kim", last_name="Lee", email="k2@x.org")
    for student, (function, text) in RATIOS.items():
        submission = gradebook.add_submission(LESSON, student, timestamp=datetime(2026, 3, 1, 12))
        [notebook] = submission.notebooks
        cells = [check(student, name, function) for name in EXERCISES]
        scores = {
            c.metadata.nbgrader.grade_id: float(c.outputs[0].data["text/plain"]) for c in cells
        }
        for grade in notebook.grades:
            grade.auto_score = scores.get(grade.name)
            grade.manual_score = None if grade.name in scores else WRITTEN.get(student)
            grade.needs_manual_grade = grade.auto_score is None and grade.manual_score is None
        if student == "kim1":
            notebook.late_submission_penalty = 1.25
        if student == "ada":
            gradebook.find_comment(
                "imbalance_ratio", LESSON, LESSON, student
            ).manual_comment = "Well done, and short."
        path = course.notebook("autograded", LESSON, student)
        path.parent.mkdir(parents=True)
        nbformat.write(new_notebook(cells=[answer(text), *cells]), path)
    gradebook.db.commit()


def add_lesson(gradebook, lesson):
    gradebook.add_assignment(lesson)
    gradebook.add_notebook(lesson, lesson)
    for name in EXERCISES:
        gradebook.add_grade_cell(f"check-{name}", lesson, lesson, max_score=2, cell_type="code")
        gradebook.add_solution_cell(name, lesson, lesson)
        gradebook.add_source_cell(name, lesson, lesson, source=STUB, cell_type="code")
    gradebook.add_task_cell("written", lesson, lesson, max_score=3, cell_type="markdown")


def answer(text):
    marks = {"grade": False, "solution": True, "locked": False, "grade_id": "imbalance_ratio"}
    return new_code_cell(text, metadata={"nbgrader": {**marks, "schema_version": 3}})


def check(student, name, function):
    """Make a check cell as the grader leaves it: of the second exercise nobody wrote anything."""
    question = find_question(name)
    cases = question.cases(SEED)
    given = function if name == "imbalance_ratio" and function else untouched
    marks = {"grade": True, "solution": False, "locked": True, "grade_id": f"check-{name}"}
    cell = new_code_cell("", metadata={"nbgrader": {**marks, "points": 2, "schema_version": 3}})
    show(cell, find_judge(name).report(question, cases, ask(question, given, cases)))
    return cell


def untouched(*inputs, **options):
    raise NotImplementedError


@pytest.fixture
def course(filled, tmp_path):
    """Give a class of its own to a test that changes something."""
    shutil.copytree(filled, tmp_path / "classroom")
    return Course(ROOT, tmp_path / "classroom")


@pytest.fixture(scope="session")
def facts(filled):
    """Read what the gradebook says of the class."""
    return read_facts(Course(ROOT, filled))
