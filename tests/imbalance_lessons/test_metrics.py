import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import accuracy_score, confusion_matrix

from imbalance_lessons.metrics import accuracy, positives_caught

PAIRS = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), min_size=1, max_size=60)
FORMS = {
    "list": list,
    "int32 array": lambda labels: np.array(labels, dtype=np.int32),
    "uint8 array": lambda labels: np.array(labels, dtype=np.uint8),
    "float64 array": lambda labels: np.array(labels, dtype=np.float64),
    "tensor": torch.tensor,
    "uint8 tensor": lambda labels: torch.tensor(labels, dtype=torch.uint8),
}

TRAP_TRUE, TRAP_PREDICTED = [0] * 990 + [1] * 10, [0] * 1000


def test_the_accuracy_trap():
    """99 % accuracy, and not one fraud found."""
    assert accuracy(TRAP_TRUE, TRAP_PREDICTED) == 0.99
    assert positives_caught(TRAP_TRUE, TRAP_PREDICTED) == 0


def test_hand_fixed_counts():
    y_true = [0, 0, 1, 1, 1, 2]
    y_pred = [0, 1, 1, 0, 1, 1]
    assert positives_caught(y_true, y_pred) == 2
    assert positives_caught(y_true, y_pred, positive=0) == 1
    assert positives_caught(y_true, y_pred, positive=2) == 0
    assert accuracy(y_true, y_pred) == 0.5


def test_the_count_is_none_of_its_neighbours():
    """Agreements, flags, positives and the recall are all other numbers on this pair."""
    y_true, y_pred = np.array([0, 0, 1, 1, 1, 1]), np.array([0, 1, 1, 1, 0, 0])
    caught = positives_caught(y_true, y_pred)
    agreements, flagged, positives = (y_true == y_pred).sum(), y_pred.sum(), y_true.sum()
    assert caught == 2
    assert caught not in {agreements, flagged, positives, caught / positives}


@given(PAIRS)
def test_accuracy_is_scikit_learns(pairs):
    y_true, y_pred = zip(*pairs, strict=True)
    assert accuracy(y_true, y_pred) == pytest.approx(accuracy_score(y_true, y_pred))


@given(PAIRS, st.integers(0, 3))
def test_positives_caught_is_the_confusion_matrix_diagonal(pairs, positive):
    y_true, y_pred = zip(*pairs, strict=True)
    matrix = confusion_matrix(y_true, y_pred, labels=range(4))
    assert positives_caught(y_true, y_pred, positive) == matrix[positive, positive]


@given(PAIRS)
def test_what_is_caught_over_all_classes_is_what_is_right(pairs):
    y_true, y_pred = zip(*pairs, strict=True)
    caught = [positives_caught(y_true, y_pred, positive) for positive in range(4)]
    assert sum(caught) / len(pairs) == pytest.approx(accuracy(y_true, y_pred))


@given(PAIRS, st.randoms(use_true_random=False))
def test_the_order_of_the_samples_does_not_matter(pairs, random):
    shuffled = random.sample(pairs, len(pairs))
    for score in (accuracy, positives_caught):
        assert score(*zip(*pairs, strict=True)) == score(*zip(*shuffled, strict=True))


@given(PAIRS)
def test_true_and_predicted_may_change_places(pairs):
    y_true, y_pred = zip(*pairs, strict=True)
    assert accuracy(y_true, y_pred) == accuracy(y_pred, y_true)
    assert positives_caught(y_true, y_pred) == positives_caught(y_pred, y_true)


@pytest.mark.parametrize("make_true", FORMS.values(), ids=FORMS.keys())
@pytest.mark.parametrize("make_pred", FORMS.values(), ids=FORMS.keys())
def test_any_mix_of_forms_gives_the_same(make_true, make_pred):
    y_true, y_pred = make_true([0, 1, 1, 2]), make_pred([0, 1, 0, 1])
    assert accuracy(y_true, y_pred) == 0.5
    assert positives_caught(y_true, y_pred) == 1


def test_the_results_are_plain_numbers():
    assert type(accuracy([0], [0])) is float
    assert type(positives_caught([0], [0])) is int


@pytest.mark.parametrize("score", [accuracy, positives_caught])
@pytest.mark.parametrize("make", [np.array, torch.tensor, list])
def test_inputs_and_randomness_are_left_alone(score, make, leaves_randomness_alone):
    y_true, y_pred = make([0, 1, 1]), make([1, 1, 0])
    with leaves_randomness_alone():
        score(y_true, y_pred)
    assert (list(y_true), list(y_pred)) == ([0, 1, 1], [1, 1, 0])


@pytest.mark.parametrize("score", [accuracy, positives_caught])
def test_bad_labels_are_refused(score, bad_labels, refuses):
    labels, got = bad_labels
    with refuses("y_true", got):
        score(labels, [0, 1])
    with refuses("y_pred", got):
        score([0, 1], labels)


@pytest.mark.parametrize("score", [accuracy, positives_caught])
@pytest.mark.parametrize("length", [1, 999, 1001])
def test_lengths_that_differ_are_refused(score, length, refuses):
    """One prediction would be stretched over all samples, and score 99 %."""
    with refuses("y_pred", f"expected 1000 labels, as many as y_true, got {length}"):
        score(TRAP_TRUE, [0] * length)


@pytest.mark.parametrize("positive", [-1, 0.5, 1.0, float("nan"), "1", None, True, [1]])
def test_a_bad_positive_class_is_refused(positive, refuses):
    with refuses("positive", "expected a whole number"):
        positives_caught([0, 1], [0, 1], positive)


def test_a_positive_class_without_samples_is_never_caught():
    assert positives_caught([0, 1], [0, 1], positive=7) == 0
