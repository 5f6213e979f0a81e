"""From an edited notebook back to the script."""

from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell

from autograder.builder.back import script_text
from autograder.builder.notebook import Lesson, build, find_lessons
from autograder.builder.script import LessonError, read_script

ROOT = Path(__file__).parents[3]


@pytest.fixture
def lesson(make_lesson):
    lesson = Lesson(make_lesson().parent)
    lesson.write()
    return lesson


def edit(lesson, change):
    notebook = nbformat.read(lesson.notebook, as_version=4)
    change(notebook)
    nbformat.write(notebook, lesson.notebook)


@pytest.mark.parametrize("real", find_lessons(ROOT / "notebooks"), ids=lambda lesson: lesson.name)
def test_there_and_back_leaves_a_real_lesson_as_it_was(real, make_lesson):
    notebook = nbformat.read(real.notebook, as_version=4)
    text = script_text(notebook, read_script(real.script))
    assert build(make_lesson(text, name=real.name)) == real.notebook.read_text(encoding="utf-8")


def test_nothing_edited_nothing_changed(lesson):
    lesson.adopt()  # what the writer would format otherwise
    before = lesson.script.read_text()
    lesson.write()
    assert not lesson.adopt()
    assert lesson.script.read_text() == before


def test_edits_and_new_cells_come_back_and_outputs_do_not(lesson):
    def change(notebook):
        notebook.cells[0].source = "# Another title"
        notebook.cells[2].outputs = [nbformat.v4.new_output("stream", text="printed")]
        notebook.cells.insert(1, new_markdown_cell("New words."))
        notebook.cells.append(new_code_cell("new_demo = 1"))

    edit(lesson, change)
    assert lesson.adopt()
    lesson.write()
    cells = nbformat.read(lesson.notebook, as_version=4).cells
    assert [cells[0].source, cells[1].source, cells[-1].source] == [
        "# Another title",
        "New words.",
        "new_demo = 1",
    ]
    assert cells[-1].metadata.imbalance_lessons["role"] == "demo"
    assert not any(cell.get("outputs") for cell in cells)


def test_the_text_of_an_exercise_is_edited_elsewhere(lesson):
    def change(notebook):
        [cell] = [cell for cell in notebook.cells if cell.id == "class_counts"]
        cell.source += "  # better"

    edit(lesson, change)
    before = lesson.script.read_text()
    with pytest.raises(LessonError, match=r"imbalance_lessons\.distribution\.class_counts; edit"):
        lesson.adopt()
    assert lesson.script.read_text() == before
