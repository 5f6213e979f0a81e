import copy

import numpy as np
import pytest
import torch
import torch.nn.functional as F  # noqa: N812
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import minimize_scalar
from torchvision.ops import sigmoid_focal_loss

from imbalance_lessons.focal import (
    FocalLoss,
    binary_focal_loss,
    focal_loss,
    focal_term,
    focal_values,
    probabilities_after_focal_loss,
    true_class_log_odds,
)

SEEDS = st.integers(0, 10_000)
CLASSES = st.integers(2, 6)
GAMMAS = st.floats(0, 5)
REDUCTIONS = ("mean", "sum", "none")


class MaterialFocalLoss(torch.nn.Module):
    """The tutorial's."""

    def __init__(self, alpha=None, gamma=2.0, reduction="mean"):
        super().__init__()
        self.alpha = alpha
        self.gamma = gamma
        self.reduction = reduction

    def forward(self, inputs, targets):
        ce_loss = F.cross_entropy(inputs, targets, reduction="none")
        pt = torch.exp(-ce_loss)
        focal_weight = (1 - pt) ** self.gamma
        if self.alpha is not None:
            alpha_t = self.alpha[targets]
            focal_loss = alpha_t * focal_weight * ce_loss
        else:
            focal_loss = focal_weight * ce_loss
        if self.reduction == "mean":
            return focal_loss.mean()
        elif self.reduction == "sum":  # noqa: RET505
            return focal_loss.sum()
        return focal_loss


def batch(seed, samples=20, classes=4, scale=3.0):
    generator = torch.Generator().manual_seed(seed)
    logits = torch.randn(samples, classes, dtype=torch.float64, generator=generator) * scale
    targets = torch.randint(classes, (samples,), generator=generator)
    return logits.requires_grad_(), targets


def gradient(loss, logits):
    return torch.autograd.grad(loss.sum(), logits)[0]


def logits_for(p, classes=2):
    """Give logits whose softmax is p for class 0 and equal for the rest."""
    rest = torch.log(torch.tensor((1 - p) / (classes - 1), dtype=torch.float64))
    row = rest.expand(classes).clone()
    row[0] = np.log(p)
    return row[None]


# Against independent answers


@given(SEEDS, CLASSES, st.sampled_from(REDUCTIONS))
def test_gamma_zero_is_cross_entropy(seed, classes, reduction):
    logits, targets = batch(seed, classes=classes)
    ours = focal_loss(logits, targets, gamma=0, reduction=reduction)
    theirs = F.cross_entropy(logits, targets, reduction=reduction)
    torch.testing.assert_close(ours, theirs, rtol=1e-10, atol=1e-12)
    torch.testing.assert_close(
        gradient(ours, logits), gradient(theirs, logits), rtol=1e-10, atol=1e-12
    )


@given(SEEDS, CLASSES, GAMMAS, st.sampled_from(REDUCTIONS))
def test_the_formula_written_out(seed, classes, gamma, reduction):
    logits, targets = batch(seed, classes=classes)
    alpha = np.random.default_rng(seed).uniform(0, 3, classes)
    z = logits.detach().numpy()
    p = (np.exp(z) / np.exp(z).sum(axis=1, keepdims=True))[np.arange(20), targets]
    expected = -alpha[targets] * (1 - p) ** gamma * np.log(p)
    result = focal_loss(logits, targets, alpha, gamma, reduction).detach().numpy()
    wanted = {"mean": expected.mean(), "sum": expected.sum(), "none": expected}[reduction]
    assert result == pytest.approx(wanted, rel=1e-6, abs=1e-12)


@given(SEEDS, st.sampled_from([0, 1, 1.5, 2, 5]), st.sampled_from(REDUCTIONS), st.booleans())
def test_where_the_material_is_right_it_says_the_same(seed, gamma, reduction, weighted):
    logits, targets = batch(seed)
    alpha = torch.tensor([0.25, 0.75, 1, 2], dtype=torch.float64) if weighted else None
    ours = focal_loss(logits, targets, alpha, gamma, reduction)
    theirs = MaterialFocalLoss(alpha, gamma, reduction)(logits, targets)
    torch.testing.assert_close(ours, theirs, rtol=1e-6, atol=1e-12)
    torch.testing.assert_close(
        gradient(ours, logits), gradient(theirs, logits), rtol=1e-6, atol=1e-12
    )


@given(
    SEEDS, GAMMAS.filter(lambda g: g == 0 or g >= 1), st.one_of(st.none(), st.floats(0, 1)),
    st.sampled_from(REDUCTIONS),
)  # fmt: skip
def test_the_binary_form_is_torchvisions(seed, gamma, alpha, reduction):
    logits, _ = batch(seed)
    targets = torch.randint(2, logits.shape, generator=torch.Generator().manual_seed(seed))
    ours = binary_focal_loss(logits, targets, alpha, gamma, reduction)
    theirs = sigmoid_focal_loss(
        logits, targets.double(), -1 if alpha is None else alpha, gamma, reduction
    )
    torch.testing.assert_close(ours, theirs, rtol=1e-12, atol=1e-15)
    torch.testing.assert_close(
        gradient(ours, logits), gradient(theirs, logits), rtol=1e-6, atol=1e-12
    )


@given(SEEDS, GAMMAS, st.floats(0, 1))
def test_two_classes_are_a_yes_or_no_question(seed, gamma, alpha):
    logits, targets = batch(seed, classes=2)
    torch.testing.assert_close(
        focal_loss(logits, targets, [1 - alpha, alpha], gamma),
        binary_focal_loss(logits[:, 1] - logits[:, 0], targets, alpha, gamma),
    )


@pytest.mark.parametrize(
    ("p", "times", "digits"), [(0.9, 100, 0.01), (0.968, 976.6, 0.1), (0.5, 4, 1e-9)]
)
@pytest.mark.parametrize("classes", [2, 5])
def test_the_figures_of_the_paper(p, times, digits, classes):
    logits = logits_for(p, classes)
    ratio = focal_loss(logits, [0], gamma=0) / focal_loss(logits, [0], gamma=2)
    assert ratio.item() == pytest.approx(times, abs=digits)


def test_hard_samples_count_at_most_four_times_less():
    p = torch.linspace(0.001, 0.5, 500, dtype=torch.float64)
    odds = torch.logit(p)
    assert (focal_term(odds, 0) / focal_term(odds, 2)).max() == pytest.approx(4)


def test_focal_loss_also_weighs_up():
    """The ratio of the gradients peaks at 1.225, at p = 0.104, and is below 1 from 0.30 on."""
    p = torch.linspace(0.001, 0.999, 9981, dtype=torch.float64)
    odds = torch.logit(p).requires_grad_()
    ratio = gradient(focal_term(odds, 2), odds) / gradient(focal_term(odds, 0), odds)
    assert ratio.max() == pytest.approx(1.225, abs=5e-4)
    assert p[ratio.argmax()] == pytest.approx(0.104, abs=5e-4)
    assert p[ratio > 1].max() == pytest.approx(0.298, abs=5e-4)


@pytest.mark.parametrize("gamma", [0, 0.3, 1, 2, 4.5])
@pytest.mark.parametrize("reduction", REDUCTIONS)
def test_the_gradient_is_that_of_the_value(gamma, reduction):
    logits, targets = batch(7, samples=5, classes=3)
    alpha = torch.tensor([0.5, 1.0, 3.0])
    check = torch.autograd.gradcheck, torch.autograd.gradgradcheck
    targets[1] = -100
    assert all(
        c(lambda z: focal_loss(z, targets, alpha, gamma, reduction), (logits,)) for c in check
    )
    assert all(
        c(lambda z: binary_focal_loss(z, [1, 0, 0, 1, 0], 0.25, gamma, reduction), logits[:, 0])
        for c in check
    )


@given(SEEDS, CLASSES, st.floats(0, 5))
def test_the_formula_as_written_is_the_materials(seed, classes, gamma):
    logits, targets = batch(seed, classes=classes)
    ours = focal_values(logits, targets, gamma)
    theirs = MaterialFocalLoss(gamma=gamma, reduction="none")(logits, targets)
    torch.testing.assert_close(ours, theirs, rtol=1e-12, atol=0)
    torch.testing.assert_close(
        ours, focal_loss(logits, targets, gamma=gamma, reduction="none"), rtol=1e-6, atol=1e-12
    )


@given(SEEDS, st.sampled_from([0, 1, 2, 5]))
def test_two_classes_written_out_are_torchvisions(seed, gamma):
    logits, targets = batch(seed, classes=2)
    margin = logits[:, 1] - logits[:, 0]
    theirs = sigmoid_focal_loss(margin, targets.double(), alpha=-1, gamma=gamma)
    torch.testing.assert_close(focal_values(logits, targets, gamma), theirs, rtol=1e-6, atol=1e-12)


def test_log_odds_are_those_of_the_softmax():
    logits, targets = batch(3)
    p = logits.softmax(dim=1)[torch.arange(20), targets]
    torch.testing.assert_close(true_class_log_odds(logits, targets), torch.logit(p))


# Where the material goes wrong


@pytest.mark.parametrize("margin", [20.0, 60.0, 1000.0])
@pytest.mark.parametrize("gamma", [0, 1e-3, 0.5, 0.999, 1, 2, 5])
def test_gradients_stay_finite_where_predictions_saturate(margin, gamma):
    for sign in (1, -1):
        logits = torch.tensor([[sign * margin, 0.0, 0.0]], requires_grad=True)
        loss = focal_loss(logits, [0], gamma=gamma)
        assert loss.isfinite()
        assert gradient(loss, logits).isfinite().all()
        flat = logits.detach()[:, 0].requires_grad_()
        assert gradient(binary_focal_loss(flat, [1], 0.25, gamma), flat).isfinite().all()


def test_the_materials_gradient_is_nan_there_and_so_is_that_of_the_formula_as_written():
    logits = torch.tensor([[60.0, 0.0]], requires_grad=True)
    assert gradient(MaterialFocalLoss(gamma=0.5)(logits, torch.tensor([0])), logits).isnan().any()
    assert gradient(focal_values(logits, [0], gamma=0.5), logits).isnan().any()
    flat = torch.tensor([60.0], requires_grad=True)
    assert gradient(sigmoid_focal_loss(flat, torch.ones(1), gamma=0.5), flat).isnan().any()


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
def test_half_precision_is_computed_in_float32(dtype):
    logits = torch.tensor([[6.0, 0.0], [9.0, 0.0]], dtype=dtype, requires_grad=True)
    targets = torch.tensor([0, 0])
    wanted = focal_loss(logits.detach().double(), targets, reduction="none")
    assert MaterialFocalLoss(reduction="none")(logits, targets)[1] == 0
    result = focal_loss(logits, targets, reduction="none")
    assert result.dtype == torch.float32
    assert result.tolist() == pytest.approx(wanted.tolist(), rel=1e-5)
    assert gradient(result, logits).dtype == dtype
    binary = binary_focal_loss(logits[:, 0], [1, 1], reduction="none")
    assert binary.tolist() == pytest.approx(wanted.tolist(), rel=1e-5)


def test_float32_keeps_its_digits_where_cross_entropy_is_zero():
    logits = torch.tensor([[30.0, 0.0]])
    assert F.cross_entropy(logits, torch.tensor([0])) == 0
    assert focal_loss(logits, [0], gamma=0).item() == pytest.approx(np.exp(-30), rel=1e-5)


def test_alpha_travels_with_the_module():
    alpha = torch.tensor([0.25, 0.75])
    theirs, ours = MaterialFocalLoss(alpha), FocalLoss(alpha)
    assert "alpha" not in theirs.state_dict()
    assert ours.state_dict()["alpha"].tolist() == [0.25, 0.75]
    assert theirs.to("meta").alpha.device.type == "cpu"
    assert copy.deepcopy(ours).to("meta").alpha.device.type == "meta"
    assert ours.double().alpha.dtype == torch.float64
    alpha[0] = 9
    assert ours.alpha.tolist() == [0.25, 0.75]


@pytest.mark.parametrize("alpha", [0.25, [0.25, 0.75], (0.25, 0.75), np.array([0.25, 0.75])])
def test_alpha_may_be_a_number_or_a_list(alpha):
    logits, targets = batch(0, classes=2)
    if not isinstance(alpha, np.ndarray):
        with pytest.raises(TypeError):
            MaterialFocalLoss(alpha)(logits, targets)
    weights = torch.tensor([0.25, 0.25 if isinstance(alpha, float) else 0.75])
    expected = MaterialFocalLoss(weights)(logits, targets)
    torch.testing.assert_close(FocalLoss(alpha)(logits, targets), expected)
    torch.testing.assert_close(focal_loss(logits, targets, alpha), expected)


@pytest.mark.parametrize("reduction", ["average", "Mean", "batchmean", "", None, True])
def test_a_typo_in_the_reduction_is_refused(reduction, refuses):
    logits, targets = batch(0)
    assert MaterialFocalLoss(reduction=reduction)(logits, targets).shape == (20,)
    message = f"expected one of 'mean', 'sum', 'none', got {reduction!r}"
    with refuses("reduction", message):
        FocalLoss(reduction=reduction)
    with refuses("reduction", message):
        focal_loss(logits, targets, reduction=reduction)
    with refuses("reduction", message):
        binary_focal_loss(logits, torch.zeros(20, 4), reduction=reduction)


def test_ignored_samples_are_not_there():
    logits, targets = batch(5)
    alpha = torch.tensor([1.0, 2.0, 3.0, 4.0])
    targets[::3] = -100
    kept = targets != -100
    with pytest.raises(IndexError):
        MaterialFocalLoss(alpha)(logits, targets)
    total = MaterialFocalLoss(reduction="sum")(logits[kept], targets[kept])
    assert MaterialFocalLoss()(logits, targets).item() == pytest.approx(total.item() / 20)  # not 13
    for form in (targets, targets.tolist(), targets.numpy(), targets.to(torch.bfloat16)):
        for reduction in ("mean", "sum"):
            torch.testing.assert_close(
                focal_loss(logits, form, alpha, reduction=reduction),
                focal_loss(logits[kept], targets[kept], alpha, reduction=reduction),
            )
        single = focal_loss(logits, form, alpha, reduction="none")
        assert (single[~kept] == 0).all()
        assert (single[kept] > 0).all()
        assert (gradient(single, logits)[~kept] == 0).all()


def test_if_all_are_ignored_the_mean_is_undefined_as_in_pytorch():
    logits, ignored = torch.zeros(2, 3), torch.tensor([-100, -100])
    for loss in (focal_loss, F.cross_entropy):
        assert loss(logits, ignored).isnan()
        assert loss(logits, ignored, reduction="sum") == 0


def test_a_label_of_minus_one_does_not_take_the_last_alpha(refuses):
    logits, _ = batch(0, samples=2)
    assert torch.tensor([1.0, 2.0, 3.0, 4.0])[-1] == 4
    with refuses("targets", "got -1 at position 1"):
        focal_loss(logits, [0, -1], alpha=[1, 2, 3, 4])


def test_the_two_means_divide_by_different_numbers():
    """By N here; by the sum of the weights in PyTorch's weighted cross entropy."""
    logits, targets = batch(0, classes=2)
    weight = torch.tensor([0.25, 0.75], dtype=torch.float64)
    single = F.cross_entropy(logits, targets, weight, reduction="none")
    ours = focal_loss(logits, targets, weight, gamma=0)
    assert ours.item() == pytest.approx(single.sum().item() / 20)
    theirs = F.cross_entropy(logits, targets, weight)
    assert ours.item() != pytest.approx(theirs.item(), rel=0.05)
    assert (ours * 20 / weight[targets].sum()).item() == pytest.approx(theirs.item())


# What the minimum of the loss means


@pytest.mark.parametrize(("truth", "found"), [(0.01, 0.154), (0.1, 0.306), (0.3, 0.422)])
def test_focal_loss_is_not_proper_and_can_be_undone(truth, found):
    def expected_loss(z):
        odds = torch.tensor([z, -z], dtype=torch.float64)
        return (torch.tensor([truth, 1 - truth]) * focal_term(odds)).sum().item()

    z = minimize_scalar(expected_loss, bounds=(-12, 12), method="bounded").x
    assert 1 / (1 + np.exp(-z)) == pytest.approx(found, abs=5e-4)
    undone = probabilities_after_focal_loss(torch.tensor([[z, 0.0]], dtype=torch.float64))
    assert undone[0].tolist() == pytest.approx([truth, 1 - truth], abs=1e-4)


@pytest.mark.parametrize("gamma", [0.5, 1, 2, 5])
def test_probabilities_of_three_classes_come_back(gamma):
    truth = torch.tensor([0.7, 0.25, 0.05], dtype=torch.float64)
    logits = torch.zeros(1, 3, dtype=torch.float64, requires_grad=True)
    optimizer = torch.optim.LBFGS([logits], max_iter=300, tolerance_grad=1e-12,
                                  tolerance_change=0, line_search_fn="strong_wolfe")  # fmt: skip

    def closure():
        optimizer.zero_grad()
        loss = focal_loss(logits.expand(3, 3), [0, 1, 2], alpha=truth, gamma=gamma)
        loss.backward()
        return loss

    optimizer.step(closure)
    assert (logits.softmax(dim=1) - truth).abs().max() > 0.02
    undone = probabilities_after_focal_loss(logits.detach(), gamma)[0]
    assert undone.tolist() == pytest.approx(truth.tolist(), abs=1e-5)


@given(SEEDS, CLASSES, GAMMAS, st.floats(0, 300))
def test_the_result_is_probabilities_in_the_same_order(seed, classes, gamma, scale):
    logits = batch(seed, classes=classes, scale=scale)[0].detach()
    probabilities = probabilities_after_focal_loss(logits, gamma)
    assert probabilities.isfinite().all()
    assert probabilities.sum(dim=1).numpy() == pytest.approx(1)
    ordered = probabilities.gather(1, logits.argsort(dim=1))
    assert (ordered.diff(dim=1) >= -1e-12).all()


def test_after_cross_entropy_the_softmax_is_right_as_it_is():
    logits = batch(2)[0].detach()
    torch.testing.assert_close(
        probabilities_after_focal_loss(logits, gamma=0), logits.softmax(dim=1)
    )


# Properties


@given(SEEDS, CLASSES, GAMMAS, st.data())
def test_order_and_class_names_do_not_matter(seed, classes, gamma, data):
    logits, targets = batch(seed, classes=classes)
    alpha = torch.rand(classes, generator=torch.Generator().manual_seed(seed)).double()
    names = torch.tensor(data.draw(st.permutations(range(classes))))
    order = torch.randperm(20, generator=torch.Generator().manual_seed(seed))
    old = names.argsort()
    torch.testing.assert_close(
        focal_loss(logits[order][:, old], names[targets[order]], alpha[old], gamma),
        focal_loss(logits, targets, alpha, gamma),
    )


@given(SEEDS, CLASSES, GAMMAS, st.floats(-50, 50), st.floats(0, 10))
def test_shifting_all_logits_and_scaling_alpha(seed, classes, gamma, shift, factor):
    logits, targets = batch(seed, classes=classes)
    loss = focal_loss(logits, targets, gamma=gamma)
    torch.testing.assert_close(focal_loss(logits + shift, targets, gamma=gamma), loss)
    torch.testing.assert_close(focal_loss(logits, targets, factor, gamma), factor * loss)
    scaled = focal_loss(logits, targets, [factor] * classes, gamma)
    torch.testing.assert_close(scaled, factor * loss)


@given(st.floats(-30, 30), GAMMAS, GAMMAS)
def test_more_focus_never_makes_the_loss_larger(odds, a, b):
    low, high = sorted([a, b])
    odds = torch.tensor(odds)
    assert 0 <= focal_term(odds, high) <= focal_term(odds, low) * (1 + 1e-6)
