"""The lessons as they are committed: up to date, runnable, and free of secrets when released."""

import re
import time
from functools import cache
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from autograder.builder.notebook import find_lessons
from autograder.builder.script import MAX_LINES
from autograder.engine.registry import judges, questions

ROOT = Path(__file__).parents[2]
LESSONS = find_lessons(ROOT / "notebooks")
# What runs the same notebook stays on one worker, which runs it once.
each_lesson = pytest.mark.parametrize(
    "lesson",
    [pytest.param(one, id=one.name) for one in LESSONS],
)


def read(lesson):
    return nbformat.read(lesson.notebook, as_version=4)


def role(cell):
    return cell.metadata.get("imbalance_lessons", {}).get("role", "prose")


def run(notebook, folder):
    """Run a notebook to its end, errors or not; returns the names of the errors."""
    client = NotebookClient(
        notebook, timeout=120, allow_errors=True, resources={"metadata": {"path": str(folder)}}
    )
    client.execute()
    return [
        output.ename
        for cell in notebook.cells
        for output in cell.get("outputs", [])
        if output.output_type == "error"
    ]


@pytest.fixture(scope="module")
def solved(tmp_path_factory):
    """Run a lesson's solved notebook, once; gives the notebook, the errors and the seconds."""

    @cache
    def run_once(lesson):
        notebook = read(lesson)
        start = time.perf_counter()
        errors = run(notebook, tmp_path_factory.mktemp(lesson.name))
        return notebook, errors, time.perf_counter() - start

    return run_once


@each_lesson
def test_the_notebook_is_up_to_date(lesson):
    assert not lesson.is_stale(), "run `make notebooks` and commit what it writes"


@each_lesson
def test_cells_are_small(lesson):
    code = [c.source.count("\n") + 1 for c in read(lesson).cells if c.cell_type == "code"]
    assert max(code) <= MAX_LINES
    assert sorted(code)[len(code) // 2] <= 8


@each_lesson
def test_prose_carries_the_argument(lesson):
    cells = read(lesson).cells
    code = [c for c in cells if c.cell_type == "code" and role(c) != "check"]
    assert sum(c.cell_type == "markdown" for c in cells) >= len(code)


@each_lesson
def test_a_lesson_has_what_every_lesson_has(lesson):
    cells = read(lesson).cells
    text = "\n".join(cell.source for cell in cells if cell.cell_type == "markdown").lower()
    for part in ("minutes", "points", "summary", "<details>", "=== begin mark scheme ==="):
        assert part in text, part
    assert {"setup", "demo", "exercise", "answer", "check", "written"} <= set(map(role, cells))


@each_lesson
def test_each_exercise_is_checked_in_the_next_code_cell(lesson):
    code = [cell for cell in read(lesson).cells if cell.cell_type == "code"]
    for cell, following in zip(code, [*code[1:], None], strict=True):
        if role(cell) in ("exercise", "answer"):
            expected = f"check-{cell.metadata.nbgrader['grade_id']}"
            assert following.metadata.nbgrader["grade_id"] == expected


def test_every_question_has_a_judge_and_stands_in_one_lesson():
    checked = [
        cell.metadata.nbgrader["grade_id"].removeprefix("check-")
        for lesson in LESSONS
        for cell in read(lesson).cells
        if role(cell) == "check"
    ]
    assert sorted(checked) == sorted(questions()) == sorted(judges())


@each_lesson
def test_the_points_in_the_header_are_the_points_of_the_cells(lesson):
    cells = read(lesson).cells
    total = sum(cell.metadata.get("nbgrader", {}).get("points", 0) for cell in cells)
    [stated] = re.findall(r"(\d+) points", cells[0].source)
    assert int(stated) == total


@pytest.mark.slow
@each_lesson
def test_the_solved_notebook_runs_without_error_to_full_marks(lesson, solved, record_property):
    notebook, errors, seconds = solved(lesson)
    assert errors == []
    record_property("seconds", round(seconds, 1))
    for cell in notebook.cells:
        if role(cell) == "check":
            [result] = [o for o in cell.outputs if o.output_type == "execute_result"]
            assert float(result.data["text/plain"]) == cell.metadata.nbgrader["points"], cell.source
        streams = [o for o in cell.get("outputs", []) if o.output_type == "stream"]
        assert all(o.name != "stderr" for o in streams), cell.source


@pytest.mark.slow
@each_lesson
def test_no_progress_is_shown_in_an_output_widget(lesson, solved):
    """The end of such a cell can be missed: see imbalance_lessons.progress."""
    notebook, _, _ = solved(lesson)
    assert "OutputModel" not in str(notebook.metadata.get("widgets", {}))


@pytest.mark.slow
@each_lesson
def test_figures_have_alternative_text(lesson, solved):
    notebook, _, _ = solved(lesson)
    outputs = [o for c in notebook.cells for o in c.get("outputs", []) if "data" in o]
    pictures = [
        o for o in outputs if "image/png" in o.data or "<img" in o.data.get("text/html", "")
    ]
    assert pictures
    for output in pictures:
        html = output.data.get("text/html", "")
        alt = re.findall(r'<img[^>]*\balt="([^"]{40,})"', html)
        assert alt or len(output.metadata.get("image/png", {}).get("alt", "")) >= 40


@each_lesson
def test_no_line_of_a_solution_stands_elsewhere(lesson):
    """Not in a hint, and not in a demo: a release would hold it."""
    cells = read(lesson).cells
    others = "\n".join(c.source for c in cells if role(c) not in ("exercise", "answer"))
    for cell in cells:
        _, _, body = cell.source.partition("### BEGIN SOLUTION")
        lines = map(str.strip, body.partition("### END SOLUTION")[0].splitlines())
        assert not [line for line in lines if len(line) >= 25 and line in others]
