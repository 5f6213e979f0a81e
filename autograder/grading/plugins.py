"""The preprocessors that this course plugs into nbgrader (see nbgrader_config.py).

`ExecuteWithSeed` (in `autograder.grading.executing`) runs a submission so that its checks answer
the drawn cases too; `JudgeAnswers` judges what came back, in the grader's own process, and puts the
report where nbgrader reads the score. Whatever else a check cell shows about itself counts for
nothing.
"""

from __future__ import annotations

import json
import re
from typing import Any

import nbformat
import nbgrader.preprocessors as nbgrader_preprocessors
from nbformat.v4 import new_output
from nbgrader.utils import is_grade

from autograder.builder.script import CHECK_PREFIX, OWN_METADATA
from autograder.engine.check import ANSWERS_MIME
from autograder.engine.plain import PlainDataError
from autograder.engine.question import Answer
from autograder.engine.record import REPORT_MIME, record
from autograder.engine.registry import find_judge, find_question
from autograder.engine.report import Report
from autograder.grading.executing import JUDGED_RESOURCE, SEED_RESOURCE

PICTURES = ("image/png", "image/jpeg")
BASE64 = re.compile(r"[A-Za-z0-9+/=\s]*")
NOT_SHOWN = {"text/plain": "An output that is neither text nor a picture is not shown here."}
LONGEST_PROBLEM = 300


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
        if not resources.get(JUDGED_RESOURCE):
            judge_notebook(nb, resources[SEED_RESOURCE])
        return nb, resources


def judge_notebook(nb: Any, seed: int) -> None:
    """Put a report in the place of each check cell's outputs; make the others harmless."""
    for cell in nb.cells:
        if _is_check(cell):
            show(cell, judge_cell(cell, nb, seed))
        elif cell.cell_type == "code":
            cell.outputs = [harmless(output) for output in cell.outputs]


def _is_check(cell: Any) -> bool:
    return bool(is_grade(cell)) and str(cell.metadata.nbgrader["grade_id"]).startswith(CHECK_PREFIX)


def harmless(output: Any) -> Any:
    """Keep of an output what runs nothing in the browser of whoever reads it: text and pictures.

    Without this, HTML and scripts that a submission shows would run in formgrader with the rights
    of the person who marks.
    """
    if "data" not in output:  # streams and errors are text
        return output
    data = {
        kind: value
        for kind, value in output.data.items()
        if kind == "text/plain" or (kind in PICTURES and BASE64.fullmatch(str(value)))
    }
    return nbformat.from_dict({**output, "data": data or dict(NOT_SHOWN), "metadata": {}})


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
    try:
        return judge.report(question, cases, answers)
    except OverflowError:  # whole numbers have no limit in JSON, but have one in arithmetic
        problem = "The answers hold a number that is too large to compare."
        return Report(exercise=name, points=question.points, problem=problem)


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
    except (ValueError, TypeError, KeyError, RecursionError):
        raise PlainDataError("not answers to a question") from None
    if exercise != name or not isinstance(answers, list) or len(answers) != count:
        raise PlainDataError("answers to another question")
    try:
        return [Answer.from_json(answer) for answer in answers]
    except OverflowError:  # the shape of an array, beyond all numbers
        raise PlainDataError("a number that is too large") from None


def why_no_answer(name: str, check_cell: Any, nb: Any) -> str:
    """Say why a check has no answer: the error of its exercise's cell, or its own."""
    cells = [c for c in nb.cells if c.metadata.get("nbgrader", {}).get("grade_id") == name]
    for cell in [*cells, check_cell]:
        for output in cell.get("outputs", []):
            if output.output_type == "error":
                what = "This check" if cell is check_cell else f"The cell of {name}"
                detail = f": {output.evalue}" if output.evalue else ""
                return shortened(f"{what} stopped with {output.ename}{detail}.")
    return "No answer reached the grader."


def shortened(text: str) -> str:
    """Cut a sentence that quotes a submission: an error's text may be megabytes."""
    return text if len(text) <= LONGEST_PROBLEM else f"{text[:LONGEST_PROBLEM]}…"


def show(cell: Any, report: Report) -> None:
    """Make a report a cell's only output: as text the score, which nbgrader reads, and as HTML.

    Its third form is data for the class report, without any values of cases.
    """
    cell.outputs = [
        new_output(
            "execute_result",
            data={
                "text/plain": repr(report),
                "text/html": report._repr_html_(),
                REPORT_MIME: record(report).to_json(),
            },
            execution_count=cell.get("execution_count"),
        )
    ]
