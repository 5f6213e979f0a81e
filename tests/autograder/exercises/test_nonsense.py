"""Whatever is handed in gets a finding in plain words, and the grader stays on its feet."""

import sys
import warnings

import numpy as np
import pytest
import torch

LOOP = []
LOOP.append(LOOP)


class Hostile:
    """Fails at whatever is asked of it."""

    def __getattribute__(self, name):
        raise RuntimeError("no")

    def __repr__(self):
        raise RuntimeError("no")

    def __len__(self):
        raise RuntimeError("no")

    def __eq__(self, other):
        return True

    __hash__ = None


def returning(value):
    return lambda *inputs, **options: value


def raising(error):
    def submission(*inputs, **options):
        raise error

    return submission


def both_forms(report):
    """Give a report as text, having made sure that it has an HTML form too."""
    assert report._repr_html_().startswith("<section")
    assert "Traceback" not in str(report)
    return str(report)


@pytest.mark.parametrize(
    ("submission", "words"),
    [
        (returning(None), "Is there a `return` on every path?"),
        (returning(float("nan")), "It "),
        (returning(np.full(3, np.nan)), "It "),
        (returning(np.zeros((2, 3, 4))), "It "),
        (returning([[1], [2, 3]]), "It gave back a list"),
        (returning(np.zeros(10**6)), "It "),
        (returning("x" * 10**6), " "),
        (returning(list(range(10**5))), "It gave back a list"),
        (returning(10**400), "It gave back an int"),
        (returning(LOOP), "It gave back a list"),
        (returning({"a": 1}), "It gave back a dictionary"),
        (returning({torch.zeros(1): {3}}), "It gave back a dictionary"),
        (returning({torch.zeros(1)}), "It gave back a set"),
        (returning(1j), "It gave back a complex"),
        (returning(print), "It gave back a function (are its brackets missing?)"),
        (lambda *inputs, **options: Hostile(), "It gave back a Hostile"),
        (returning(torch.zeros(2, 2, dtype=torch.complex64)), "It gave back a ndarray"),
        (raising(ValueError("oh")), "It raised ValueError: oh."),
        (raising(KeyError()), "It raised KeyError"),
        (raising(RecursionError()), "It raised RecursionError"),
        (raising(NotImplementedError()), "Not solved yet."),
        (lambda *inputs, **options: sys.exit(), "It raised SystemExit"),
        (lambda *inputs, **options: exit(), "It raised SystemExit"),
        (lambda: 1, "It raised TypeError"),
        (None, "It raised TypeError: 'NoneType' object is not callable"),
        ("my answer", "It raised TypeError: 'str' object is not callable"),
    ],
)
def test_of_a_function(judged, function, submission, words):
    report = judged(function, submission, 3)
    assert report.score == 0
    assert words in both_forms(report)


def endless(*inputs, **options):
    while True:
        pass


def stubborn(*inputs, **options):
    while True:
        try:
            endless()
        except Exception:
            continue


@pytest.mark.usefixtures("hurry")
@pytest.mark.parametrize("submission", [endless, stubborn])
def test_a_loop_that_never_ends(judged, function, submission):
    report = judged(function, submission, 1)
    assert report.score == 0
    assert "Is there a loop that never ends?" in both_forms(report)


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (None, "Not solved yet."),
        ("Z", "That is not the right answer."),
        ("", "That is not the right answer."),
        ("D and B", "That is not the right answer."),
        (["D", "B"], "It gave back a list, and a string was expected."),
        (4, "It gave back a number, and a string was expected."),
        (float("nan"), "a string was expected"),
        (np.zeros(3), "a string was expected"),
        (print, "a string was expected"),
        (LOOP, "a string was expected"),
        ({}, "It gave back a dictionary, and a string was expected."),
    ],
)
@pytest.mark.parametrize("name", ["quick_check_accuracy", "quick_check_ratio"])
def test_of_a_quick_check(judged, name, answer, words):
    report = judged(name, answer)
    assert report.score == 0
    assert report.misconception is None
    assert words in both_forms(report)


@pytest.mark.parametrize(
    ("answers", "words"),
    [
        (None, "Not solved yet."),
        ("16", "a dictionary with the entry 'ratio' was expected"),
        ([16, "Significant", 0.8, 0.05], "a dictionary with the entry 'ratio' was expected"),
        ({}, "Not solved yet."),
        ({"Ratio": 16}, "there is no entry 'ratio'; yours is called 'Ratio'"),
        ({"ratio": "16:1"}, "It gave back a string, and a single number was expected."),
        ({"ratio": float("nan")}, "NaN"),
        ({"ratio": [16, 1]}, "It gave back a list, and a single number was expected."),
        ({"severity": 16}, "It gave back a number, and a string was expected."),
        ({"severity": "severe"}, "The text differs."),
        ({"baseline": True}, "It gave back True or False"),
        ({"baseline": print}, "It gave back a function"),
        ({"smallest_share": LOOP}, "It gave back a list"),
    ],
)
def test_of_a_diagnosis(judged, answers, words):
    report = judged("diagnosis", answers)
    assert report.score == 0
    assert words in both_forms(report)


def noisy(solution):
    def submission(*inputs, **options):
        print("here I am")
        print("and here", file=sys.stderr)
        warnings.warn("mind the gap", UserWarning, stacklevel=1)
        return solution(*inputs, **options)

    return submission


def test_what_a_right_solution_writes_costs_nothing(judged, references, function, capsys):
    report = judged(function, noisy(references[function]), 2)
    assert report.score == report.points
    assert "your code wrote (no points lost)" in both_forms(report)
    assert "mind the gap" in str(report)
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize(
    "name",
    ["majority_baseline", "positives_caught", "gradient_share", "class_counts", "imbalance_ratio"],
)
def test_a_tensor_will_do(judged, references, name):
    report = judged(name, lambda *i, **o: torch.as_tensor(references[name](*i, **o)), 2)
    assert report.score == report.points, str(report)
    both_forms(report)


def spoil(argument):
    """Change what can be changed about an argument."""
    if isinstance(argument, list):
        argument.append(argument[0])
    elif isinstance(argument, np.ndarray):
        argument[0] += 1
    elif isinstance(argument, torch.Tensor):
        argument += 1
    elif isinstance(argument, torch.nn.Module):
        with torch.no_grad():
            for parameter in argument.parameters():
                parameter += 1


@pytest.mark.parametrize(
    ("name", "position"),
    [
        ("majority_baseline", 0),
        ("positives_caught", 0),
        ("positives_caught", 1),
        ("gradient_share", 0),
        ("gradient_share", 1),
        ("gradient_share", 2),
        ("class_counts", 0),
        ("imbalance_ratio", 0),
    ],
)
def test_changing_an_argument_costs_half(judged, references, name, position):
    def submission(*inputs, **options):
        answer = references[name](*inputs, **options)
        spoil(inputs[position])
        return answer

    report = judged(name, submission, 2)
    assert report.score == report.points / 2
    assert "your function changed its argument" in both_forms(report)


def test_training_the_model_costs_half(judged, references):
    def submission(model, inputs, targets, num_classes=None):
        answer = references["gradient_share"](model, inputs, targets, num_classes)
        torch.nn.functional.cross_entropy(model(inputs), targets).backward()
        with torch.no_grad():
            for parameter in model.parameters():
                parameter -= 0.1 * parameter.grad
        return answer

    report = judged("gradient_share", submission)
    assert report.score < report.points
    assert "changed its argument `weight`" in str(report)


def test_an_object_that_fails_at_everything(judged, exercise):
    assert judged(exercise, Hostile()).score == 0
    assert judged(exercise, Hostile).score == 0
    report = judged("diagnosis", {"smallest_share": Hostile()})
    assert "It gave back a Hostile" in both_forms(report)


class WithoutForward(torch.nn.Module):
    """Its method's name has a typo; PyTorch then raises NotImplementedError."""

    def __init__(self, **options):
        super().__init__()

    def foward(self, logits, targets):
        return logits.sum()


def test_a_module_whose_forward_is_misspelt_is_not_called_unsolved(judged):
    report = judged("FocalLoss", WithoutForward)
    assert "no method of the name `forward`" in both_forms(report)
    assert "Not solved yet." not in str(report)


def test_a_term_that_left_pytorch_is_told_that_it_has_no_gradient(judged):
    def term(log_odds, gamma=2.0):
        x = log_odds.detach().numpy()
        return np.exp(-gamma * np.logaddexp(0, x)) * np.logaddexp(0, -x)

    report = judged("focal_term", term)
    assert "there is no gradient" in both_forms(report)
    assert report.misconception.name == "cuts the result off from `log_odds`"


@pytest.mark.parametrize("seed", [0, 1])
def test_a_sampler_that_seeds_pytorch_itself_is_found_out(judged, references, seed):
    def sampler(labels, *, generator=None, **options):
        torch.manual_seed(seed)
        return references["create_balanced_sampler"](labels, **options)

    report = judged("create_balanced_sampler", sampler)
    assert report.score == report.points * 4 / 5
    assert report.misconception.name == "uses a seed of its own"
