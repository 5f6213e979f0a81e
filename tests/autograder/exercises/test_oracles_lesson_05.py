"""The oracles of lesson 05 agree with the reference solutions, and with what others wrote."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F  # noqa: N812 - PyTorch's own name for it
from hypothesis import given
from hypothesis import strategies as st
from torchvision.ops import sigmoid_focal_loss

from autograder.engine.registry import find_judge, find_question
from autograder.questions.lesson_05_focal_loss import ask_about_a_term
from autograder.questions.lesson_05_module import ask_about_the_module
from imbalance_lessons import focal
from imbalance_lessons.fast_focal import fast_focal_loss

SEEDS = st.integers(0, 10_000)
CLASSES = st.integers(2, 6)
GAMMAS = st.floats(0, 5)
REDUCTIONS = st.sampled_from(["mean", "sum", "none"])


def oracle(name, *inputs, **options):
    return find_judge(name).expected(*inputs, **options)


def batch(seed, classes, samples=12, scale=2.0):
    generator = torch.Generator().manual_seed(seed)
    logits = torch.randn(samples, classes, dtype=torch.float64, generator=generator) * scale
    return logits, torch.randint(classes, (samples,), generator=generator)


@given(SEEDS, CLASSES, GAMMAS)
def test_focal_values(seed, classes, gamma):
    logits, targets = batch(seed, classes)
    got = oracle("focal_values", logits.numpy(), targets.numpy(), gamma=gamma)
    np.testing.assert_allclose(got, focal.focal_values(logits, targets, gamma), rtol=1e-6)
    one_hot = F.one_hot(targets, classes).double()
    if classes == 2:
        margin = logits[:, 1] - logits[:, 0]
        theirs = sigmoid_focal_loss(margin, one_hot[:, 1], alpha=-1, gamma=gamma)
        np.testing.assert_allclose(got, theirs, rtol=1e-6)


@given(SEEDS, CLASSES)
def test_focal_values_without_focus_are_cross_entropy(seed, classes):
    logits, targets = batch(seed, classes)
    got = oracle("focal_values", logits.numpy(), targets.numpy(), gamma=0)
    np.testing.assert_allclose(got, F.cross_entropy(logits, targets, reduction="none"), rtol=1e-9)


@pytest.mark.parametrize(("p", "times"), [(0.9, 100), (0.5, 4), (0.968, 976.5625)])
def test_the_figures_of_the_paper(p, times):
    """A sample counts so many times less than in cross entropy, at gamma = 2."""
    logits = np.log([[p, 1 - p]])
    plain, focused = (oracle("focal_values", logits, [0], gamma=gamma)[0] for gamma in (0, 2))
    assert plain / focused == pytest.approx(times, rel=1e-9)
    m = np.log(p / (1 - p))
    plain, focused = (oracle("focal_term", [m], gamma=gamma)[0] for gamma in (0, 2))
    assert plain / focused == pytest.approx(times, rel=1e-9)


@given(st.lists(st.floats(-800, 800), min_size=1, max_size=6), GAMMAS)
def test_focal_term(log_odds, gamma):
    tensor = torch.tensor(log_odds, dtype=torch.float64)
    for ask in ("loss", "gradient"):
        got = oracle("focal_term", log_odds, ask=ask, gamma=gamma)
        ours = ask_about_a_term(focal.focal_term, tensor, ask=ask, gamma=gamma).detach()
        np.testing.assert_allclose(got, ours, rtol=1e-9, atol=1e-12)
        assert np.isfinite(got).all()


@given(st.lists(st.floats(-12, 12), min_size=1, max_size=6), st.sampled_from([0, 0.5, 1, 2, 3.7]))
def test_focal_term_and_its_gradient_are_torchvisions(log_odds, gamma):
    """Where torchvision's are finite, that is."""
    tensor = torch.tensor(log_odds, dtype=torch.float64)

    def theirs(leaf, gamma):
        return sigmoid_focal_loss(leaf, torch.ones_like(leaf), alpha=-1, gamma=gamma)

    for ask in ("loss", "gradient"):
        got = oracle("focal_term", log_odds, ask=ask, gamma=gamma)
        other = ask_about_a_term(theirs, tensor, ask=ask, gamma=gamma).detach()
        np.testing.assert_allclose(got, other, rtol=1e-5, atol=1e-9)


def test_the_gradient_ratio_peaks_at_1_225():
    m = np.log(0.104 / 0.896)
    ratio = oracle("focal_term", m, ask="gradient", gamma=2) / oracle(
        "focal_term", m, ask="gradient", gamma=0
    )
    assert ratio == pytest.approx(1.2246, abs=1e-4)


alphas = st.none() | st.floats(0.1, 4) | st.just("list")


@given(SEEDS, CLASSES, GAMMAS, alphas, REDUCTIONS, st.booleans())
def test_focal_loss(seed, classes, gamma, alpha, reduction, ignoring):
    logits, targets = batch(seed, classes)
    if alpha == "list":
        alpha = np.random.default_rng(seed).uniform(0.1, 3, classes).tolist()
    if ignoring:
        targets[[1, 4]] = -100
    options = {"alpha": alpha, "gamma": gamma, "reduction": reduction}
    got = oracle("focal_loss", logits.numpy(), targets.numpy(), **options)
    np.testing.assert_allclose(got, focal.focal_loss(logits, targets, **options), rtol=1e-6)
    np.testing.assert_allclose(got, fast_focal_loss(logits, targets, **options), rtol=1e-6)


@given(SEEDS, st.floats(0, 1), GAMMAS)
def test_focal_loss_of_two_classes_is_torchvisions(seed, alpha, gamma):
    logits, targets = batch(seed, 2)
    got = oracle(
        "focal_loss", logits.numpy(), targets.numpy(), alpha=[1 - alpha, alpha], gamma=gamma
    )
    margin = logits[:, 1] - logits[:, 0]
    theirs = sigmoid_focal_loss(margin, targets.double(), alpha, gamma, reduction="mean")
    np.testing.assert_allclose(got, theirs, rtol=1e-6, atol=1e-15)


@given(SEEDS, CLASSES, st.sampled_from(["sum", "none"]))
def test_focal_loss_without_focus_is_weighted_cross_entropy(seed, classes, reduction):
    """Of the mean this is not true: PyTorch divides by the weights."""
    logits, targets = batch(seed, classes)
    targets[3] = -100
    alpha = np.random.default_rng(seed).uniform(0.1, 3, classes)
    got = oracle(
        "focal_loss", logits.numpy(), targets.numpy(), alpha=alpha, gamma=0, reduction=reduction
    )
    theirs = F.cross_entropy(logits, targets, torch.tensor(alpha), reduction=reduction)
    np.testing.assert_allclose(got, theirs, rtol=1e-9)


def test_the_two_means_differ():
    logits, targets = batch(0, 2)
    got = oracle("focal_loss", logits.numpy(), targets.numpy(), alpha=[1, 9], gamma=0)
    theirs = F.cross_entropy(logits, targets, torch.tensor([1.0, 9.0]).double())
    assert got != pytest.approx(theirs.item(), rel=0.05)


@pytest.mark.parametrize("seed", [None, *range(6)])
def test_the_module_is_the_function_and_pytorch_knows_it(seed):
    for case in find_question("FocalLoss").cases(seed):
        inputs, options = case.arguments()
        got = oracle("FocalLoss", *case.inputs.values(), **case.options)
        ours = ask_about_the_module(focal.FocalLoss, *inputs.values(), **options)
        if isinstance(got, str):
            assert got == ours
        else:
            np.testing.assert_allclose(
                got, ours.detach() if hasattr(ours, "detach") else ours, 1e-5
            )


def test_a_weighted_cross_entropy_of_pytorch_is_saved_and_moved_in_the_same_way():
    """PyTorch keeps its own class weights as the check wants alpha to be kept."""

    def theirs(alpha, reduction="mean"):
        return torch.nn.CrossEntropyLoss(torch.tensor(alpha), reduction=reduction)

    nothing = (torch.zeros(1, 2), torch.zeros(1, dtype=torch.long))
    for ask in ("saved", "moved"):
        answer = ask_about_the_module(theirs, ask, *nothing, alpha=[0.75, 0.25])
        assert answer == oracle("FocalLoss", ask, *nothing, alpha=[0.75, 0.25])
    refused = ask_about_the_module(theirs, "refused", *nothing, alpha=[1.0, 1.0], reduction="avg")
    assert refused == oracle("FocalLoss", "refused", *nothing, reduction="avg")


def test_the_quick_check():
    """The output of least loss for 10 in 100 is 0.306; the formula takes 0.31 back to 0.10."""
    logits = torch.tensor([[0.69, 0.31]]).log()
    share = focal.probabilities_after_focal_loss(logits, gamma=2)[0, 1]
    assert round(share.item(), 2) == 0.10
    assert oracle("quick_check_focal") == "C"
