"""How far a notebook is, read from what is saved in it."""

import json
from pathlib import Path

import pytest

from autograder.builder.notebook import RESPONSE
from autograder.student import work
from autograder.student.work import WorkError, is_unsolved, lesson_work, read_notebook

ROOT = Path(__file__).parents[3]
STUB = "def mean(numbers):\n    # YOUR CODE HERE\n    raise NotImplementedError()"
RENAMED = "def mean(values):\n    return sum(values) / len(values)"
ERROR = {"output_type": "error", "ename": "NameError", "evalue": "no such name", "traceback": []}


def exercise(notebook):
    return lesson_work("a", notebook).checks[0]


def test_a_check_of_the_code_as_it_is_counts(make, scored):
    part = exercise(make(outputs=[scored(1.5)]))
    assert (part.state, part.score, part.points, part.done) == ("checked", 1.5, 2, False)
    assert exercise(make(outputs=[scored(2.0)])).done


@pytest.mark.parametrize(
    ("changes", "state"),
    [
        ({"exercise": STUB}, "untouched"),
        ({"exercise": ""}, "untouched"),
        ({"exercise": "mean = None"}, "untouched"),
        ({"exercise": 'mean = {"a": None, "b": None}'}, "untouched"),
        ({"exercise": 'mean = {"a": 1, "b": None}'}, "unchecked"),
        ({"exercise": "def mean(numbers:\n    pass"}, "broken"),
        ({"exercise": "%matplotlib inline\nmean = sum"}, "unchecked"),
        ({"exercise_outputs": [ERROR]}, "failed"),
        ({}, "unchecked"),
    ],
)
def test_without_a_saved_check(make, changes, state):
    part = exercise(make(**changes))
    assert (part.state, part.score) == (state, 0)


def test_code_that_changed_after_its_check_does_not_count(make, scored):
    part = exercise(make(exercise=RENAMED, outputs=[scored(2.0)]))
    assert (part.state, part.score) == ("stale", 0)


@pytest.mark.parametrize(
    ("counts", "state"), [((1, 2), "checked"), ((3, 2), "stale"), ((None, 2), "stale")]
)
def test_where_the_code_is_not_known_the_order_of_execution_decides(make, scored, counts, state):
    output = scored(2.0)
    output["data"][work.CHECK_MIME]["source"] = ""
    assert exercise(make(outputs=[output], counts=counts)).state == state


def test_the_check_of_another_exercise_does_not_count(make, scored):
    assert exercise(make(outputs=[scored(2.0, name="median")])).state == "unchecked"


def test_a_saved_score_cannot_be_more_than_the_points(make, scored):
    assert exercise(make(outputs=[scored(99)])).score == 2


def test_written_answers(make):
    empty, there = make(), make(written="Because.")
    assert [p.state for p in lesson_work("a", empty).written] == ["empty"]
    assert [p.state for p in lesson_work("a", there).written] == ["written"]


def test_an_answer_in_a_cell_of_ones_own_is_found_and_the_lessons_prose_is_none(make):
    notebook = make()
    notebook["cells"].insert(5, {"cell_type": "markdown", "source": "Mine.", "metadata": {}})
    assert lesson_work("a", notebook).written[0].state == "written"
    del notebook["cells"][4:6]
    assert lesson_work("a", notebook).written[0].state == "empty"


def test_the_sums_and_the_next_step(make, scored):
    found = lesson_work("a", make(outputs=[scored(1.5)]))
    assert (found.score, found.points, found.next_step) == (1.5, 2, "see report of mean")
    found = lesson_work("a", make(outputs=[scored(2.0)]))
    assert found.next_step == "answer written_mean"
    assert lesson_work("a", make(outputs=[scored(2.0)], written="Yes.")).next_step == ""


def test_raise_in_a_comment_or_text_is_no_stub():
    assert not is_unsolved('def f():\n    # raise NotImplementedError()\n    return "raise"')
    assert is_unsolved("class A:\n    def f(self):\n        raise NotImplementedError")


@pytest.mark.parametrize(
    "text", ["", "no", "[]", "{}", '{"cells": 3}', '{"cells": [3]}', "[" * 100_000, "\0"]
)
def test_what_is_no_notebook_is_said(tmp_path, text):
    path = tmp_path / "a.ipynb"
    path.write_text(text)
    with pytest.raises(WorkError, match="is not a notebook"):
        read_notebook(path)


def test_a_missing_file_and_a_huge_one(tmp_path, monkeypatch):
    with pytest.raises(WorkError, match="cannot be read"):
        read_notebook(tmp_path / "a.ipynb")
    monkeypatch.setattr(work, "MAX_BYTES", 10)
    (tmp_path / "a.ipynb").write_text("x" * 11)
    with pytest.raises(WorkError, match="clear its outputs"):
        read_notebook(tmp_path / "a.ipynb")


def test_it_reads_sources_kept_as_lines_and_a_byte_order_mark(make, tmp_path):
    notebook = make()
    notebook["cells"][1]["source"] = [*"def mean(numbers):\n    return 1".splitlines(True)]
    path = tmp_path / "a.ipynb"
    path.write_bytes(b"\xef\xbb\xbf" + json.dumps(notebook).encode())
    assert exercise(read_notebook(path)).state == "unchecked"


def test_strange_metadata_is_no_reason_to_fail(make):
    notebook = make()
    notebook["cells"][1]["metadata"] = None
    notebook["cells"][2]["outputs"] = [3, {"data": 4}, {"data": {work.CHECK_MIME: []}}]
    notebook["cells"][3]["metadata"]["nbgrader"]["points"] = "three"
    assert [part.state for part in lesson_work("a", notebook).parts] == ["untouched", "empty"]


@pytest.mark.parametrize(
    "path", sorted((ROOT / "notebooks").glob("*/*.ipynb")), ids=lambda p: p.stem
)
def test_every_lesson_is_understood(path):
    found = lesson_work(path.stem, read_notebook(path))
    assert found.checks
    assert [part.state for part in found.written] == ["empty"]
    assert {part.state for part in found.checks} == {"unchecked"}  # solved, and without outputs


def test_the_placeholder_is_the_builders():
    assert work.RESPONSE == RESPONSE
