"""The benchmark of large classes: what it fills a gradebook with, and what it says."""

import nbformat
import pytest

from autograder.grading.gradebook import marks
from benchmarks.classes import copy_class, make_class
from benchmarks.large import COMMANDS, LESSON, Row, fill, table
from benchmarks.watching import MEBIBYTE, Watched


def test_the_table_has_a_row_for_each_size():
    took = {name: Watched(2.5, 3.0, 600 * MEBIBYTE, "") for name in COMMANDS}
    laid = table([Row(0, took), Row(10_000, took)])
    assert list(laid.columns[0].cells) == ["0", "10,000"]
    assert [list(column.cells) for column in laid.columns[1:3]] == [["2.5"] * 2, ["600"] * 2]


@pytest.mark.slow
def test_the_many_have_the_marks_and_nearly_the_answers_of_the_few(tmp_path):
    few = make_class(tmp_path / "few", [LESSON], 2)
    course = copy_class(few, tmp_path / "many")
    few.nbgrader("autograde", LESSON)
    fill(course, few, 5)
    own = [mark.score for mark in marks(few)]
    assert own[0] != own[1]
    assert [mark.score for mark in marks(course)] == [*own, *own, own[0]]
    notebooks = [
        nbformat.read(course.notebook("autograded", LESSON, f"many{number:06d}"), as_version=4)
        for number in (0, 2, 4)
    ]
    answers = ["".join(cell.source for cell in notebook.cells) for notebook in notebooks]
    assert len({*answers}) == 3
    original = nbformat.read(few.notebook("autograded", LESSON, "ada000"), as_version=4)
    assert [cell.source for cell in original.cells if "def " not in cell.source] == [
        cell.source for cell in notebooks[0].cells if "def " not in cell.source
    ]
