"""The one line of a test cell.

For a student it asks and judges the public cases on the spot. Where a grader runs the notebook it
asks the drawn cases too and sends the answers out as plain data; the judging happens elsewhere.
"""

from __future__ import annotations

import json
import os
from dataclasses import replace
from typing import Any

from autograder.engine.question import ask
from autograder.engine.registry import find_judge, find_question
from autograder.engine.report import Report
from autograder.engine.session import executed_source, remember

SEED_VARIABLE = "IMBALANCE_LESSONS_SEED"
ANSWERS_MIME = "application/vnd.imbalance-lessons.answers+json"


def check(name: str, submission: Any) -> Report | None:
    """Check a student's answer to an exercise.

    Parameters
    ----------
    name
        The exercise.
    submission
        What the student wrote: a function, or for a quick check the answer itself.

    Returns
    -------
    Report or None
        The report on the public cases. None where a grader runs the notebook: there the answers
        leave as an output of type `ANSWERS_MIME`, and the grader's own process judges them.
    """
    try:
        question = find_question(name)
    except KeyError as error:
        return Report(exercise=str(name), points=0, problem=str(error.args[0]))
    seed = os.environ.get(SEED_VARIABLE)
    if seed is None:
        cases = question.cases()
        report = find_judge(name).report(question, cases, ask(question, submission, cases))
        return remember(replace(report, source=executed_source(name)))
    answers = ask(question, submission, question.cases(int(seed)))
    send({"exercise": name, "answers": [answer.to_json() for answer in answers]})
    return None


def send(answers: dict[str, Any]) -> None:
    """Publish answers as a cell output."""
    from IPython.display import display

    display({ANSWERS_MIME: json.dumps(answers), "text/plain": "answers"}, raw=True)
