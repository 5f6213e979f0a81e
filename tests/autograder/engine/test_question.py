"""Asking: whatever the student's code does, a plain answer comes back."""

import sys
import threading
import time
import warnings

import numpy as np
import pytest
import torch

from autograder.engine import question as question_module
from autograder.engine.plain import Opaque, PlainDataError
from autograder.engine.question import (
    Answer,
    Case,
    Question,
    ask,
    ask_one,
    read_entry,
    read_value,
)


def one(question, function, seconds=5.0):
    return ask_one(question, function, question.public[0], seconds)


def test_a_value_comes_back_with_its_type(question):
    answer = one(question, lambda numbers: torch.tensor(2.0))
    assert (answer.outcome, answer.type_name, float(answer.value)) == ("value", "Tensor", 2.0)


def test_exceptions_become_answers(question):
    answer = one(question, lambda numbers: numbers.nothing)
    assert (answer.outcome, answer.error) == ("raised", "AttributeError")
    assert "nothing" in answer.message


@pytest.mark.parametrize("stop", [exit, sys.exit, lambda: (_ for _ in ()).throw(GeneratorExit)])
def test_even_those_that_would_end_the_process(question, stop):
    assert one(question, lambda numbers: stop()).outcome == "raised"


def test_a_stop_by_the_student_is_let_through(question):
    def interrupted(numbers):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        one(question, interrupted)


def test_an_exception_that_cannot_be_printed(question):
    class MuteError(Exception):
        def __str__(self):
            raise ValueError

    def raises(numbers):
        raise MuteError

    assert one(question, raises) == Answer("raised", error="MuteError", line="")


def test_not_implemented_means_untouched(question):
    def stub(numbers):
        raise NotImplementedError

    assert one(question, stub).outcome == "untouched"


def test_prints_and_warnings_are_kept_and_reach_no_stream(question, capfd):
    def noisy(numbers):
        print("hello")
        print("trouble", file=sys.stderr)
        warnings.warn("careful", UserWarning, stacklevel=1)
        return 2.0

    answer = one(question, noisy)
    assert answer.value == 2.0
    assert all(word in answer.output for word in ("hello", "trouble", "UserWarning: careful"))
    assert capfd.readouterr() == ("", "")


def test_altered_arguments_are_noticed(question):
    assert one(question, lambda numbers: numbers.sort(reverse=True)).changed == ("numbers",)
    assert one(question, lambda numbers: sorted(numbers)).changed == ()


def test_altered_arguments_do_not_alter_the_case(question):
    one(question, lambda numbers: numbers.clear())
    assert question.public[0].inputs["numbers"] == [1, 3]


def test_tensors_are_handed_over_where_a_case_says_so(question):
    assert ask(question, lambda n: type(n).__name__, question.public)[1].value == "Tensor"


def test_a_loop_without_end_is_stopped(question):
    def endless(numbers):
        while True:
            pass

    answer = one(question, endless, seconds=0.05)
    assert (answer.outcome, answer.message) == ("unfinished", "0.05 seconds")


def test_a_loop_that_catches_every_exception_is_stopped_too(question):
    def stubborn(numbers):
        while True:
            try:
                while True:
                    pass
            except Exception:
                continue

    assert one(question, stubborn, seconds=0.05).outcome == "unfinished"


def test_one_that_waits_without_end_is_stopped_too(question):
    answer = one(question, lambda numbers: threading.Event().wait(), seconds=0.05)
    assert answer.outcome == "unfinished"


@pytest.mark.parametrize(("share", "outcome"), [(0.4, "value"), (1.0, "unfinished")])
def test_what_others_do_meanwhile_costs_nobody_a_case(question, monkeypatch, share, outcome):
    """Give this process a share of the processor, and let it work until twice its time is over."""
    monkeypatch.setattr(time, "process_time", lambda: share * time.monotonic())

    def works(numbers):
        end = time.monotonic() + 0.1
        while time.monotonic() < end:
            pass
        return 1

    assert one(question, works, seconds=0.05).outcome == outcome


def test_after_two_endless_cases_no_more_are_asked(question, monkeypatch):
    asked = []

    def never(q, submission, case):
        asked.append(case)
        return Answer("unfinished", message="5 seconds")

    monkeypatch.setattr(question_module, "ask_one", never)
    answers = ask(question, None, question.cases(seed=1))
    assert len(asked) == 2
    assert [a.outcome for a in answers] == ["unfinished"] * 6


def test_the_same_seed_draws_the_same_cases(question):
    assert question.cases(7) == question.cases(7)
    assert question.cases(7) != question.cases(8)
    assert [c.public for c in question.cases(7)] == [True] * 2 + [False] * 4
    assert question.cases() == list(question.public)


def test_questions_of_one_seed_draw_independently(question):
    other = Question("other", 1, [], draw=question.draw)
    assert question.cases(7)[2:] != other.cases(7)


def test_plain_values_and_entries_can_be_asked():
    letter = Question("letter", 1, [Case("the letter")], call=read_value)
    assert ask(letter, "B", letter.public)[0].value == "B"
    assert ask(letter, None, letter.public)[0].outcome == "untouched"
    entry = Question("entry", 1, [Case("ratio", {"key": "ratio"})], call=read_entry)
    assert ask(entry, {"ratio": 16}, entry.public)[0].value == 16
    for nothing in ({"ratio": None}, {"baseline": 0.8}, {}, None):
        assert ask(entry, nothing, entry.public)[0].outcome == "untouched"
    for other in (3, [16], {"Ratio": 16}):
        [answer] = ask(entry, other, entry.public)
        assert answer.outcome == "raised"
        assert "entry 'ratio'" in answer.message


@pytest.mark.parametrize(
    "answer",
    [
        Answer("value", value=np.arange(3), type_name="ndarray", changed=("labels",), output="hi"),
        Answer("raised", error="ValueError", message="no", line="x = 1"),
        Answer("value", value=Opaque("function", "<f>")),
        Answer("untouched"),
    ],
)
def test_answers_travel(answer):
    assert repr(Answer.from_json(answer.to_json())) == repr(answer)


@pytest.mark.parametrize("data", [None, [], {}, {"outcome": "perfect"}, {"outcome": ["value"]}])
def test_what_is_no_answer_is_refused(data):
    with pytest.raises(PlainDataError):
        Answer.from_json(data)
