"""What is read from graded notebooks, and what is not believed."""

import json
from dataclasses import replace

import pytest

from autograder.engine.record import REPORT_MIME, Record, record
from autograder.engine.report import Report
from autograder.reports.outcomes import cells_of, read_outcome, read_outcomes, read_source

LESSON = "02_measuring_imbalance"
NAME = "imbalance_ratio"


@pytest.fixture
def graded(course, facts):
    """Change ben's graded notebook, and read it again."""

    def read(change=lambda cells: None):
        path = course.notebook("autograded", LESSON, "ben")
        notebook = json.loads(path.read_text())
        change(notebook["cells"])
        path.write_text(json.dumps(notebook))
        return read_outcome(path.parent, facts.submissions["ben", LESSON])

    return read


def data(cells, place):
    return cells[place]["outputs"][0]["data"]


def test_records_and_answers(course, facts):
    outcomes = read_outcomes(course, facts)
    assert set(outcomes) == {(who, LESSON) for who in ("ada", "ben", "kim1", "zoe")}
    ben = outcomes["ben", LESSON]
    assert ben.answers[NAME].endswith("return 2\n")
    assert ben.records[NAME].misconception
    assert ben.records[NAME].hint
    assert outcomes["zoe", LESSON].records[NAME].untouched
    assert outcomes["ada", LESSON].records[NAME].score == 2


def test_no_value_of_a_drawn_case_is_kept(graded):
    cases = graded().records[NAME].to_json()["cases"]
    assert {case["public"] for case in cases} == {True, False}
    assert all(set(case) == {"label", "public", "credit", "outcome", "error"} for case in cases)


def test_a_record_with_another_score_than_the_gradebook_is_not_believed(graded):
    def raise_it(cells):
        data(cells, 1)[REPORT_MIME]["score"] = 2.0

    assert NAME not in graded(raise_it).records


def test_a_cell_that_is_no_check_is_not_believed(graded):
    def move(cells):
        cells[1]["metadata"]["nbgrader"]["grade"] = False

    assert NAME not in graded(move).records


@pytest.mark.parametrize(
    "forged",
    [
        None,
        "text",
        [],
        {},
        {"cases": 3},
        {"cases": [{}]},
        {"exercise": NAME, "points": "many", "score": 0, "cases": []},
    ],
)
def test_what_is_no_record_is_left_out(graded, forged):
    def put(cells):
        data(cells, 1)[REPORT_MIME] = forged

    assert NAME not in graded(put).records


def test_an_earlier_version_wrote_no_record(graded):
    assert NAME not in graded(lambda cells: data(cells, 1).pop(REPORT_MIME)).records


@pytest.mark.parametrize("text", ["", "{", "[]", "3", '{"cells": 3}', '{"cells": [3, null]}'])
def test_a_file_that_is_no_notebook_has_no_cells(tmp_path, text):
    path = tmp_path / "x.ipynb"
    path.write_text(text)
    assert cells_of(path) == []


def test_cells_that_are_not_as_they_should_be(graded):
    def spoil(cells):
        cells += [{"cell_type": "code"}, {"metadata": 3}, {"metadata": {"nbgrader": []}}]
        cells[1]["outputs"] = 5

    assert graded(spoil).answers


def test_a_record_survives_json():
    one = Record("x", 2, 1.5, (), "It stopped.", "divides", "Look again.")
    assert Record.from_json(json.loads(json.dumps(one.to_json()))) == one
    case = {"label": "", "public": True, "credit": 1, "outcome": "great", "error": ""}
    with pytest.raises(ValueError, match="outcome"):
        Record.from_json({**one.to_json(), "cases": [case]})


def test_the_record_of_a_report_without_answers():
    kept = record(Report("x", 2, problem="The cell stopped."))
    assert kept == Record("x", 2, 0, problem="The cell stopped.")
    assert not kept.untouched
    assert not replace(kept, problem="").untouched


def test_the_lesson_itself(course):
    source = read_source(course, LESSON)
    assert source.title.startswith("Lesson 2")
    assert source.exercises[:2] == ("class_counts", NAME)
    assert "BEGIN SOLUTION" in source.solutions[NAME]
    assert read_source(course, "quiz").title == "quiz"
