"""The gradebook as a table."""

from io import StringIO

import pytest
from rich.console import Console

from autograder.grading.gradebook import Mark, table

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
