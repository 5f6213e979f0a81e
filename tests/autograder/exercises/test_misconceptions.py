"""Each known mistake, handed in as a solution, loses points and is called by its name."""

import pytest

from autograder.engine.question import read_value
from autograder.engine.registry import find_judge, find_question, judges, questions

MISCONCEPTIONS = [
    pytest.param(name, misconception, id=f"{name}-{misconception.name}")
    for name, judge in judges().items()
    for misconception in judge.misconceptions
]


@pytest.mark.parametrize(("name", "misconception"), MISCONCEPTIONS)
def test_it_loses_points_and_is_named(judged, name, misconception, seeds):
    question = find_question(name)
    draws = len(question.cases(0)) > len(question.public)
    for seed in seeds if draws else seeds[:2]:
        report = judged(name, misconception.submission, seed)
        assert report.score < report.points
        assert report.misconception is misconception
        what = "code" if callable(misconception.submission) else "answer"
        assert f"It looks as if your {what} {misconception.name}." in str(report)
        assert misconception.hint in str(report)


def test_each_exercise_knows_five_or_more(exercise):
    assert len(judges()[exercise].misconceptions) >= 5


def test_names_and_hints_read_well(exercise):
    known = judges()[exercise].misconceptions
    assert len({m.name for m in known}) == len({m.hint for m in known}) == len(known)
    for misconception in known:
        # "It looks as if your code <name>."
        assert misconception.name.split()[0].endswith("s")
        assert misconception.name[0].islower()
        assert misconception.name[-1].isalnum() or misconception.name[-1] in "`%"
        assert (
            misconception.hint[0].isupper()
            or misconception.hint[0].isdigit()
            or misconception.hint[0] == "`"
        )
        assert misconception.hint[-1] in ".?"
        assert len(misconception.hint) < 260
        assert "return " not in misconception.hint


LETTERS = [
    name
    for name, question in questions().items()
    if question.call is read_value and str(find_judge(name).expected()) in "ABCDEF"
]


@pytest.mark.parametrize("letter", "ABCDEF")
@pytest.mark.parametrize("name", LETTERS)
def test_each_letter_is_right_or_explained(judged, name, letter):
    for wording in (letter, letter.lower(), f" {letter} "):
        report = judged(name, wording)
        if report.score == 0:
            assert report.misconception.name.startswith(f"picks {letter}: ")
            assert "expected" not in str(report)
        else:
            assert report.misconception is None
            assert letter == find_judge(name).expected()


def test_two_mistakes_in_one_diagnosis_are_both_marked(judged):
    answers = {"ratio": 1 / 16, "severity": "Extreme", "baseline": 0.8, "smallest_share": 0.05}
    report = judged("diagnosis", answers)
    assert report.score == 1
    assert [f.mark for f in report.findings] == ["wrong", "wrong", "right", "right"]
    assert report.misconception is not None


def test_a_mistake_nobody_knows_is_given_no_name(judged, function):
    report = judged(function, lambda *inputs, **options: -12.5, seed=0)
    assert report.score == 0
    assert report.misconception is None
