"""Judging: credit by case, and the misconception that explains what is wrong."""

from dataclasses import replace

import numpy as np
import pytest

from autograder.engine.judge import Judge, Misconception
from autograder.engine.question import Case, Question, ask
from autograder.engine.report import Report


@pytest.fixture
def judged(question, judge):
    def run(submission, seed=None):
        cases = question.cases(seed)
        return judge.report(question, cases, ask(question, submission, cases))

    return run


def test_a_right_solution_gets_everything(judged):
    report = judged(lambda numbers: float(np.mean(np.asarray(numbers))), seed=3)
    assert report.score == 2
    assert report.misconception is None
    assert "Means are fine." in str(report)


def test_credit_is_by_case(judged):
    report = judged(lambda numbers: 2.0)
    assert report.score == 1
    assert [f.mark for f in report.findings] == ["right", "wrong"]


@pytest.mark.parametrize("seed", [None, 1])
@pytest.mark.parametrize("index", [0, 1, 2])
def test_each_misconception_is_recognised(judge, judged, index, seed):
    misconception = judge.misconceptions[index]
    report = judged(misconception.submission, seed)
    assert report.misconception is misconception
    assert report.score == 0
    assert misconception.hint in str(report)
    assert misconception.name in report._repr_html_()


def test_an_unknown_mistake_is_given_no_name(judged):
    assert judged(lambda numbers: -17.25).misconception is None


def test_a_mistake_in_a_minority_of_what_is_wrong_is_not_named(judge, judged):
    # Adds on one case of six, and is wrong in its own way on the others.
    report = judged(lambda numbers: 4 if len(numbers) == 2 else -1.5, seed=1)
    assert report.misconception is None


def raises_where(condition, message):
    """Make a solution that is right but for an error on some numbers."""

    def mean(numbers):
        if condition(numbers):
            raise AttributeError(message)
        return sum(numbers) / len(numbers)

    return mean


@pytest.mark.parametrize(
    ("condition", "message", "named"),
    [
        # The known mistake raises on lists of two: "'list' object has no attribute 'mean', at 2".
        (lambda numbers: len(numbers) == 2, "'list' object has no attribute 'mean', at 7", True),
        (lambda numbers: len(numbers) == 2, "'tuple' object has no attribute 'total'", True),
        (lambda numbers: True, "'list' object has no attribute 'mean', at 2", True),
        (lambda numbers: True, "'tuple' object has no attribute 'total'", False),
    ],
    ids=["another number", "another text, same cases", "same text", "another mistake"],
)
def test_errors_of_one_type_are_one_mistake_where_they_come_in_the_same_cases(
    question, judge, condition, message, named
):
    known = raises_where(lambda n: len(n) == 2, "'list' object has no attribute 'mean', at 2")
    judge = replace(judge, misconceptions=[Misconception("asks a list", "Turn it round.", known)])
    cases = [Case(str(n), {"numbers": n}) for n in ([1, 2], [3, 4], [5, 6, 8])]
    report = judge.report(question, cases, ask(question, raises_where(condition, message), cases))
    assert bool(report.misconception) is named


def test_changing_the_argument_costs_half(judged):
    def sorts(numbers):
        mean = sum(numbers) / len(numbers)
        numbers[0] = 99
        return mean

    report = judged(sorts)
    assert report.score == 1
    assert "belongs to the caller" in str(report)


def test_untouched(judged):
    def stub(numbers):
        raise NotImplementedError

    report = judged(stub, seed=1)
    assert report.untouched
    assert report.score == 0
    assert report.misconception is None
    assert "Not solved yet" in str(report)


@pytest.mark.parametrize(
    ("submission", "words"),
    [
        (None, "raised TypeError"),
        (lambda: 1, "raised TypeError"),
        (lambda numbers: None, "return"),
        (lambda numbers: float("nan"), "NaN"),
        (lambda numbers: [1, 2], "a list"),
        (lambda numbers: print, "a function"),
        (lambda numbers: np.zeros(10**7), "ndarray"),
        (lambda numbers: "2", "a string"),
        (lambda numbers: exit(), "SystemExit"),
    ],
)
def test_nonsense_gets_a_sentence(judged, submission, words):
    report = judged(submission)
    assert report.score == 0
    assert words in str(report)


def test_each_case_needs_an_answer(question, judge):
    with pytest.raises(ValueError, match="answers: expected 2"):
        judge.report(question, question.cases(), [])


def test_the_score_never_leaves_its_range(judged):
    assert 0 <= judged(lambda numbers: 2.0, seed=5).score <= 2
    assert Report("x", 1.0, problem="gone").score == 0


def test_a_case_can_be_shown_in_its_own_words(question, judge):
    case = Case("own words", {"numbers": [1]}, shown="the mean of one")
    report = judge.report(question, [case], ask(question, lambda numbers: 0, [case]))
    assert "the mean of one" in str(report)


@pytest.fixture
def lenient():
    """Judge an exercise that asks for any two numbers with a given sum."""
    question = Question(
        name="two_terms",
        points=2,
        public=[Case("a sum", {"total": 10}), Case("another", {"total": 7})],
    )
    judge = Judge(
        name="two_terms",
        expected=lambda total: [total, 0],
        misconceptions=[
            Misconception("gives one more", "Add them up.", lambda total: [total + 1, 0]),
            Misconception("gives twice as much", "Add them up once.", lambda total: [total, total]),
        ],
        praise="Any split will do.",
        reading=lambda terms, total: {"the sum": sum(terms), "how many": len(terms)},
    )

    def run(submission):
        return judge.report(question, question.cases(), ask(question, submission, question.cases()))

    return run


@pytest.mark.parametrize(
    "submission", [lambda total: (total - 3, 3), lambda total: np.array([total / 2] * 2)]
)
def test_of_several_right_answers_each_is_right(lenient, submission):
    report = lenient(submission)
    assert report.score == 2
    assert "such as [10, 0]" in report._repr_html_()


def test_an_answer_that_reads_as_a_misconception_is_explained_by_it(lenient):
    report = lenient(lambda total: [1, total])
    assert report.score == 0
    assert report.misconception.name == "gives one more"
    assert "the sum: the value differs." in str(report)


@pytest.mark.parametrize("answer", [None, 3, "ten", [1], {"a": 1}, print, [[1], [2, 3]]])
def test_what_cannot_be_read_is_wrong_without_a_traceback(lenient, answer):
    report = lenient(lambda total: answer)
    assert report.score == 0
    assert report.misconception is None


def test_a_tensor_for_a_number_is_remarked_on_unless_it_should_be_one(question, judge):
    def means(numbers):
        return np.array(np.mean(np.asarray(numbers)))

    cases = question.cases()
    answers = ask(question, means, cases)
    assert ".item()" in str(judge.report(question, cases, answers))
    silent = replace(judge, remarks=False).report(question, cases, answers)
    assert silent.score == 2
    assert ".item()" not in str(silent)
