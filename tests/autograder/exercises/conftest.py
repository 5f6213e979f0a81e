"""Judge a submission to an exercise of the course, and say what is in the course."""

from functools import partial

import pytest
import torch

from autograder.engine import question as engine
from autograder.engine.question import ask
from autograder.engine.registry import find_judge, find_question, questions
from imbalance_lessons import distribution, metrics
from imbalance_lessons.gradients import gradient_share

REFERENCES = {
    "majority_baseline": distribution.majority_baseline,
    "positives_caught": metrics.positives_caught,
    "gradient_share": gradient_share,
    "class_counts": distribution.class_counts,
    "imbalance_ratio": distribution.imbalance_ratio,
    "severity": distribution.severity,
}


def pytest_generate_tests(metafunc):
    """Run a test that takes `exercise` on every exercise, one that takes `function` on those."""
    if "exercise" in metafunc.fixturenames:
        metafunc.parametrize("exercise", questions())
    if "function" in metafunc.fixturenames:
        metafunc.parametrize("function", REFERENCES)


@pytest.fixture(scope="session")
def references():
    """Give the course's own solutions of the exercises that ask for a function."""
    return REFERENCES


@pytest.fixture
def judged():
    """Ask and judge: public cases only, or with a seed the drawn ones too."""

    def run(name, submission, seed=None):
        question = find_question(name)
        cases = question.cases(seed)
        return find_judge(name).report(question, cases, ask(question, submission, cases))

    return run


@pytest.fixture
def hurry(monkeypatch):
    """Give each case a fraction of a second instead of five."""
    torch.zeros(1, requires_grad=True).sum().backward()  # the first backward pass is a slow one
    monkeypatch.setattr(engine, "ask_one", partial(engine.ask_one, seconds=0.1))
