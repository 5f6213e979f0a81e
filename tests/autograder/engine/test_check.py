"""`check`: judges for a student, only asks for a grader."""

import json

import pytest

from autograder.engine import check as check_module
from autograder.engine.check import ANSWERS_MIME, SEED_VARIABLE, check
from autograder.engine.question import Answer


@pytest.fixture
def exercise(question, judge, monkeypatch):
    monkeypatch.setattr(check_module, "find_question", {"mean": question}.__getitem__)
    monkeypatch.setattr(check_module, "find_judge", {"mean": judge}.__getitem__)
    monkeypatch.delenv(SEED_VARIABLE, raising=False)


@pytest.fixture
def sent(monkeypatch):
    bundles = []
    monkeypatch.setattr("IPython.display.display", lambda data, raw: bundles.append((data, raw)))
    return bundles


@pytest.mark.usefixtures("exercise")
def test_a_student_sees_the_report_on_the_public_cases(sent):
    report = check("mean", lambda numbers: sum(numbers) / len(numbers))
    assert report.score == 2
    assert report.drawn == []
    assert sent == []


@pytest.mark.usefixtures("exercise")
def test_a_grader_gets_answers_and_no_report(sent, monkeypatch, question):
    monkeypatch.setenv(SEED_VARIABLE, "5")
    monkeypatch.setattr(check_module, "find_judge", None)  # judging here would fail
    assert check("mean", lambda numbers: 2.0) is None
    [(bundle, raw)] = sent
    assert raw
    data = json.loads(bundle[ANSWERS_MIME])
    assert data["exercise"] == "mean"
    answers = [Answer.from_json(answer) for answer in data["answers"]]
    assert len(answers) == len(question.cases(5))


def test_an_unknown_exercise_is_named_with_those_there_are():
    report = check("no_such_exercise", None)
    assert "no_such_exercise" in report.headline()
    assert report.score == 0
