"""What the questions ask: the same for the same seed, in time, and telling no secrets."""

import random
from functools import partial

import numpy as np
import pytest
import torch

from autograder.engine import question as engine
from autograder.engine.compare import mismatch
from autograder.engine.plain import shorten
from autograder.engine.question import ask
from autograder.engine.registry import find_judge, find_question, judges, questions
from autograder.engine.report import call_text


def plainly(cases):
    return [
        repr(
            (
                c.label,
                c.tensors,
                c.public,
                *(np.asarray(v).tolist() for v in c.inputs.values()),
                c.options,
            )
        )
        for c in cases
    ]


def test_each_question_has_a_judge():
    assert set(questions()) == set(judges())
    assert all(judge.praise for judge in judges().values())


def test_the_same_seed_gives_the_same_cases(exercise):
    question = find_question(exercise)
    assert plainly(question.cases(7)) == plainly(question.cases(7))
    assert plainly(question.cases()) == plainly(question.cases(7))[: len(question.public)]


def test_another_seed_gives_other_cases(function):
    question = find_question(function)
    drawn = {seed: plainly(question.cases(seed))[len(question.public) :] for seed in range(20)}
    assert len({repr(cases) for cases in drawn.values()}) == 20
    assert all(4 <= len(cases) <= 8 for cases in drawn.values())


def test_drawn_cases_are_hidden_and_public_ones_are_not(exercise):
    question = find_question(exercise)
    cases = question.cases(1)
    assert [case.public for case in cases[: len(question.public)]] == [True] * len(question.public)
    assert not any(case.public for case in cases[len(question.public) :])


def test_no_constant_answer_is_worth_much(function):
    """Whoever gives one answer to everything is right in at most two cases of five."""
    question, judge = find_question(function), find_judge(function)
    for seed in range(20):
        right = [judge.expected(*c.inputs.values(), **c.options) for c in question.cases(seed)]
        for answer in right:
            agree = sum(mismatch(other, answer, judge.rtol, judge.atol) is None for other in right)
            assert agree <= 0.4 * len(right)


def drawn_inputs(name, seeds=30):
    """List the inputs and options of drawn cases, over several seeds."""
    question = find_question(name)
    cases = [c for seed in range(seeds) for c in question.cases(seed) if not c.public]
    return [{**case.inputs, **case.options} for case in cases]


@pytest.mark.parametrize("boundary", [3, 10, 100])
def test_drawn_ratios_lie_on_a_boundary_and_on_both_sides_of_it(boundary):
    ratios = [inputs["ratio"] for inputs in drawn_inputs("severity")]
    near = [ratio - boundary for ratio in ratios if abs(ratio - boundary) < 0.45]
    assert {np.sign(distance) for distance in near} == {-1, 0, 1}


@pytest.mark.parametrize("name", ["class_counts", "imbalance_ratio"])
def test_drawn_labels_have_gaps_and_undeclared_classes(name):
    drawn = drawn_inputs(name)
    counts = [np.bincount(np.asarray(inputs["labels"])) for inputs in drawn]
    declared = [inputs.get("num_classes") for inputs in drawn]
    assert any(0 in c for c in counts)
    assert any(k and k > len(c) for k, c in zip(declared, counts, strict=True))
    assert any(k == len(c) for k, c in zip(declared, counts, strict=True))
    assert len({int(c.argmax()) for c in counts}) > 3


def test_all_answers_come_within_five_seconds(references, function, monkeypatch):
    question = find_question(function)
    cases = question.cases(4)
    ask(question, references[function], cases)  # PyTorch's first steps are slow ones
    monkeypatch.setattr(engine, "ask_one", partial(engine.ask_one, seconds=5 / len(cases)))
    answers = ask(question, references[function], cases)
    assert {answer.outcome for answer in answers} == {"value"}


def random_states():
    return (
        random.getstate(),
        repr(np.random.get_state()),  # noqa: NPY002 - the global state is what this is about
        torch.random.get_rng_state().tolist(),
    )


def test_a_students_random_numbers_stay_as_they_are(judged, references, function):
    before = random_states()
    judged(function, references[function], 5)
    assert random_states() == before


def test_answers_survive_the_way_to_the_judge(references, function):
    question, judge = find_question(function), find_judge(function)
    cases = question.cases(6)
    answers = ask(question, references[function], cases)
    back = [engine.Answer.from_json(answer.to_json()) for answer in answers]
    assert judge.report(question, cases, back).score == question.points


def describe(inputs, options):
    return repr([*inputs, *options.values()])


def echo_error(*inputs, **options):
    raise ValueError(describe(inputs, options))


def echo_print(*inputs, **options):
    print(describe(inputs, options))
    return -1.5


def echo_value(*inputs, **options):
    return describe(inputs, options)


def secrets(question, judge, case):
    """List what a report must not say about a drawn case."""
    texts = [repr(np.asarray(value).tolist()) for value in case.inputs.values()]
    texts += [shorten(value) for value in case.inputs.values()]
    texts += [] if case.shown else [call_text(question.name, case)]
    expected = judge.expected(*case.inputs.values(), **case.options)
    if not isinstance(expected, str):  # a word may stand in a hint
        texts.append(shorten(expected))
    return {text for text in texts if len(text) > 4}  # shorter ones turn up by chance


@pytest.mark.parametrize("echo", [echo_error, echo_print, echo_value])
def test_a_report_keeps_drawn_values_to_itself(judged, function, echo):
    question, judge = find_question(function), find_judge(function)
    for seed in range(3):
        report = judged(function, echo, seed)
        assert report.score == 0
        visible = {secret for case in question.public for secret in secrets(question, judge, case)}
        for case in question.cases(seed)[len(question.public) :]:
            for secret in secrets(question, judge, case) - visible:
                assert secret not in str(report)
                assert secret not in report._repr_html_()


def test_the_solution_of_a_quick_check_is_never_shown(judged):
    assert "expected" not in str(judged("quick_check_accuracy", "A"))
    text = str(
        judged("diagnosis", dict.fromkeys(("ratio", "severity", "baseline", "smallest_share"), 7))
    )
    assert "16" not in text
    assert "Significant" not in text
