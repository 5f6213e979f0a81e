"""Judge a submission to an exercise of the course, and say what is in the course."""

from functools import cache, partial
from pathlib import Path

import pytest
import torch

from autograder.builder.notebook import find_lessons
from autograder.builder.reference import find_reference
from autograder.builder.script import read_script
from autograder.engine import judge as judging
from autograder.engine import question as engine
from autograder.engine.question import ask
from autograder.engine.registry import find_judge, find_question, questions

NOTEBOOKS = Path(__file__).parents[3] / "notebooks"
REFERENCES = {
    cell.grade_id: find_reference(cell.attributes["reference"])
    for lesson in find_lessons(NOTEBOOKS)
    for cell in read_script(lesson.script)
    if cell.role == "exercise"
}


@pytest.fixture(scope="session")
def seeds(request):
    """Give the seeds to judge with: None for the public cases alone, then so many drawn ones."""
    return (None, *range(request.config.getoption("--seeds")))


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


@cache
def cases_of(name, seed):
    """Give the cases of an exercise, drawn once for each seed."""
    return find_question(name).cases(seed)


@pytest.fixture(scope="session", autouse=True)
def mistakes_are_asked_once():
    """Ask each known mistake the same cases once: every wrong solution is compared with it.

    That is, do for the drawn cases what the judge itself does for the public ones.
    """
    ask_mistake = judging._ask_mistake
    known = {}

    def ask_once(question, submission, cases):
        key = id(question), id(submission), tuple(map(id, cases))
        if key not in known:
            # With what they belong to: so no identity is that of another object.
            asked = ask_mistake(question, submission, cases)
            known[key] = asked, (question, submission, cases)
        return known[key][0]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(judging, "_ask_mistake", ask_once)
        yield


@pytest.fixture
def judged():
    """Ask and judge: public cases only, or with a seed the drawn ones too."""

    def run(name, submission, seed=None):
        question = find_question(name)
        cases = cases_of(name, seed)
        return find_judge(name).report(question, cases, ask(question, submission, cases))

    return run


@pytest.fixture
def hurry(monkeypatch):
    """Give each case a fraction of a second instead of five."""
    torch.zeros(1, requires_grad=True).sum().backward()  # the first backward pass is a slow one
    monkeypatch.setattr(engine, "ask_one", partial(engine.ask_one, seconds=0.1))
