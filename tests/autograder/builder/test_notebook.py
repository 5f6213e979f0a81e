"""From script to notebook: ids, points, metadata, the same bytes each time."""

import json

import nbformat
import pytest
from nbgrader.nbgraderformat import MetadataValidator

from autograder.builder.notebook import Lesson, build, find_lessons
from autograder.builder.script import LessonError
from autograder.engine.registry import find_question


@pytest.fixture
def notebook(make_lesson):
    return nbformat.reads(build(make_lesson()), as_version=4)


def test_nbformat_and_nbgrader_accept_it(notebook):
    nbformat.validate(notebook)
    MetadataValidator().validate_nb(notebook)


def test_ids_come_from_grade_ids(notebook):
    ids = [cell.id for cell in notebook.cells]
    assert len(set(ids)) == len(ids)
    for cell in notebook.cells:
        grade_id = cell.metadata.get("nbgrader", {}).get("grade_id")
        assert grade_id is None or cell.id == grade_id


def test_a_rebuild_gives_the_same_bytes(make_lesson):
    path = make_lesson()
    assert build(path) == build(path)


def test_an_insertion_leaves_the_ids_of_other_cells_alone(make_lesson, lesson_text):
    before = json.loads(build(make_lesson()))["cells"]
    more = lesson_text.replace('# %% role="demo"', '# %% [markdown]\n# New.\n\n# %% role="demo"', 1)
    after = json.loads(build(make_lesson(more)))["cells"]
    assert {cell["id"] for cell in before} < {cell["id"] for cell in after}


def test_equal_cells_get_different_ids(make_lesson, lesson_text):
    twice = lesson_text + "\n# %% [markdown]\n# Same.\n\n# %% [markdown]\n# Same.\n"
    first, second = json.loads(build(make_lesson(twice)))["cells"][-2:]
    assert second["id"] == f"{first['id']}-2"


def by_id(notebook, name):
    return next(cell for cell in notebook.cells if cell.id == name)


def test_points_come_from_the_question(notebook):
    for name in ("class_counts", "quick_check_ratio"):
        cell = by_id(notebook, f"check-{name}")
        assert cell.metadata.nbgrader["points"] == find_question(name).points
    assert by_id(notebook, "why").metadata.nbgrader["points"] == 3


def test_the_exercise_holds_the_reference_between_markers(notebook):
    source = by_id(notebook, "class_counts").source
    assert source.startswith("def class_counts(labels, num_classes=None):")
    assert "### BEGIN SOLUTION" in source
    assert "bincount" in source.partition("### BEGIN SOLUTION")[2]


def test_an_answer_carries_a_stub_without_its_value(notebook):
    cell = by_id(notebook, "quick_check_ratio")
    assert '"B"' in cell.source
    assert cell.metadata.imbalance_lessons["stub"] == "quick_check_ratio = None"


def test_a_dictionary_of_answers_keeps_its_keys(make_lesson, lesson_text):
    text = lesson_text.replace(
        'name="quick_check_ratio"\nquick_check_ratio = "B"',
        'name="diagnosis"\ndiagnosis = {"ratio": 16.0, "severity": "Significant"}',
    ).replace('check("quick_check_ratio", quick_check_ratio)', 'check("diagnosis", diagnosis)')
    cell = by_id(nbformat.reads(build(make_lesson(text)), as_version=4), "diagnosis")
    stub: dict = {}
    exec(cell.metadata.imbalance_lessons["stub"], stub)
    assert stub["diagnosis"] == {"ratio": None, "severity": None}


def test_a_written_task_is_followed_by_room_for_the_answer(notebook):
    task, response = notebook.cells[-2:]
    assert task.metadata.nbgrader["task"]
    assert "nbgrader" not in response.metadata
    assert "Write your answer" in response.source


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("import numpy as np", "import math", "uses 'np', which no cell before it defines"),
        ("shown = np", "as_labels = np", "must not assign 'as_labels'"),
        ("distribution.class_counts", "distribution.nothing", "cell 4 .*reference: expected"),
        ("quick_check_ratio", "quick_check_nothing", "there is no exercise"),
    ],
)
def test_refused(make_lesson, lesson_text, old, new, words):
    with pytest.raises(LessonError, match=words):
        build(make_lesson(lesson_text.replace(old, new)))


def test_a_lesson_knows_whether_it_is_stale(make_lesson):
    lesson = Lesson(make_lesson().parent)
    assert find_lessons(lesson.folder.parent) == [lesson]
    assert lesson.is_stale()
    assert lesson.write()
    assert not lesson.write()
    assert not lesson.is_stale()
    lesson.notebook.write_bytes(lesson.notebook.read_bytes() + b" ")
    assert lesson.is_stale()
