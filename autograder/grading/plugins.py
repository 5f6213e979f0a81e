"""The preprocessors that this course plugs into nbgrader (see nbgrader_config.py).

`ExecuteWithSeed` (in `autograder.grading.executing`) runs a submission so that its checks answer
the drawn cases too; `JudgeAnswers` judges what came back, in the grader's own process, and puts the
report where nbgrader reads the score. Whatever else a check cell shows about itself counts for
nothing.
"""

from __future__ import annotations

import json
from typing import Any

import nbgrader.preprocessors as nbgrader_preprocessors
from nbformat.v4 import new_output
from nbgrader.utils import is_grade

from autograder.builder.script import CHECK_PREFIX, OWN_METADATA
from autograder.engine.check import ANSWERS_MIME
from autograder.engine.plain import PlainDataError
from autograder.engine.question import Answer
from autograder.engine.registry import find_judge, find_question
from autograder.engine.report import Report
from autograder.grading.executing import SEED_RESOURCE


class ClearSolutions(nbgrader_preprocessors.ClearSolutions):  # type: ignore[misc]
    """nbgrader's, except that an answer cell is released with its own stub: ``letter = None``."""

    code_stub: dict[str, str]

    def preprocess_cell(self, cell: Any, resources: Any, cell_index: int) -> tuple[Any, Any]:
        """Replace a cell's solution by its stub."""
        stub = cell.metadata.get(OWN_METADATA, {}).pop("stub", None)
        if stub is None:
            return super().preprocess_cell(cell, resources, cell_index)  # type: ignore[no-any-return]
        usual = dict(self.code_stub)
        self.code_stub = {**usual, "python": stub}
        try:
            return super().preprocess_cell(cell, resources, cell_index)  # type: ignore[no-any-return]
        finally:
            self.code_stub = usual


class JudgeAnswers(nbgrader_preprocessors.NbGraderPreprocessor):  # type: ignore[misc]
    """Judges the answers in each check cell's outputs and leaves the report as its only output."""

    def preprocess(self, nb: Any, resources: Any) -> tuple[Any, Any]:
        """Judge every check cell; an instructor's own test cells stay as they are."""
        seed = resources[SEED_RESOURCE]
        for cell in nb.cells:
            if is_grade(cell) and cell.metadata.nbgrader["grade_id"].startswith(CHECK_PREFIX):
                show(cell, judge_cell(cell, nb, seed))
        return nb, resources


def judge_cell(cell: Any, nb: Any, seed: int) -> Report:
    """Judge one check cell from the answers among its outputs.

    Parameters
    ----------
    cell
        The check cell as it was run.
    nb
        Its notebook, to see why an answer is missing.
    seed
        The submission's seed.

    Returns
    -------
    Report
        Where there is no answer, a report of 0 points that says why.
    """
    name = cell.metadata.nbgrader["grade_id"].removeprefix(CHECK_PREFIX)
    question, judge = find_question(name), find_judge(name)
    cases = question.cases(seed)
    try:
        answers = read_answers(cell, name, len(cases))
    except PlainDataError as error:
        problem = f"The answers could not be read ({error})."
        return Report(exercise=name, points=question.points, problem=problem)
    if answers is None:
        problem = why_no_answer(name, cell, nb)
        return Report(exercise=name, points=question.points, problem=problem)
    return judge.report(question, cases, answers)


def read_answers(cell: Any, name: str, count: int) -> list[Answer] | None:
    """Read the answers to an exercise from a cell's outputs; None if there are none.

    Raises
    ------
    PlainDataError
        If there are answers, but not `count` proper ones.
    """
    texts = [
        output.data[ANSWERS_MIME]
        for output in cell.get("outputs", [])
        if output.output_type == "display_data" and ANSWERS_MIME in output.data
    ]
    if not texts:
        return None
    try:
        # A front end may hand JSON on as text or already parsed.
        data = json.loads(texts[0]) if isinstance(texts[0], str) else texts[0]
        exercise, answers = data["exercise"], data["answers"]
    except (ValueError, TypeError, KeyError):
        raise PlainDataError("not answers to a question") from None
    if exercise != name or not isinstance(answers, list) or len(answers) != count:
        raise PlainDataError("answers to another question")
    return [Answer.from_json(answer) for answer in answers]


def why_no_answer(name: str, check_cell: Any, nb: Any) -> str:
    """Say why a check has no answer: the error of its exercise's cell, or its own."""
    cells = [c for c in nb.cells if c.metadata.get("nbgrader", {}).get("grade_id") == name]
    for cell in [*cells, check_cell]:
        for output in cell.get("outputs", []):
            if output.output_type == "error":
                what = "This check" if cell is check_cell else f"The cell of {name}"
                detail = f": {output.evalue}" if output.evalue else ""
                return f"{what} stopped with {output.ename}{detail}."
    return "No answer reached the grader."


def show(cell: Any, report: Report) -> None:
    """Make a report a cell's only output, in the form in which nbgrader reads a score."""
    cell.outputs = [
        new_output(
            "execute_result",
            data={"text/plain": repr(report), "text/html": report._repr_html_()},
            execution_count=cell.get("execution_count"),
        )
    ]
