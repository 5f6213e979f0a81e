from fractions import Fraction

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from imbalance_lessons.validation import (
    MAX_CLASSES,
    as_integer,
    as_labels,
    as_ratio,
    as_targets,
    paired_labels,
    trainable_parameters,
)

pytestmark = pytest.mark.filterwarnings("error")  # dividing by zero, an overflowing cast

LABELS = [0, 2, 1, 1, 0]
INTEGER_TYPES = ["int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64"]
FLOAT_TYPES = ["float16", "float32", "float64"]

FORMS = {
    "list": LABELS,
    "tuple": tuple(LABELS),
    "list of floats": [float(label) for label in LABELS],
    "list of NumPy scalars": [np.int32(label) for label in LABELS],
    "list of tensors": [torch.tensor(label) for label in LABELS],
    "array that is a view": np.repeat(LABELS, 2)[::2],
    "array in the other byte order": np.array(LABELS, dtype=">i4"),
    "tensor that is a view": torch.tensor(LABELS).repeat_interleave(2)[::2],
    "tensor with a gradient": torch.tensor(LABELS, dtype=torch.float32, requires_grad=True),
    **{f"{t} array": np.array(LABELS, dtype=t) for t in INTEGER_TYPES + FLOAT_TYPES},
    **{
        f"{t} tensor": torch.tensor(LABELS).to(getattr(torch, t))
        for t in [*INTEGER_TYPES, *FLOAT_TYPES, "bfloat16"]
    },
}


@pytest.mark.parametrize("labels", FORMS.values(), ids=FORMS.keys())
def test_every_form_of_the_same_labels_gives_the_same_array(labels):
    result = as_labels(labels)
    assert result.dtype == np.int64
    assert result.tolist() == LABELS


@pytest.mark.parametrize(
    "labels", [[True, False], np.array([True, False]), torch.tensor([1, 0]) > 0]
)
def test_booleans_are_classes_one_and_zero(labels):
    assert as_labels(labels).tolist() == [1, 0]


def test_a_range_will_do():
    assert as_labels(range(3)).tolist() == [0, 1, 2]


@pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device")
def test_tensors_on_another_device_will_do():
    assert as_labels(torch.tensor(LABELS, device="cuda")).tolist() == LABELS


@given(st.lists(st.integers(0, MAX_CLASSES - 1), min_size=1))
def test_whole_numbers_come_back_as_they_were(labels):
    assert as_labels(labels).tolist() == labels
    assert as_labels(torch.tensor(labels).double()).tolist() == labels


@pytest.mark.parametrize("make", [np.array, torch.tensor, list])
def test_the_result_is_the_callers_own(make):
    labels = make(LABELS)
    as_labels(labels)[:] = 7
    assert list(labels) == LABELS


def test_read_only_labels_will_do():
    labels = np.array(LABELS)
    labels.flags.writeable = False
    assert as_labels(labels).flags.writeable


def test_bad_labels_are_refused(bad_labels, refuses):
    labels, got = bad_labels
    with refuses("labels", got):
        as_labels(labels)
    with refuses("targets", got):
        as_labels(labels, "targets")


@given(
    st.lists(st.sampled_from([0, 1, 2, 3, 255, MAX_CLASSES - 1]), min_size=1, max_size=20),
    st.integers(0, 19),
    st.sampled_from([-1, -0.5, 0.5, MAX_CLASSES, 2**40, 2**63, -(2**63), 1e300]),
)
def test_one_wrong_label_is_found_wherever_it_is(labels, place, wrong):
    """A glance at all of them at once says no more than looking at each."""
    place %= len(labels)
    mixed = np.array(labels, dtype=np.float64)
    mixed[place] = wrong
    with pytest.raises(ValueError, match=rf"^labels: expected .* at position {place}$"):
        as_labels(mixed)
    for dtype in (np.int64, np.uint64):
        if float(wrong).is_integer() and np.iinfo(dtype).min <= wrong <= np.iinfo(dtype).max:
            whole = np.array(labels, dtype=dtype)
            whole[place] = int(wrong)
            with pytest.raises(ValueError, match=rf" got {int(wrong)} at position {place}$"):
                as_labels(whole)


@pytest.mark.parametrize("dtype", [*INTEGER_TYPES, *FLOAT_TYPES])
def test_num_classes_bounds_every_type(dtype):
    labels = np.array([0, 100], dtype=dtype)
    assert as_labels(labels, num_classes=101).tolist() == [0, 100]
    with pytest.raises(ValueError, match=r"below num_classes=100, got 100(\.0)? at position 1$"):
        as_labels(labels, num_classes=100)


def test_bad_num_classes_are_refused(bad_num_classes, refuses):
    num_classes, got = bad_num_classes
    with refuses("num_classes", got):
        as_labels([0, 1], num_classes=num_classes)


def test_num_classes_bounds_the_labels(refuses):
    assert as_labels([0, 1], num_classes=2).tolist() == [0, 1]
    with refuses("labels", "below num_classes=2, got 2 at position 1"):
        as_labels([0, 2, 1], num_classes=2)


def test_labels_that_cannot_be_class_numbers_are_refused(refuses):
    assert as_labels([MAX_CLASSES - 1]).tolist() == [MAX_CLASSES - 1]
    with refuses("labels", f"got {MAX_CLASSES} at position 0"):
        as_labels([MAX_CLASSES])


def test_as_many_classes_as_torch_can_draw_from():
    """The limit is PyTorch's: one category more, and multinomial refuses."""
    assert torch.multinomial(torch.ones(1).expand(MAX_CLASSES), 1).shape == (1,)
    with pytest.raises(RuntimeError, match=r"2\^24"):
        torch.multinomial(torch.ones(1).expand(MAX_CLASSES + 1), 1)


def test_paired_labels_come_back_in_order():
    true, predicted = paired_labels([0, 1, 1], torch.tensor([1, 1, 0], dtype=torch.uint8))
    assert (true.tolist(), predicted.tolist()) == ([0, 1, 1], [1, 1, 0])


def test_bad_pairs_are_refused(bad_labels, refuses):
    labels, got = bad_labels
    with refuses("y_true", got):
        paired_labels(labels, [0, 1])
    with refuses("y_pred", got):
        paired_labels([0, 1], labels)


@pytest.mark.parametrize("y_pred", [[0], [0, 1], [0, 1, 0, 1]])
def test_pairs_that_differ_in_length_are_refused(y_pred, refuses):
    with refuses("y_pred", f"expected 3 labels, as many as y_true, got {len(y_pred)}"):
        paired_labels([0, 1, 0], y_pred)


def test_targets_become_int64_tensors():
    targets = as_targets(np.array([2, 0], dtype=np.uint8), torch.zeros(2, 3), num_classes=3)
    assert targets.dtype == torch.int64
    assert targets.tolist() == [2, 0]


def test_targets_follow_the_logits_to_their_device():
    assert as_targets([0, 1], torch.zeros(2, 2, device="meta")).device.type == "meta"


def test_targets_are_not_the_callers_own_memory():
    labels = torch.tensor([0, 1])
    as_targets(labels, torch.zeros(2, 2)).fill_(1)
    assert labels.tolist() == [0, 1]


def test_bad_targets_are_refused(bad_labels, refuses):
    targets, got = bad_labels
    with refuses("targets", got):
        as_targets(targets, torch.zeros(2, 3))


def test_targets_must_fit_the_logits(refuses):
    with refuses("targets", "expected 2 class numbers, one for each row of the logits, got 3"):
        as_targets([0, 1, 1], torch.zeros(2, 3))
    with refuses("targets", "got 3 at position 1"):
        as_targets([0, 3], torch.zeros(2, 3))


@pytest.mark.parametrize("shape", [(4,), (4, 1), (4, 0), (2, 3, 4), ()])
def test_logits_of_another_shape_are_refused(shape, refuses):
    with refuses("logits", f"got {shape}"):
        as_targets([0] * 4, torch.zeros(shape))


@pytest.mark.parametrize("logits", [None, [[0.0, 1.0]], np.zeros((1, 2)), "logits"])
def test_logits_that_are_no_tensor_are_refused(logits, refuses):
    with refuses("logits", f"expected a tensor, got {type(logits).__name__}"):
        as_targets([0], logits)


def test_targets_refuse_bad_num_classes(bad_num_classes, refuses):
    num_classes, got = bad_num_classes
    with refuses("num_classes", got):
        as_targets([0, 1], torch.zeros(2, 3), num_classes)


@pytest.mark.parametrize("num_classes", [2, 4])
def test_num_classes_must_be_the_logits_columns(num_classes, refuses):
    with refuses(
        "num_classes", f"expected 3, as many as the logits have columns, got {num_classes}"
    ):
        as_targets([0, 1], torch.zeros(2, 3), num_classes)


def test_trainable_parameters_leave_out_the_frozen():
    model = torch.nn.Sequential(torch.nn.Linear(2, 3), torch.nn.BatchNorm1d(3))
    model[0].weight.requires_grad_(False)
    expected = [model[0].bias, model[1].weight, model[1].bias]
    assert all(a is b for a, b in zip(trainable_parameters(model), expected, strict=True))


@pytest.mark.parametrize("model", [None, "resnet", lambda x: x, [torch.nn.Linear(2, 2)]])
def test_models_that_are_no_modules_are_refused(model, refuses):
    with refuses("model", f"expected a torch.nn.Module, got {type(model).__name__}"):
        trainable_parameters(model)


@pytest.mark.parametrize("model", [torch.nn.ReLU(), torch.nn.Linear(2, 2).requires_grad_(False)])
def test_models_without_anything_to_train_are_refused(model, refuses):
    with refuses("model", f"got none in {type(model).__name__}"):
        trainable_parameters(model)


@pytest.mark.parametrize(
    "value", [3, np.int8(3), np.uint64(3), np.array(3), torch.tensor(3, dtype=torch.uint8)]
)
def test_whole_numbers_of_any_type_will_do(value):
    result = as_integer(value, "positive")
    assert (type(result), result) == (int, 3)


def test_bad_whole_numbers_are_refused(bad_num_classes, refuses):
    value, got = bad_num_classes
    with refuses("k", got):
        as_integer(value, "k", minimum=1, maximum=100)


@pytest.mark.parametrize(
    "value", [None, torch.tensor(1.0), np.array([1]), torch.tensor([1, 2]), 1j]
)
def test_what_is_no_whole_number_is_refused(value, refuses):
    with refuses("k", "expected a whole number, got"):
        as_integer(value, "k")


def test_limits_belong_to_the_range():
    assert [as_integer(n, "k", minimum=1, maximum=3) for n in (1, 3)] == [1, 3]


@pytest.mark.parametrize(
    "ratio", [16, 16.0, np.float32(16), np.int64(16), np.array(16), torch.tensor(16), Fraction(16)]
)
def test_ratios_of_any_type_become_floats(ratio):
    result = as_ratio(ratio)
    assert (type(result), result) == (float, 16.0)


def test_one_and_infinity_are_ratios():
    assert [as_ratio(1), as_ratio(float("inf"))] == [1.0, float("inf")]


def test_bad_ratios_are_refused(bad_ratio, refuses):
    ratio, got = bad_ratio
    with refuses("ratio", got):
        as_ratio(ratio)
    with refuses("limit", got):
        as_ratio(ratio, "limit")
