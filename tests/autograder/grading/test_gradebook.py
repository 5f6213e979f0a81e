"""Marks, read from a gradebook, and as a table."""

import csv
import random
from datetime import datetime
from io import StringIO

import pytest
from nbgrader.api import Gradebook
from nbgrader.plugins.export import CsvExportPlugin
from rich.console import Console
from sqlalchemy import event
from sqlalchemy.engine import Engine

from autograder.grading.course import Course, CourseError, path_with_programs
from autograder.grading.gradebook import Mark, marks, table

LESSONS = [f"{n:02}_a_lesson_with_a_long_name" for n in range(1, 11)]


@pytest.fixture
def shown():
    """Give a table as a terminal of 80 characters shows it."""

    def show(marks):
        console = Console(file=StringIO(), width=80)
        console.print(table(marks))
        return console.file.getvalue()

    return show


def test_a_whole_course_fits_a_terminal(shown):
    marks = [Mark("dmitri", name, 10.53, 15, n % 2 == 0) for n, name in enumerate(LESSONS)]
    text = shown(marks)
    assert "…" not in text
    assert "dmitri" in text
    assert text.count("10.53*") == 5
    assert text.count("10.53 ") == 5
    assert text.count("of 15") == 10
    for name in LESSONS:
        assert f" {name[:2]} " in text


def test_a_lesson_that_somebody_has_not_handed_in(shown):
    marks = [Mark("ada", "quiz", 3, 4, False), Mark("ben", "02_b", 1, 2, False)]
    text = shown(marks)
    assert "quiz" in text
    assert text.count("–") == 2


def test_no_marks_yet(shown):
    assert "lesson" in shown([])


@pytest.fixture
def gradebook(tmp_path, monkeypatch):
    """Open a gradebook with two lessons, one of them of two notebooks, and no students."""
    monkeypatch.setenv("PATH", path_with_programs())  # nbgrader starts alembic by name
    with Gradebook(Course(tmp_path, tmp_path).database) as made:
        for lesson, notebooks in {"02_b": ["02_b"], "01_a": ["01_a", "more"]}.items():
            made.add_assignment(lesson)
            for name in notebooks:
                made.add_notebook(name, lesson)
                for cell, kind in {"check-x": "code", "essay": "markdown"}.items():
                    made.add_grade_cell(cell, name, lesson, max_score=2, cell_type=kind)
                made.add_task_cell("written", name, lesson, max_score=3, cell_type="markdown")
        yield made


def add_students(gradebook, names):
    """Let each hand in, or not, and get marks, by hand too, bonus points and late penalties."""
    rng = random.Random(",".join(names))
    for name in names:
        gradebook.add_student(name)
        for lesson in rng.sample(["01_a", "02_b"], rng.randint(0, 2)):
            handed_in = gradebook.add_submission(lesson, name, timestamp=datetime(2026, 3, 1))
            for notebook in handed_in.notebooks:
                notebook.late_submission_penalty = rng.choice([None, 0.5, 4.0])
                for grade in notebook.grades:
                    grade.auto_score = rng.choice([None, 0.25, 1.5])
                    grade.manual_score = rng.choice([None, None, 0.75, 2.0])
                    grade.extra_credit = rng.choice([None, None, 1.0])
                    grade.needs_manual_grade = rng.random() < 0.2
    gradebook.db.commit()


@pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning")  # nbgrader's queries
def test_marks_are_those_that_nbgrader_exports(gradebook, tmp_path):
    add_students(gradebook, [f"s{number:02d}" for number in range(30)])
    exporter = CsvExportPlugin(to=str(tmp_path / "grades.csv"))
    exporter.export(gradebook)
    with (tmp_path / "grades.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    expected = [
        Mark(
            row["student_id"],
            row["assignment"],
            pytest.approx(float(row["score"])),
            float(row["max_score"]),
            gradebook.find_submission(row["assignment"], row["student_id"]).needs_manual_grade,
        )
        for row in sorted(rows, key=lambda row: (row["assignment"], row["student_id"]))
        if row["timestamp"]
    ]
    found = marks(Course(tmp_path, tmp_path))
    assert found == expected
    assert {mark.waiting for mark in found} == {True, False}
    # What nobody's penalty had touched, or all had lost, would prove little.
    assert any(0 < float(row["score"]) < float(row["raw_score"]) for row in rows)
    assert any(0 == float(row["score"]) < float(row["raw_score"]) for row in rows)


@pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning")
def test_a_larger_class_takes_no_more_queries(gradebook, tmp_path):
    def queries():
        asked = []

        def listen(connection, cursor, statement, *others):
            asked.append(statement)

        event.listen(Engine, "before_cursor_execute", listen)
        marks(Course(tmp_path, tmp_path))
        event.remove(Engine, "before_cursor_execute", listen)
        return sum(statement.startswith("SELECT") for statement in asked)

    add_students(gradebook, ["ada", "ben"])
    few = queries()
    add_students(gradebook, [f"s{number}" for number in range(20)])
    assert queries() == few > 0


def test_marks_without_a_gradebook_say_what_to_do(tmp_path):
    with pytest.raises(CourseError, match="no gradebook"):
        marks(Course(tmp_path, tmp_path))
