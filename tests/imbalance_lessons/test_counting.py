"""The fast counts are those of `class_counts`, whatever the labels' type, size and order."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from imbalance_lessons.counting import BLOCK, fast_class_counts
from imbalance_lessons.distribution import class_counts

TYPES = ["int64", "int32", "int16", "uint8", "uint16", "uint32", "uint64", "float64", "float32"]


@settings(max_examples=30)
@given(
    st.sampled_from([BLOCK - 1, BLOCK, BLOCK + 1, 2 * BLOCK - 1, 2 * BLOCK + 3]),
    st.sampled_from([1, 2, 10, 255, 256, 257, 5_000]),
    st.sampled_from(TYPES),
    st.integers(0, 2**32 - 1),
    st.sampled_from([0, 3]),
)
def test_counts_are_bincounts(size, classes, dtype, seed, more):
    classes = min(classes, np.iinfo(dtype).max + 1) if "int" in dtype else classes
    labels = np.random.default_rng(seed).integers(0, classes, size).astype(dtype)
    before = labels.copy()
    expected = np.bincount(labels.astype(np.int64), minlength=classes + more)
    assert fast_class_counts(labels, classes + more).tolist() == expected.tolist()
    assert fast_class_counts(labels).tolist() == np.trim_zeros(expected, "b").tolist()
    assert (labels == before).all()


@pytest.mark.parametrize("place", [0, BLOCK - 1, BLOCK, BLOCK + 5])
@pytest.mark.parametrize("wrong", [-1, -(2**63), 2**24, 2**40])
def test_a_wrong_label_anywhere_is_told_as_by_class_counts(place, wrong):
    labels = np.zeros(BLOCK + 10, dtype=np.int64)
    labels[place] = wrong
    with pytest.raises(ValueError, match=f"labels: expected class numbers.*position {place}") as a:
        fast_class_counts(labels)
    with pytest.raises(ValueError, match="labels") as b:
        class_counts(labels)
    assert str(a.value) == str(b.value)


def test_views_steps_and_foreign_byte_orders():
    labels = np.random.default_rng(0).integers(0, 300, 4 * BLOCK)
    for view in (labels[::2], labels[::-1], labels.astype(">i4"), labels.astype(">i8")[1::3]):
        assert fast_class_counts(view).tolist() == np.bincount(view.astype(np.int64)).tolist()


def test_a_class_above_num_classes_is_refused():
    labels = np.repeat([0, 1, 2], BLOCK)
    with pytest.raises(ValueError, match="labels: expected class numbers below num_classes=2"):
        fast_class_counts(labels, num_classes=2)


def test_bad_labels(bad_labels, refuses):
    labels, got = bad_labels
    with refuses("labels", got):
        fast_class_counts(labels)


def test_bad_num_classes(bad_num_classes, refuses):
    value, got = bad_num_classes
    with refuses("num_classes", got):
        fast_class_counts(np.zeros(2 * BLOCK, dtype=int), num_classes=value)


def test_examples(has_true_examples):
    has_true_examples("counting")
