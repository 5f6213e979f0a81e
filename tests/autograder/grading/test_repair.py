"""Mending submissions, on cells made here."""

import copy

import pytest
from hypothesis import given
from hypothesis import strategies as st
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from nbgrader.nbgraderformat import MetadataValidator

from autograder.grading.placing import arrange, defined_in
from autograder.grading.released import ReleasedCell, blank_notebook
from autograder.grading.repair import (
    exchange,
    forget_strangers,
    mend,
    recognise,
    restore_locked,
    restore_marks,
    strip_tags,
    unmark_repeats,
)

SETUP = ReleasedCell("setup", "code", "import numpy as np")
RATIO = ReleasedCell("ratio", "code", "def ratio(x):\n    ...", locked=False, solution=True)
CHECK_RATIO = ReleasedCell("check-ratio", "code", 'check("ratio", ratio)', grade=True, points=2)
KIND = ReleasedCell("kind", "code", "def kind(x):\n    ...", locked=False, solution=True)
CHECK_KIND = ReleasedCell("check-kind", "code", 'check("kind", kind)', grade=True, points=2.5)
LETTER = ReleasedCell("letter", "code", "letter = None", locked=False, solution=True)
CHECK_LETTER = ReleasedCell("check-letter", "code", 'check("letter", letter)', grade=True, points=1)
TASK = ReleasedCell("task", "markdown", "Why?", task=True, points=3)
RELEASED = [SETUP, RATIO, CHECK_RATIO, KIND, CHECK_KIND, LETTER, CHECK_LETTER, TASK]
NAMES = [cell.name for cell in RELEASED]
SOLUTIONS = {
    "ratio": "def ratio(x):\n    return max(x) / min(x)",
    "kind": "def kind(x):\n    return 'mild'",
    "letter": "letter = kind(ratio([1, 2]))[0]",
}


def solved():
    """Make a submission in which everything is right, with prose between the cells."""
    cells = [new_markdown_cell("# A lesson")]
    for known in RELEASED:
        cells += [known.cell(SOLUTIONS.get(known.name)), new_markdown_cell(f"after {known.name}")]
    return new_notebook(cells=cells)


def grade_ids(notebook):
    return [cell.metadata.get("nbgrader", {}).get("grade_id") for cell in notebook.cells]


def marked_ids(notebook):
    return [name for name in grade_ids(notebook) if name]


def cell_of(notebook, name):
    return notebook.cells[grade_ids(notebook).index(name)]


def texts(notebook):
    return [cell.source for cell in notebook.cells]


def test_what_is_right_is_left_alone():
    notebook = solved()
    before = copy.deepcopy(notebook)
    assert mend(notebook, RELEASED) == []
    assert notebook == before


def test_tags_go_and_nothing_else():
    notebook = solved()
    notebook.cells[1].metadata["tags"] = ["skip-execution"]
    assert strip_tags(notebook) == ["took the tags off 1 cells"]
    assert [c.metadata for c in notebook.cells] == [c.metadata for c in solved().cells]
    assert all("tags" not in cell.metadata for cell in notebook.cells)
    assert strip_tags(notebook) == []


def test_the_last_of_several_counts():
    first, last = RATIO.cell("first"), RATIO.cell("second")
    last.id = "another"
    notebook = new_notebook(cells=[first, new_code_cell(), last, KIND.cell()])
    assert unmark_repeats(notebook) == ["cell ratio: there twice; the last one counts"]
    assert grade_ids(notebook) == [None, None, "ratio", "kind"]
    assert notebook.cells[0].source == "first"


@pytest.mark.parametrize("entry", [None, "text", [], {"grade_id": 3}, {"grade_id": ["a"]}, {}])
def test_broken_grading_data_is_dropped(entry):
    notebook = new_notebook(cells=[new_code_cell("1", metadata={"nbgrader": entry})])
    said = forget_strangers(notebook, set(NAMES))
    assert "nbgrader" not in notebook.cells[0].metadata
    assert len(said) == (entry != {})


def test_a_strange_grade_id_is_quoted_as_text():
    entry = {"grade_id": "<script>`x`"}
    notebook = new_notebook(cells=[new_code_cell("1", metadata={"nbgrader": entry})])
    [said] = forget_strangers(notebook, set(NAMES))
    assert said.startswith("`?script??x?` is no cell of this lesson")


def test_exercises_in_each_others_cells_are_exchanged():
    notebook = solved()
    one, other = cell_of(notebook, "ratio"), cell_of(notebook, "kind")
    one.source, other.source = other.source, one.source
    assert len(exchange(notebook, RELEASED)) == 2
    assert cell_of(notebook, "ratio").source == SOLUTIONS["ratio"]
    assert cell_of(notebook, "kind").source == SOLUTIONS["kind"]


def test_a_solution_in_the_cell_of_another_keeps_it_if_its_own_cell_defines_it_too():
    notebook = solved()
    cell_of(notebook, "kind").source = SOLUTIONS["ratio"]
    assert exchange(notebook, RELEASED) == []


def test_a_cell_that_solves_a_deleted_exercise_becomes_its_cell():
    notebook = solved()
    cell_of(notebook, "kind").source = SOLUTIONS["ratio"]
    notebook.cells.remove(cell_of(notebook, "ratio"))
    said = mend(notebook, RELEASED)
    assert "cell ratio: found in the place of kind" in said
    assert cell_of(notebook, "ratio").source == SOLUTIONS["ratio"]
    assert cell_of(notebook, "kind").source == KIND.source


@pytest.mark.parametrize("keep_ids", [True, False])
def test_cells_without_grading_data_are_recognised(keep_ids):
    notebook = solved()
    for cell in notebook.cells:
        name = cell.metadata.pop("nbgrader", {}).get("grade_id")
        cell.id = name if keep_ids and name else cell.id
    assert len(recognise(notebook, RELEASED)) == len(RELEASED)
    assert marked_ids(notebook) == NAMES
    assert cell_of(notebook, "ratio").source == SOLUTIONS["ratio"]


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("check-ratio", {"points": 100}),
        ("check-ratio", {"grade": False, "solution": True}),
        ("check-ratio", {"locked": False}),
        ("kind", {"task": True}),
        ("kind", {"schema_version": 1}),
        ("kind", {"schema_version": 99}),
    ],
)
def test_marks_are_the_lessons_again(name, wrong):
    notebook = solved()
    cell_of(notebook, name).metadata.nbgrader.update(wrong)
    [said] = restore_marks(notebook, RELEASED)
    assert said == f"cell {name}: {', '.join(sorted(wrong))} as in the lesson again"
    assert texts(notebook) == texts(solved())
    assert [c.metadata for c in notebook.cells] == [c.metadata for c in solved().cells]


@pytest.mark.parametrize("cell_type", ["markdown", "raw"])
def test_a_retyped_exercise_is_code_again(cell_type):
    notebook = solved()
    cell = cell_of(notebook, "kind")
    cell.cell_type = cell_type
    del cell["outputs"], cell["execution_count"]
    cell.attachments = {}
    [said] = restore_marks(notebook, RELEASED)
    assert said == f"cell kind: changed to {cell_type}; code again"
    assert set(cell) == {"cell_type", "id", "metadata", "source", "outputs", "execution_count"}


def test_what_was_written_into_a_check_stands_above_it_and_is_run():
    notebook = solved()
    cell_of(notebook, "check-kind").source = f"{SOLUTIONS['kind']}\n\n{CHECK_KIND.source}"
    [said] = restore_locked(notebook, RELEASED)
    assert said.endswith("what was written there has a cell of its own")
    place = grade_ids(notebook).index("check-kind")
    above, check = notebook.cells[place - 1 : place + 1]
    assert (above.cell_type, above.source) == ("code", SOLUTIONS["kind"])
    assert check.source == CHECK_KIND.source


def test_what_was_written_into_imports_or_a_task_stands_below():
    notebook = solved()
    cell_of(notebook, "setup").source += "\nimport math"
    cell_of(notebook, "task").source = "Because."
    assert len(restore_locked(notebook, RELEASED)) == 2
    for name, cell_type, text in [
        ("setup", "code", "import math"),
        ("task", "markdown", "Because."),
    ]:
        below = notebook.cells[grade_ids(notebook).index(name) + 1]
        assert (below.cell_type, below.source) == (cell_type, text)


def test_blanks_around_a_check_are_no_change():
    notebook = solved()
    cell_of(notebook, "check-kind").source += "\n\n"
    assert restore_locked(notebook, RELEASED) == []
    assert texts(notebook) == texts(solved())


@pytest.mark.parametrize("name", NAMES)
def test_what_is_missing_comes_back_where_it_was(name):
    notebook = solved()
    notebook.cells.remove(cell_of(notebook, name))
    assert arrange(notebook, RELEASED) == [f"cell {name}: missing; put back"]
    assert marked_ids(notebook) == NAMES
    restored = cell_of(notebook, name)
    assert restored.source == next(cell.source for cell in RELEASED if cell.name == name)
    MetadataValidator().validate_nb(notebook)


def test_a_missing_check_comes_below_the_last_cell_that_defines_its_exercise():
    notebook = solved()
    notebook.cells.remove(cell_of(notebook, "check-ratio"))
    notebook.cells.insert(5, new_code_cell("def ratio(x):\n    return 1"))
    arrange(notebook, RELEASED)
    assert notebook.cells[5].source == "def ratio(x):\n    return 1"
    assert grade_ids(notebook)[6] == "check-ratio"


def test_a_missing_exercise_never_undoes_what_another_cell_defines():
    notebook = solved()
    notebook.cells.remove(cell_of(notebook, "kind"))
    cell_of(notebook, "ratio").source += "\n\n" + SOLUTIONS["kind"]
    arrange(notebook, RELEASED)
    assert cell_of(notebook, "kind").source == "# This cell was missing. Another one defines kind."


@pytest.mark.parametrize("name", [name for name in NAMES if name != "letter"])
@pytest.mark.parametrize("place", [0, 3, 7, 16])
def test_what_was_moved_goes_back(name, place):
    notebook = solved()
    cell = cell_of(notebook, name)
    notebook.cells.remove(cell)
    notebook.cells.insert(place, cell)
    was_moved = marked_ids(notebook) != NAMES
    done = arrange(notebook, RELEASED)
    assert marked_ids(notebook) == NAMES
    assert done == [f"cell {name}: moved; put back in place"] * was_moved or (
        # Two neighbours changed places, and the other one is the one to move.
        len(done) == 1 and was_moved
    )


def test_an_answer_that_computes_stays_and_its_check_follows():
    notebook = solved()
    cell = cell_of(notebook, "letter")
    notebook.cells.remove(cell)
    notebook.cells.append(cell)
    assert "cell check-letter: moved; put back in place" in arrange(notebook, RELEASED)
    assert marked_ids(notebook) == NAMES
    letter = grade_ids(notebook).index("letter")
    assert notebook.cells[letter - 1].source == "after task"  # what stood above it still does


def test_the_students_own_cells_stay_where_they_are():
    notebook = solved()
    cell = cell_of(notebook, "check-ratio")
    notebook.cells.remove(cell)
    notebook.cells.insert(0, cell)
    arrange(notebook, RELEASED)
    prose = [c.source for c in notebook.cells if c.cell_type == "markdown"]
    assert prose == [c.source for c in solved().cells if c.cell_type == "markdown"]


@pytest.mark.parametrize(
    ("source", "names"),
    [
        ("def f(x): pass\nclass G: pass\na = b = 1\nc: int = 2\nd: int", {"f", "G", "a", "b", "c"}),
        ("%time f(1)\ndef f(x): pass", {"f"}),
        ("def f(:", set()),
        ("x = \0", set()),
        ("(" * 5000 + ")" * 5000, set()),
    ],
)
def test_defined_names(source, names):
    assert defined_in(source) == names


def test_a_blank_notebook_is_as_released():
    notebook = blank_notebook(RELEASED)
    assert marked_ids(notebook) == NAMES
    assert mend(notebook, RELEASED) == []


damages = st.lists(
    st.tuples(
        st.sampled_from(["drop", "copy", "move", "forget", "rename", "retype", "edit", "tag"]),
        st.integers(0, 40),
        st.integers(0, 40),
    ),
    max_size=8,
)


def damage(notebook, how, which, where):
    cells = notebook.cells
    if not cells:
        return
    cell = cells[which % len(cells)]
    match how:
        case "drop":
            cells.remove(cell)
        case "copy":
            cells.insert(where % (len(cells) + 1), copy.deepcopy(cell))
        case "move":
            cells.remove(cell)
            cells.insert(where % (len(cells) + 1), cell)
        case "forget":
            cell.metadata.pop("nbgrader", None)
        case "rename" if "nbgrader" in cell.metadata:
            cell.metadata.nbgrader["grade_id"] = [*NAMES, "other"][where % (len(NAMES) + 1)]
        case "retype":
            cell.cell_type = ["markdown", "raw"][where % 2]
            cell.pop("outputs", None)
            cell.pop("execution_count", None)
        case "edit":
            cell.source += f"\nx = {where}"
        case "tag":
            cell.metadata["tags"] = ["t"]


@given(damages)
def test_whatever_happens_each_known_cell_stands_once_and_no_text_is_lost(happened):
    notebook = solved()
    for how, which, where in happened:
        damage(notebook, how, which, where)
    lines = {line for text in texts(notebook) for line in text.splitlines()}
    mend(notebook, RELEASED)
    assert sorted(marked_ids(notebook)) == sorted(NAMES)
    assert lines <= {line for text in texts(notebook) for line in text.splitlines()}
    ids = [cell.id for cell in notebook.cells]
    assert len(ids) == len(set(ids))
    for known in RELEASED:
        cell = cell_of(notebook, known.name)
        assert cell.cell_type == known.cell_type
        assert cell.metadata.nbgrader == known.metadata
        assert cell.source == known.source or not known.locked
    order = grade_ids(notebook)
    for exercise in ("ratio", "kind", "letter"):
        assert order.index(exercise) < order.index(f"check-{exercise}")
    MetadataValidator().validate_nb(notebook)
