"""The preprocessors that this course plugs into nbgrader (see nbgrader_config.py).

`ExecuteWithSeed` runs a submission so that its checks answer the drawn cases too; `JudgeAnswers`
judges what came back, in the grader's own process, and puts the report where nbgrader reads the
score. Whatever else a check cell shows about itself counts for nothing.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import nbformat
import nbgrader.preprocessors as nbgrader_preprocessors
from jupyter_core.utils import run_sync
from nbclient.exceptions import DeadKernelError
from nbformat.v4 import new_output
from nbgrader.utils import is_grade
from traitlets import Bool, Unicode

from autograder.builder.script import CHECK_PREFIX, OWN_METADATA
from autograder.engine.check import ANSWERS_MIME, SEED_VARIABLE
from autograder.engine.plain import PlainDataError
from autograder.engine.question import Answer
from autograder.engine.registry import find_judge, find_question
from autograder.engine.report import Report
from autograder.grading.lean import demo_sources, lean_cells, misses_a_name
from autograder.grading.seeds import course_secret, submission_seed

SEED_RESOURCE = "imbalance_lessons_seed"


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


class ExecuteWithSeed(nbgrader_preprocessors.Execute):  # type: ignore[misc]
    """nbgrader's, with the submission's seed in the kernel's environment."""

    source_folder = Unicode(
        "", help="Where the lessons' own notebooks are, which say what are demos."
    ).tag(config=True)
    lean = Bool(True, help="Leave demos out; marks are the same with them.").tag(config=True)
    secret_file = Unicode(
        "course_secret", help="Where the secret is kept from which the drawn cases come."
    ).tag(config=True)

    def preprocess(self, nb: Any, resources: Any, km: Any = None) -> tuple[Any, Any]:
        """Run a submission; one that ends its own kernel keeps what it had answered until then."""
        submission = resources["nbgrader"]
        secret = course_secret(Path(self.secret_file))
        self.seed = submission_seed(secret, submission["student"], submission["notebook"])
        resources[SEED_RESOURCE] = self.seed
        lesson = Path(self.source_folder, submission["assignment"], submission["notebook"])
        demos = demo_sources(lesson.with_suffix(".ipynb")) if self.lean else frozenset()
        cells = lean_cells(nb.cells, demos)
        self._run(nb, cells, resources, km)
        if len(cells) < len(nb.cells) and misses_a_name(cells):
            self.log.info("%s: a name is missing, so the demos are run too", submission["student"])
            self._run(nb, nb.cells, resources, km)
        return nb, resources

    def _run(self, nb: Any, cells: list[Any], resources: Any, km: Any) -> None:
        """Run some of a notebook's cells; their outputs land in the notebook."""
        part = nbformat.NotebookNode({**nb, "cells": cells})
        try:
            super().preprocess(part, resources, km)
        except DeadKernelError:
            student = resources["nbgrader"]["student"]
            self.log.warning("%s: the notebook ended its own kernel", student)

    async def async_start_new_kernel(self, **kwargs: Any) -> None:
        """Start the kernel with the seed in its environment, and in no other's."""
        # One thread: on small models a second one only waits, and on a busy machine for long.
        env = {**os.environ, SEED_VARIABLE: str(self.seed), "OMP_NUM_THREADS": "1"}
        await super().async_start_new_kernel(env=env, **kwargs)

    # nbclient binds the blocking form to its own method, so ours needs one too.
    start_new_kernel = run_sync(async_start_new_kernel)


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
