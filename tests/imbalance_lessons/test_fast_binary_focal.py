"""The fast losses are the clear ones: yes-or-no questions, and batches above the small size."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torchvision.ops import sigmoid_focal_loss

from imbalance_lessons.fast_focal import FEW, NARROW, fast_binary_focal_loss, fast_focal_loss
from imbalance_lessons.focal import binary_focal_loss, focal_loss

REDUCTIONS = ("mean", "sum", "none")


def questions(seed, shape=(6, 4), scale=4.0, dtype=torch.float64):
    generator = torch.Generator().manual_seed(seed)
    logits = torch.randn(shape, dtype=dtype, generator=generator) * scale
    yes = torch.randint(2, shape, generator=generator)
    return logits.requires_grad_(), yes


def gradient(loss, logits):
    upstream = torch.linspace(-1, 2, loss.numel()).to(loss).reshape(loss.shape)
    return torch.autograd.grad(loss, logits, upstream, retain_graph=True)[0]


@given(
    st.integers(0, 10_000),
    st.floats(0, 5),
    st.sampled_from(REDUCTIONS),
    st.none() | st.floats(0, 1),
)
def test_it_is_the_clear_version(seed, gamma, reduction, alpha):
    logits, yes = questions(seed)
    for form in (yes, yes.double(), yes.bool(), yes.tolist()):
        fast = fast_binary_focal_loss(logits, form, alpha, gamma, reduction)
        clear = binary_focal_loss(logits, form, alpha, gamma, reduction)
        torch.testing.assert_close(fast, clear, rtol=1e-6, atol=1e-12)
        torch.testing.assert_close(
            gradient(fast, logits), gradient(clear, logits), rtol=1e-6, atol=1e-12
        )


@pytest.mark.parametrize("alpha", [-1, 0.25])
@pytest.mark.parametrize("gamma", [0, 1, 2])
def test_it_is_torchvisions(alpha, gamma):
    logits, yes = questions(3, shape=(50,))
    ours = fast_binary_focal_loss(logits, yes, None if alpha < 0 else alpha, gamma, "none")
    theirs = sigmoid_focal_loss(logits, yes.double(), alpha, gamma, "none")
    torch.testing.assert_close(ours, theirs, rtol=1e-6, atol=1e-12)


@pytest.mark.parametrize("gamma", [0, 0.3, 1, 2])
def test_the_gradient_is_finite_wherever_the_logits_are(gamma):
    logits = torch.tensor([-1e4, -100.0, -20.0, 0.0, 20.0, 100.0, 1e4], requires_grad=True)
    for yes in (torch.zeros(7), torch.ones(7)):
        loss = fast_binary_focal_loss(logits, yes, gamma=gamma, reduction="sum")
        assert gradient(loss, logits).isfinite().all()
        assert loss.isfinite()


def test_the_gradient_by_hand_is_that_of_the_value():
    logits, yes = questions(5, shape=(3,))
    for reduction in REDUCTIONS:
        assert torch.autograd.gradcheck(
            lambda z, r=reduction: fast_binary_focal_loss(z, yes, 0.3, 1.7, r), logits
        )


def test_a_second_derivative_is_refused():
    logits, yes = questions(1)
    loss = fast_binary_focal_loss(logits, yes)
    with pytest.raises(RuntimeError, match="binary_focal_loss can be differentiated again"):
        torch.autograd.grad(loss, logits, create_graph=True)


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("targets", {"targets": torch.full((6, 4), 0.5)}),
        ("targets", {"targets": torch.ones(6)}),
        ("targets", {"targets": torch.full((6, 4), 2)}),
        ("gamma", {"gamma": -1}),
        ("alpha", {"alpha": 1.5}),
        ("reduction", {"reduction": "avg"}),
        ("logits", {"logits": torch.ones(6, 4, dtype=torch.complex64)}),
    ],
)
def test_bad_arguments(refuses, name, arguments):
    logits, yes = questions(0)
    with refuses(name):
        fast_binary_focal_loss(**{"logits": logits, "targets": yes, **arguments})


@pytest.mark.parametrize("classes", [2, NARROW, NARROW + 1])
@pytest.mark.parametrize("reduction", REDUCTIONS)
@pytest.mark.parametrize("gamma", [0, 0.5, 2])
def test_large_batches_too(classes, reduction, gamma):
    generator = torch.Generator().manual_seed(classes)
    samples = FEW // classes + 7
    logits = torch.randn(samples, classes, dtype=torch.float64, generator=generator) * 8
    logits.requires_grad_()
    targets = torch.randint(classes, (samples,), generator=generator)
    fast = fast_focal_loss(logits, targets, None, gamma, reduction)
    clear = focal_loss(logits, targets, None, gamma, reduction)
    torch.testing.assert_close(fast, clear, rtol=1e-6, atol=1e-12)
    torch.testing.assert_close(
        gradient(fast, logits), gradient(clear, logits), rtol=1e-6, atol=1e-12
    )
