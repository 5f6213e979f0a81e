"""Mending submissions, on cells made here."""

from hypothesis import given
from hypothesis import strategies as st
from nbformat.v4 import new_code_cell, new_notebook
from nbgrader.nbgraderformat import MetadataValidator

from autograder.grading.repair import MarkedCell, restore_missing, strip_tags, unmark_repeats


def marked(name, source="", **extra):
    metadata = {
        "grade": True,
        "grade_id": name,
        "locked": True,
        "points": 1,
        "schema_version": 3,
        "solution": False,
        "task": False,
    }
    return new_code_cell(source, metadata={"nbgrader": metadata, **extra})


def grade_ids(notebook):
    return [cell.metadata.get("nbgrader", {}).get("grade_id") for cell in notebook.cells]


def test_tags_go_and_nothing_else():
    notebook = new_notebook(cells=[marked("a", tags=["skip-execution"]), marked("b")])
    assert strip_tags(notebook) == ["took the tags off 1 cells"]
    assert all("tags" not in cell.metadata for cell in notebook.cells)
    assert grade_ids(notebook) == ["a", "b"]
    assert strip_tags(notebook) == []


def test_the_last_of_several_counts():
    notebook = new_notebook(
        cells=[marked("a", "first"), new_code_cell(), marked("a", "second"), marked("b")]
    )
    assert unmark_repeats(notebook) == ["cell a was there twice; the last one counts"]
    assert grade_ids(notebook) == [None, None, "a", "b"]
    assert notebook.cells[0].source == "first"


def test_what_is_missing_comes_back_with_its_points():
    notebook = new_notebook(cells=[marked("a")])
    known = [
        MarkedCell("a", "check", 2, is_task=False),
        MarkedCell("b", "check b", 2.5, is_task=False),
        MarkedCell("t", "Why?", 3, is_task=True),
    ]
    done = restore_missing(notebook, known)
    assert len(done) == 2
    assert grade_ids(notebook) == ["a", "b", "t"]
    check, task = notebook.cells[1:]
    assert (check.source, check.metadata.nbgrader["points"]) == ("check b", 2.5)
    assert task.cell_type == "markdown"
    MetadataValidator().validate_nb(notebook)


@given(st.lists(st.sampled_from(["a", "b", "c", None]), max_size=8))
def test_afterwards_each_known_cell_stands_exactly_once(names):
    cells = [new_code_cell() if name is None else marked(name) for name in names]
    notebook = new_notebook(cells=cells)
    unmark_repeats(notebook)
    restore_missing(notebook, [MarkedCell(n, "", 1, is_task=False) for n in "abc"])
    assert sorted(filter(None, grade_ids(notebook))) == ["a", "b", "c"]
    assert len(notebook.cells) >= len(names)
    MetadataValidator().validate_nb(notebook)
