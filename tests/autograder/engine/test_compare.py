"""Comparing answers: the order type, shape, value, and sentences for each."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.engine.compare import mismatch, note
from autograder.engine.plain import Opaque

NAN = float("nan")
INF = float("inf")


@pytest.mark.parametrize(
    ("expected", "got"),
    [
        (2.0, 2),
        (2, 2.0000000001),
        (2.0, np.array(2.0)),
        (2.0, np.array([2.0])),
        (np.array(2.0), 2),
        (INF, INF),
        (NAN, NAN),
        ("Mild", " mild "),
        ("B", "b"),
        ([1, 2], [1.0, 2.0]),
        ([1, 2], (1, 2)),
        (np.array([1, 2]), np.array([1, 2], dtype=np.uint8)),
        (np.zeros((2, 2)), [[0, 0], [0, 0]]),
    ],
)
def test_right_answers(expected, got):
    assert mismatch(expected, got) is None


@pytest.mark.parametrize(
    ("expected", "got", "words"),
    [
        (2.0, None, "return"),
        (2.0, "2.0", "a string, and a single number"),
        (2.0, True, "True or False"),
        (2.0, [2.0], "a list"),
        (2.0, np.array([2.0, 2.0]), "shape (2,)"),
        (2.0, NAN, "NaN"),
        (2.0, INF, "value differs"),
        (2.0, 2.001, "value differs"),
        (2.0, Opaque("function"), "brackets"),
        (2.0, Opaque("Index"), "an Index"),
        ("Mild", 1, "a string was expected"),
        ("Mild", "Moderate", "text differs"),
        ("B", "C", "not the right answer"),
        ([1, 2], {0: 1, 1: 2}, "a dictionary"),
        ([1, 2], 3, "a number"),
        ([1, 2], ["a", "b"], "a list with a string in it"),
        ([1, 2], [[1], [1, 2]], "a list of parts that are not all of one length"),
        ([1, 2], (np.zeros(2), np.zeros(3)), "a tuple of parts that are not all of one length"),
        ([1, 2], [1, None], "a list with None in it"),
        ([1, 2], [1, Opaque("Model")], "a list with a Model in it"),
        ([1, 2], [1, 2, 3], "shape (3,), and shape (2,)"),
        ([1, 2], [1, NAN], "NaN"),
        ([1, 2, 3], [1, 2, 4], "index 2"),
        ([1, 2], [5, 6], "values differ"),
    ],
)
def test_wrong_answers_get_a_sentence(expected, got, words):
    sentence = mismatch(expected, got)
    assert words in sentence
    assert sentence.endswith((".", "?"))


@given(st.floats(-1e6, 1e6), st.floats(-1e6, 1e6))
def test_numbers_agree_as_math_isclose_does(expected, got):
    close = math.isclose(expected, got, rel_tol=1e-5, abs_tol=1e-8)
    # numpy's tolerance is the sum of the two, so the border differs by a hair
    if abs(abs(expected - got) - 1e-5 * abs(expected)) > 1e-6 * abs(expected) + 1e-7:
        assert (mismatch(expected, got) is None) == close


def test_a_sentence_never_tells_the_expected_value():
    assert "1234.5" not in mismatch(1234.5, 3.0)
    assert "1234" not in mismatch([1234, 1], [1, 1])


def test_a_tensor_for_a_number_is_right_with_a_remark():
    assert mismatch(2.0, np.array(2.0)) is None
    assert ".item()" in note(2.0, np.array(2.0), "Tensor")
    assert note(2.0, 2.0, "float") == ""


@pytest.mark.parametrize(
    ("expected", "got", "words"),
    [
        ({"F1": 0.5}, {"F1": 0.4}, "F1: the value differs."),
        ({"F1": 0.5, "all different": True}, {"F1": 0.5, "all different": False}, "all different:"),
        ({"F1": 0.5}, {"F2": 0.5}, "F1: there is no such entry."),
        ({"F1": 0.5}, 0.5, "a dictionary was expected"),
        ({"sizes": [2, 2]}, {"sizes": [2, 3]}, "sizes: some of the values differ (at index 1)."),
        (True, False, "value differs"),
        (True, 1, "value differs"),
    ],
)
def test_dictionaries_and_truths_that_differ(expected, got, words):
    assert words in mismatch(expected, got)


@pytest.mark.parametrize(
    ("expected", "got"),
    [
        ({"F1": 0.5, "sizes": [2, 2]}, {"sizes": np.array([2, 2]), "F1": 0.5, "more": 1}),
        (True, np.array(True)),
        (np.bool_(False), False),
    ],
)
def test_dictionaries_and_truths_that_agree(expected, got):
    assert mismatch(expected, got) is None
