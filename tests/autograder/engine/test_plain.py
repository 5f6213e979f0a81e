"""Plain data: what goes in comes out, and nothing else gets through."""

import json
from collections import Counter, OrderedDict

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from autograder.engine.plain import (
    MAX_TEXT,
    Opaque,
    PlainDataError,
    decode,
    encode,
    is_tensor,
    shorten,
)


def travel(value):
    return decode(json.loads(json.dumps(encode(value), allow_nan=False)))


scalars = (
    st.none()
    | st.booleans()
    | st.integers(-(2**63) + 1, 2**63 - 1)
    | st.floats()
    | st.text(max_size=20)
)
values = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.tuples(inner, inner)
        | st.dictionaries(st.text(max_size=5) | st.integers(0, 9), inner, max_size=4)
    ),
    max_leaves=12,
)


@given(values)
def test_plain_values_come_back_as_they_were(value):
    # repr, because NaN is not equal to itself
    assert repr(travel(value)) == repr(value)


@given(hnp.arrays(hnp.boolean_dtypes() | hnp.integer_dtypes() | hnp.floating_dtypes(), (2, 3)))
def test_arrays_come_back_with_dtype_and_shape(array):
    back = travel(array)
    assert back.dtype == array.dtype
    np.testing.assert_array_equal(back, array)


@pytest.mark.parametrize(
    ("tensor", "expected"),
    [
        (torch.tensor([1, 2]), np.array([1, 2])),
        (torch.tensor(2.5, requires_grad=True), np.array(2.5, dtype=np.float32)),
        (torch.tensor([0.5], dtype=torch.bfloat16), np.array([0.5], dtype=np.float32)),
        (torch.nn.Parameter(torch.ones(2)), np.ones(2, dtype=np.float32)),
    ],
)
def test_tensors_become_arrays(tensor, expected):
    back = travel(tensor)
    assert back.dtype == expected.dtype
    np.testing.assert_array_equal(back, expected)


def test_tensors_are_told_from_look_alikes():
    assert is_tensor(torch.ones(1))
    assert not is_tensor(np.ones(1))
    assert not is_tensor(type("Tensor", (), {})())


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (np.float32(0.5), 0.5),
        (np.int64(3), 3),
        (np.array(["a"]), ["a"]),
        (Counter([1, 1, 2]), {1: 2, 2: 1}),
        (OrderedDict(a=1), {"a": 1}),
        ({1, 2}, frozenset({1, 2})),
        ("x" * (MAX_TEXT + 1), "x" * MAX_TEXT),
    ],
)
def test_relatives_of_plain_values_become_plain(value, expected):
    assert travel(value) == expected


class Hostile:
    def __repr__(self):
        raise RuntimeError("no")

    def __eq__(self, other):
        return True

    __hash__ = None


class EvilList(list):
    def __iter__(self):
        raise SystemExit

    __repr__ = __iter__


def test_what_is_not_plain_becomes_opaque():
    endless: list = []
    endless.append(endless)
    for value in (
        Hostile(),
        EvilList([1]),
        object(),
        len,
        2**70,
        1j,
        endless,
        list(range(30_000)),
        np.zeros(10**6),
    ):
        assert isinstance(travel(value), Opaque)
    assert travel(len).type_name == "builtin_function_or_method"


def test_a_claimed_equality_does_not_travel():
    back = travel([Hostile()])
    assert back == [Opaque("Hostile")]
    assert back != [1.0]


@pytest.mark.parametrize(
    "data",
    [
        {"array": ["|O", [1], "AAAA"]},
        {"array": ["<f8", [-1], ""]},
        {"array": ["<f8", [2], "AAAAAAAAAAA="]},
        {"array": ["<f8", [1], "not base64!"]},
        {"array": "x"},
        {"float": "one"},
        {"pickle": "gASVAAAA"},
        {"a": 1, "b": 2},
        {"dict": [[[], 1]]},
        {"dict": [1]},
        {"tuple": 3},
        [[[[[[[[[[[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]]]]]]]]]]],
        object(),
    ],
)
def test_anything_else_is_refused(data):
    with pytest.raises(PlainDataError):
        decode(data)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (9.0, "9.0"),
        (0.1 + 0.2, "0.3"),
        (float("inf"), "inf"),
        (1e-12, "1e-12"),
        ([0, 1], "[0, 1]"),
        (list(range(100)), "[0, 1, 2, 3, 4, 5, 6, 7, … 100 in all]"),
        (np.arange(100), "[0, 1, 2, …, 97, 98, 99]"),
        (np.array([0.25, -1.0, 1e-12]), "[0.25, -1.0, 1e-12]"),
        (np.array([[2.0, 10.5], [-1 / 3, np.nan]]), "[[2.0, 10.5], [-0.33333, nan]]"),
        (np.array([True, False]), "[True, False]"),
        ("B", "'B'"),
    ],
)
def test_values_are_shown_short(value, text):
    assert shorten(value) == text


def test_nothing_shown_is_longer_than_its_limit():
    assert len(shorten("x" * 500, 80)) == 80
    assert len(shorten(np.full((4, 4, 4, 4), -1 / 3), 80)) == 80


def test_a_long_array_shows_as_much_of_both_ends_as_fits():
    numbers = np.arange(1000) / 7e5
    assert shorten(numbers, 120).count("…") == 1
    shown = shorten(numbers, 40)
    assert shown == "[0.0, …, 0.0014271]"
