import copy
import io

import numpy as np
import pytest
import torch

from imbalance_lessons import losses
from imbalance_lessons.focal import (
    FocalLoss,
    binary_focal_loss,
    focal_loss,
    focal_term,
    probabilities_after_focal_loss,
    true_class_log_odds,
)


@pytest.fixture
def batch():
    generator = torch.Generator().manual_seed(1)
    logits = 3 * torch.randn(20, 4, dtype=torch.float64, generator=generator)
    return logits.requires_grad_(), torch.randint(4, (20,), generator=generator)


# The module


@pytest.mark.parametrize("reduction", ["mean", "sum", "none"])
@pytest.mark.parametrize("alpha", [None, 2, [1, 2, 3, 4]])
def test_the_module_is_the_function(reduction, alpha, batch):
    logits, targets = batch
    module = FocalLoss(alpha, 1.5, reduction)
    assert torch.equal(module(logits, targets), focal_loss(logits, targets, alpha, 1.5, reduction))


@pytest.mark.parametrize(
    "alpha",
    [[0.1, 2], (0.1, 2), np.array([0.1, 2]), torch.tensor([0.1, 2], dtype=torch.float64), 0.1],
)
def test_alpha_is_kept_in_the_default_dtype_whatever_it_came_in(alpha):
    """As parameters are: float64 cannot be moved to every device."""
    module = FocalLoss(alpha)
    assert module.alpha.dtype == torch.float32
    assert module.alpha.flatten()[0] == torch.tensor(0.1)
    assert module.alpha.requires_grad is False


def test_the_module_is_saved_and_copied(batch):
    module = FocalLoss([0.1, 0.9, 1, 2], gamma=3)
    stored = io.BytesIO()
    torch.save(module.state_dict(), stored)
    stored.seek(0)
    other = FocalLoss([1, 1, 1, 1], gamma=3)
    other.load_state_dict(torch.load(stored))
    logits, targets = batch
    for twin in (other, copy.deepcopy(module)):
        assert twin(logits, targets) == module(logits, targets)
    assert list(FocalLoss().state_dict()) == []
    assert list(module.parameters()) == []


def test_the_module_says_how_it_was_made():
    assert repr(FocalLoss(2, 1)) == (
        "FocalLoss(alpha=2.0, gamma=1.0, reduction='mean', ignore_index=-100)"
    )
    assert "alpha=None" in repr(FocalLoss())


def test_another_value_may_be_the_ignored_one(batch, refuses):
    logits, targets = batch
    kept = targets != 3
    torch.testing.assert_close(
        focal_loss(logits, targets, ignore_index=3), focal_loss(logits[kept], targets[kept])
    )
    assert FocalLoss(ignore_index=3)(logits, targets) == focal_loss(logits, targets, ignore_index=3)
    with refuses("targets", "got -100 at position 0"):
        focal_loss(logits[:2], [-100, 0], ignore_index=-1)
    with refuses("targets", "got 156 at position 0"):  # PyTorch says that a byte of 156 is -100
        focal_loss(logits[:2], torch.tensor([156, 1], dtype=torch.uint8))


def test_losses_gives_the_same_class():
    assert losses.FocalLoss is FocalLoss


# Any form, and nothing touched


@pytest.mark.parametrize(
    "make", [list, np.array, lambda t: np.array(t, dtype=np.uint8), lambda t: torch.tensor(t) * 1.0]
)
def test_targets_of_any_form_will_do(make, batch, leaves_randomness_alone):
    logits, targets = batch
    before = logits.detach().clone()
    given_ = make(targets.tolist())
    with leaves_randomness_alone():
        assert focal_loss(logits, given_) == focal_loss(logits, targets)
        assert binary_focal_loss(logits[:, 0], make((targets > 1).tolist())) == binary_focal_loss(
            logits[:, 0], targets > 1
        )
        probabilities_after_focal_loss(logits.detach())
    assert torch.equal(logits, before)
    assert [int(t) for t in given_] == targets.tolist()


def test_whole_numbers_as_logits_are_numbers():
    whole = torch.tensor([[3, 0], [1, 2]])
    assert focal_loss(whole, [0, 0]) == focal_loss(whole.float(), [0, 0])
    assert true_class_log_odds(whole.float(), [0, 1]).tolist() == [3, 1]


# Bad input


BAD_NUMBERS = [-0.1, float("nan"), float("inf"), "2", None, True, [2.0], 10**400, 1j]


@pytest.mark.parametrize("gamma", BAD_NUMBERS)
def test_bad_gammas_are_refused(gamma, refuses):
    calls = [
        lambda: focal_term(torch.zeros(2), gamma),
        lambda: focal_loss(torch.zeros(1, 2), [0], gamma=gamma),
        lambda: FocalLoss(gamma=gamma),
        lambda: binary_focal_loss(torch.zeros(1), [0], gamma=gamma),
        lambda: probabilities_after_focal_loss(torch.zeros(1, 2), gamma),
    ]
    for call in calls:
        with refuses("gamma", "expected a number from 0 on, got "):
            call()


@pytest.mark.parametrize("alpha", [-1, float("nan"), "balanced", True, [-1, 1], [[1, 1]], [], [1j]])
def test_bad_alphas_are_refused(alpha, refuses):
    with refuses("alpha"):
        focal_loss(torch.zeros(1, 2), [0], alpha)
    with refuses("alpha"):
        FocalLoss(alpha)


def test_an_alpha_for_other_classes_is_refused(refuses):
    for alpha in ([1, 2], torch.ones(4)):
        with refuses("alpha", f"expected 3 numbers, one a class, got {len(alpha)}"):
            FocalLoss(alpha)(torch.zeros(1, 3), [0])


@pytest.mark.parametrize("alpha", [-0.1, 1.1, "0.25", True, [0.25, 0.75], float("nan")])
def test_bad_shares_of_yes_are_refused(alpha, refuses):
    with refuses("alpha", "expected a number from 0 to 1, got "):
        binary_focal_loss(torch.zeros(1), [0], alpha)


def test_bad_targets_are_refused(bad_labels, refuses):
    targets, got = bad_labels
    if got != "got -100 at position 0":
        with refuses("targets", got):
            focal_loss(torch.zeros(2, 3), targets)
    with refuses("targets", got):
        true_class_log_odds(torch.zeros(2, 3), targets)


@pytest.mark.parametrize(
    "logits",
    [None, [[0.0, 1.0]], np.zeros((1, 2)), torch.zeros(2), torch.zeros(1, 1), torch.zeros(1, 2, 3)],
)
def test_bad_logits_are_refused(logits, refuses):
    for call in (focal_loss, FocalLoss(), true_class_log_odds):
        with refuses("logits"):
            call(logits, [0])
    with refuses("logits"):
        probabilities_after_focal_loss(logits)


@pytest.mark.parametrize("dtype", [torch.bool, torch.complex64])
def test_logits_that_are_no_real_numbers_are_refused(dtype, refuses):
    zeros = torch.zeros(1, 2, dtype=dtype)
    for call in (focal_loss, binary_focal_loss):
        with refuses("logits", f"got {dtype}"):
            call(zeros, [0])
    with refuses("log_odds", f"got {dtype}"):
        focal_term(zeros)


@pytest.mark.parametrize("ignore_index", [None, 1.5, "x", True, 2**70])
def test_a_bad_ignore_index_is_refused(ignore_index, refuses):
    with refuses("ignore_index"):
        focal_loss(torch.zeros(1, 2), [0], ignore_index=ignore_index)
    with refuses("ignore_index"):
        FocalLoss(ignore_index=ignore_index)


@pytest.mark.parametrize(
    ("targets", "got"),
    [
        (torch.zeros(4), "expected shape (4, 1), the same as the logits, got (4,)"),
        (torch.zeros(1, 4), "got (1, 4)"),
        ([[0], [1], [2], [0]], "below num_classes=2, got 2 at position 2"),
        (torch.tensor([[0.5], [0], [1], [0]]), "got 0.5 at position 0"),
        ([[0], [1, 0]], "got [[0], [1, 0]]"),
        ([["0"], ["1"]], "got [['0'], ['1']]"),
        (None, "got None"),
        ([], "got none"),
    ],
)
def test_answers_that_are_not_one_yes_or_no_a_question_are_refused(targets, got, refuses):
    with refuses("targets", got):
        binary_focal_loss(torch.zeros(4, 1), targets)
