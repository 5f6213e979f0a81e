"""The preprocessors, one by one, on cells made here: no kernel, no gradebook."""

import json

import pytest
from nbformat.v4 import new_code_cell, new_notebook, new_output
from nbgrader.utils import determine_grade

from autograder.engine.check import ANSWERS_MIME
from autograder.engine.question import Answer, ask
from autograder.engine.registry import find_judge, find_question
from autograder.grading.plugins import (
    SEED_RESOURCE,
    ClearSolutions,
    JudgeAnswers,
    judge_cell,
    why_no_answer,
)

NAME = "imbalance_ratio"
SEED = 20


def check_cell(*outputs, points=2):
    metadata = {
        "grade": True,
        "solution": False,
        "locked": True,
        "grade_id": f"check-{NAME}",
        "points": points,
        "schema_version": 3,
    }
    source = f'check("{NAME}", {NAME})'
    return new_code_cell(source, outputs=list(outputs), metadata={"nbgrader": metadata})


def answers_output(data):
    text = data if isinstance(data, str) else json.dumps(data)
    return new_output("display_data", data={ANSWERS_MIME: text, "text/plain": "answers"})


def answered(function, seed=SEED, exercise=NAME):
    question = find_question(NAME)
    answers = ask(question, function, question.cases(seed))
    return answers_output({"exercise": exercise, "answers": [a.to_json() for a in answers]})


def right(labels, num_classes=None):
    from imbalance_lessons.distribution import imbalance_ratio

    return imbalance_ratio(labels, num_classes)


def graded(*outputs):
    """Judge a notebook of one check cell; returns the mark that nbgrader reads, and the cell."""
    notebook = new_notebook(cells=[check_cell(*outputs)])
    JudgeAnswers().preprocess(notebook, {SEED_RESOURCE: SEED})
    [cell] = notebook.cells
    return determine_grade(cell)[0], cell


def test_right_answers_get_full_marks():
    score, cell = graded(answered(right))
    assert score == 2
    assert "All cases right." in cell.outputs[0].data["text/html"]


def test_wrong_answers_get_none_and_their_misconception():
    misconception = find_judge(NAME).misconceptions[0]
    score, cell = graded(answered(misconception.submission))
    assert score < 2
    assert misconception.hint[:20] in cell.outputs[0].data["text/html"]


STDERR = new_output("stream", name="stderr", text="UserWarning: careful")
CLAIM = new_output("execute_result", data={"text/plain": "2.0"}, execution_count=1)
ERROR = new_output("error", ename="NameError", evalue="name 'x' is not defined", traceback=[])


def test_warnings_cost_nothing():
    assert graded(STDERR, answered(right), STDERR)[0] == 2


@pytest.mark.parametrize(
    "outputs",
    [
        [],
        [CLAIM],
        [CLAIM, CLAIM],
        [new_output("stream", name="stdout", text="2.0")],
        [ERROR],
        [answers_output("no json {")],
        [answers_output({})],
        [answers_output([])],
        [answers_output("3")],
        [answers_output({"exercise": NAME, "answers": []})],
        [answers_output({"exercise": NAME, "answers": None})],
        [answers_output({"exercise": NAME, "answers": [{"outcome": "perfect"}] * 99})],
        [answered(right, exercise="severity")],
        [answers_output({"exercise": NAME, "answers": "2.0"}), CLAIM],
    ],
)
def test_claims_without_answers_count_for_nothing(outputs):
    score, cell = graded(*outputs)
    assert score == 0
    assert len(cell.outputs) == 1


def test_answers_to_other_cases_do_not_help():
    function = {
        tuple(c.inputs["labels"]): i for i, c in enumerate(find_question(NAME).cases(SEED + 1))
    }
    assert function  # the other seed's cases exist
    score, _ = graded(answered(right, seed=SEED + 1))
    assert score < 2


def test_the_raw_answers_do_not_stay_in_the_notebook():
    _, cell = graded(answered(right))
    assert ANSWERS_MIME not in json.dumps(cell)


def test_a_missing_answer_is_explained_by_the_exercise_that_failed():
    exercise = new_code_cell(
        "def imbalance_ratio(labels:",
        outputs=[new_output("error", ename="SyntaxError", evalue="'(' was never closed")],
        metadata={"nbgrader": {"grade_id": NAME}},
    )
    cell = check_cell(ERROR)
    notebook = new_notebook(cells=[exercise, cell])
    assert why_no_answer(NAME, cell, notebook) == (
        "The cell of imbalance_ratio stopped with SyntaxError: '(' was never closed."
    )
    assert "NameError" in why_no_answer(NAME, cell, new_notebook(cells=[cell]))
    assert "No answer" in why_no_answer(NAME, check_cell(), new_notebook())


def test_markup_in_an_error_is_escaped():
    evil = new_output("error", ename="<b>", evalue="<script>", traceback=[])
    assert "<script>" not in graded(evil)[1].outputs[0].data["text/html"]


def test_an_instructor_s_own_test_cell_is_marked_by_nbgrader():
    own = check_cell(ERROR)
    own.source = "assert imbalance_ratio([0, 1]) == 1"
    own.metadata.nbgrader["grade_id"] = "my_test"
    notebook = new_notebook(cells=[own])
    JudgeAnswers().preprocess(notebook, {SEED_RESOURCE: SEED})
    assert notebook.cells[0].outputs == [ERROR]
    assert determine_grade(own) == (0, 2)


def test_arrays_sent_in_place_of_numbers_are_judged_as_such():
    answer = Answer("value", value=[9.0, 9.0])
    count = len(find_question(NAME).cases(SEED))
    output = answers_output({"exercise": NAME, "answers": [answer.to_json()] * count})
    assert judge_cell(check_cell(output), new_notebook(), SEED).score == 0


def test_an_answer_cell_is_released_with_its_stub():
    def solution_cell(own):
        return new_code_cell(
            '### BEGIN SOLUTION\nletter = "B"\n### END SOLUTION',
            metadata={
                "imbalance_lessons": own,
                "nbgrader": {"solution": True, "grade": False, "grade_id": "letter"},
            },
        )

    notebook = new_notebook(
        cells=[solution_cell({"stub": "letter = None"}), solution_cell({})],
        metadata={"kernelspec": {"name": "python3", "language": "python", "display_name": "p"}},
    )
    ClearSolutions().preprocess(notebook, {})
    assert notebook.cells[0].source == "letter = None"
    assert "stub" not in notebook.cells[0].metadata.imbalance_lessons
    assert "raise NotImplementedError()" in notebook.cells[1].source


@pytest.mark.parametrize(
    "value",
    [10**400, [[10**400]], {"array": ["<f8", [2**70], "AAAAAAAAAAA="]}, {"float": "nan"}],
    ids=["a long number", "one in lists", "a shape beyond numbers", "no number"],
)
def test_values_that_upset_arithmetic_get_no_points(value):
    count = len(find_question(NAME).cases(SEED))
    answers = [{"outcome": "value", "value": value}] * count
    assert graded(answers_output({"exercise": NAME, "answers": answers}))[0] == 0


def test_answers_nested_without_end_get_no_points():
    text = f'{{"exercise": "{NAME}", "answers": ' + "[" * 100_000 + "]" * 100_000 + "}"
    score, cell = graded(answers_output(text))
    assert score == 0
    assert "could not be read" in cell.outputs[0].data["text/html"]


def test_a_long_error_is_quoted_in_part():
    long = new_output("error", ename="E" * 10_000, evalue="x" * 10_000, traceback=[])
    assert len(why_no_answer(NAME, check_cell(long), new_notebook())) < 400


def test_other_cells_keep_text_and_pictures_only():
    shown = {
        "text/html": "<script>",
        "application/javascript": "alert(1)",
        "image/svg+xml": "<svg onload=alert(1)>",
        "text/markdown": "<script>",
        "image/png": 'x" onerror="alert(1)',
        "image/jpeg": "AAAA\n",
        "text/plain": "a table",
    }
    other = new_code_cell(
        "x", outputs=[new_output("display_data", data=shown, metadata={"width": "1 onload=x"})]
    )
    alone = new_code_cell("y", outputs=[new_output("display_data", data={"text/html": "<b>"})])
    text = new_code_cell("z", outputs=[STDERR, ERROR])
    notebook = new_notebook(cells=[other, alone, text])
    JudgeAnswers().preprocess(notebook, {SEED_RESOURCE: SEED})
    assert other.outputs[0].data == {"image/jpeg": "AAAA\n", "text/plain": "a table"}
    assert other.outputs[0].metadata == {}
    assert list(alone.outputs[0].data) == ["text/plain"]
    assert text.outputs == [STDERR, ERROR]
