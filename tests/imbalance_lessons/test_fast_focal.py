import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from imbalance_lessons.fast_focal import NARROW, fast_focal_loss
from imbalance_lessons.focal import focal_loss

SEEDS = st.integers(0, 10_000)
CLASSES = st.sampled_from([2, 3, NARROW, NARROW + 1])
GAMMAS = st.floats(0, 5)
REDUCTIONS = ("mean", "sum", "none")


def batch(seed, classes=3, samples=20, scale=3.0, dtype=torch.float64):
    generator = torch.Generator().manual_seed(seed)
    logits = torch.randn(samples, classes, dtype=dtype, generator=generator) * scale
    targets = torch.randint(classes, (samples,), generator=generator)
    alpha = torch.rand(classes, dtype=torch.float64, generator=generator)
    return logits.requires_grad_(), targets, alpha


def gradient(loss, logits):
    upstream = torch.linspace(-1, 2, loss.numel()).to(loss).reshape(loss.shape)
    return torch.autograd.grad(loss, logits, upstream, retain_graph=True)[0]


@given(
    SEEDS, CLASSES, GAMMAS, st.sampled_from(REDUCTIONS), st.booleans(), st.sampled_from([-100, 1])
)
def test_it_is_the_clear_version(seed, classes, gamma, reduction, weighted, ignore_index):
    logits, targets, alpha = batch(seed, classes)
    for form in (targets, targets.tolist(), torch.where(targets == 0, ignore_index, targets)):
        given_ = (logits, form, alpha if weighted else None, gamma, reduction, ignore_index)
        fast, clear = fast_focal_loss(*given_), focal_loss(*given_)
        torch.testing.assert_close(fast, clear, rtol=1e-6, atol=1e-12, equal_nan=True)
        torch.testing.assert_close(
            gradient(fast, logits), gradient(clear, logits), rtol=1e-6, atol=1e-12, equal_nan=True
        )


@pytest.mark.parametrize("dtype", [torch.float32, torch.float16, torch.bfloat16])
@pytest.mark.parametrize("classes", [2, NARROW + 1])
def test_it_is_so_in_less_than_float64(dtype, classes):
    logits, targets, _ = batch(0, classes, dtype=torch.float32)
    logits = logits.detach().to(dtype).requires_grad_()
    fast = fast_focal_loss(logits, targets, reduction="none")
    clear = focal_loss(logits, targets, reduction="none")
    assert fast.dtype == torch.float32
    torch.testing.assert_close(fast, clear, rtol=1e-4, atol=1e-7)
    assert gradient(fast, logits).dtype == dtype


@pytest.mark.parametrize("gamma", [0, 0.3, 1, 2, 4.5])
@pytest.mark.parametrize("classes", [3, NARROW + 1])
def test_the_gradient_by_hand_is_that_of_the_value(gamma, classes):
    logits, targets, alpha = batch(7, classes, samples=3)
    for reduction in REDUCTIONS:
        assert torch.autograd.gradcheck(
            lambda z, r=reduction: fast_focal_loss(z, targets, alpha, gamma, r), logits
        )


@pytest.mark.parametrize("margin", [10.0, 20.0, 60.0, 1000.0])
@pytest.mark.parametrize("gamma", [0, 1e-3, 0.5, 0.999, 1, 2, 5])
@pytest.mark.parametrize("classes", [3, NARROW + 1])
def test_gradients_stay_finite_where_predictions_saturate(margin, gamma, classes):
    for sign in (1, -1):
        logits = torch.zeros(1, classes)
        logits[0, 0] = sign * margin
        logits.requires_grad_()
        target = torch.tensor([0])
        fast, clear = (
            fast_focal_loss(logits, target, gamma=gamma),
            focal_loss(logits, target, gamma=gamma),
        )
        assert gradient(fast, logits).isfinite().all()
        torch.testing.assert_close(fast, clear, rtol=1e-4, atol=1e-5)
        torch.testing.assert_close(
            gradient(fast, logits), gradient(clear, logits), rtol=1e-2, atol=1e-5
        )


def test_it_can_be_differentiated_once_and_as_often_as_one_likes():
    logits, targets, _ = batch(0)
    loss = fast_focal_loss(logits, targets)
    assert torch.equal(gradient(loss, logits), gradient(loss, logits))
    with pytest.raises(RuntimeError, match=r"^fast_focal_loss: expected to be"):
        torch.autograd.grad(loss, logits, create_graph=True)


def test_without_gradients_it_is_a_number_all_the_same(leaves_randomness_alone):
    logits, targets, _ = batch(0)
    before = logits.detach().clone()
    with torch.no_grad(), leaves_randomness_alone():
        loss = fast_focal_loss(logits, targets)
    assert not loss.requires_grad
    assert loss == fast_focal_loss(logits, targets)
    fast_focal_loss(logits, targets).backward()
    assert torch.equal(logits, before)


def test_bad_targets_are_refused(bad_labels, refuses):
    targets, got = bad_labels
    if got != "got -100 at position 0":
        with refuses("targets", got):
            fast_focal_loss(torch.zeros(2, 3), targets)
    with refuses("targets", got):
        fast_focal_loss(torch.zeros(2, 3), targets, ignore_index=-7)


@pytest.mark.parametrize("targets", [[0, 3], [0, -1], [0], [0, 1, 2]])
def test_targets_that_do_not_fit_are_refused(targets, refuses):
    with refuses("targets"):
        fast_focal_loss(torch.zeros(2, 3), torch.tensor(targets))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("gamma", -1),
        ("gamma", "2"),
        ("alpha", [1, 2]),
        ("alpha", -1),
        ("reduction", "average"),
        ("ignore_index", 0.5),
        ("ignore_index", True),
    ],
)
def test_bad_settings_are_refused(name, value, refuses):
    with refuses(name):
        fast_focal_loss(torch.zeros(1, 3), torch.tensor([0]), **{name: value})


@pytest.mark.parametrize(
    "logits", [None, np.zeros((1, 2)), torch.zeros(2), torch.zeros(1, 1), torch.zeros(1, 3) == 0]
)
def test_bad_logits_are_refused(logits, refuses):
    with refuses("logits"):
        fast_focal_loss(logits, torch.tensor([0]))
