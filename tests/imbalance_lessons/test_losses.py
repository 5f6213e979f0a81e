from functools import partial

import numpy as np
import pytest
import torch
import torch.nn.functional as F  # noqa: N812
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom
from sklearn.linear_model import LogisticRegression

from imbalance_lessons.loss_inputs import as_batch, as_class_tensor, as_priors, reduce_losses
from imbalance_lessons.losses import logit_adjusted_loss, weighted_cross_entropy
from imbalance_lessons.weighting import inverse_frequency_weights

SEEDS = st.integers(0, 10_000)
CLASSES = st.integers(2, 6)
TAUS = st.floats(0, 3)
REDUCTIONS = ("mean", "sum", "none")
LOSSES = {
    "weighted": weighted_cross_entropy,
    "adjusted": partial(logit_adjusted_loss, priors=[1, 1, 1]),
}


@pytest.fixture(params=LOSSES.values(), ids=LOSSES.keys())
def loss(request):
    return request.param


def batch(seed, samples=20, classes=3, scale=3.0):
    generator = torch.Generator().manual_seed(seed)
    logits = torch.randn(samples, classes, dtype=torch.float64, generator=generator) * scale
    targets = torch.randint(classes, (samples,), generator=generator)
    row = torch.rand(classes, dtype=torch.float64, generator=generator) + 0.01
    return logits.requires_grad_(), targets, row


def gradient(loss, logits):
    return torch.autograd.grad(loss.sum(), logits, retain_graph=True)[0]


def same(ours, theirs, logits):
    torch.testing.assert_close(ours, theirs, rtol=1e-10, atol=1e-12)
    torch.testing.assert_close(
        gradient(ours, logits), gradient(theirs, logits), rtol=1e-10, atol=1e-12
    )


# Weighted cross entropy


@given(SEEDS, CLASSES, st.sampled_from(REDUCTIONS), st.booleans(), st.sampled_from([-100, 0]))
def test_weighted_cross_entropy_is_pytorchs(seed, classes, reduction, weighted, ignore_index):
    logits, targets, weight = batch(seed, classes=classes)
    targets[3] = ignore_index
    weight = weight if weighted else None
    theirs = torch.nn.CrossEntropyLoss(weight, ignore_index=ignore_index, reduction=reduction)
    ours = weighted_cross_entropy(logits, targets, weight, reduction, ignore_index)
    same(ours, theirs(logits, targets), logits)


@given(SEEDS, st.floats(0.01, 100))
def test_the_mean_does_not_see_the_scale_of_the_weights_but_the_sum_does(seed, factor):
    logits, targets, weight = batch(seed)
    loss = [weighted_cross_entropy(logits, targets, w) for w in (weight, factor * weight)]
    torch.testing.assert_close(*loss)
    total = weighted_cross_entropy(logits, targets, weight, "sum")
    scaled = weighted_cross_entropy(logits, targets, factor * weight, "sum")
    torch.testing.assert_close(scaled, factor * total)


def test_in_a_batch_of_one_the_weight_cancels():
    logits, targets, _ = batch(0, samples=1)
    losses = [weighted_cross_entropy(logits, targets, w).item() for w in (None, [1, 20, 300])]
    assert losses[0] == pytest.approx(losses[1])


@pytest.mark.parametrize(("size", "share"), [(1, 0.1), (4, 0.266), (16, 0.426), (32, 0.464)])
def test_small_batches_give_the_rare_class_less_than_the_weights_promise(size, share):
    """A half each, say the weights for 9:1; a mean over each batch by itself gives less.

    Measured by the gradient at logits of 0, where each sample pulls with half of its weight over
    the divisor: k rare ones of B have 9k / (9k + B - k), and k is binomial.
    """
    weight = inverse_frequency_weights([0] * 9 + [1])
    rare = []
    for k in range(size + 1):
        targets = torch.tensor([1] * k + [0] * (size - k))
        logits = torch.zeros(size, 2, dtype=torch.float64, requires_grad=True)
        pull = gradient(weighted_cross_entropy(logits, targets, weight), logits)
        rare.append(2 * pull[:k, 0].sum().item())
        assert rare[k] == pytest.approx(9 * k / (9 * k + size - k))
    expected = np.dot(binom.pmf(range(size + 1), size, 0.1), rare)
    assert expected == pytest.approx(share, abs=5e-4)


def test_without_any_weight_the_mean_is_undefined_as_in_pytorch():
    logits, targets = torch.zeros(2, 2), torch.tensor([0, 0])
    weight = torch.tensor([0.0, 1.0])
    for loss in (weighted_cross_entropy, F.cross_entropy):
        assert loss(logits, targets, weight).isnan()
        assert loss(logits, targets, weight, reduction="sum") == 0


@pytest.mark.parametrize("weight", [[1, 2, 3], (1.0, 2.0, 3.0), np.array([1, 2, 3])])
def test_weights_of_any_form_will_do(weight):
    logits, targets, _ = batch(0)
    assert weighted_cross_entropy(logits, targets, weight) == weighted_cross_entropy(
        logits, targets, torch.tensor([1.0, 2.0, 3.0])
    )


# Logit adjustment


@given(SEEDS, CLASSES, TAUS, st.sampled_from(REDUCTIONS))
def test_the_pairwise_form_of_the_paper(seed, classes, tau, reduction):
    logits, targets, priors = batch(seed, classes=classes)
    z, pi = logits.detach().numpy(), priors.numpy()
    expected = np.array(
        [
            np.log1p(
                sum(
                    (pi[c] / pi[y]) ** tau * np.exp(row[c] - row[y])
                    for c in range(classes)
                    if c != y
                )
            )
            for row, y in zip(z, targets.tolist(), strict=True)
        ]
    )
    wanted = {"mean": expected.mean(), "sum": expected.sum(), "none": expected}[reduction]
    result = logit_adjusted_loss(logits, targets, priors, tau, reduction).detach().numpy()
    assert result == pytest.approx(wanted, rel=1e-9)


@given(SEEDS, CLASSES, st.sampled_from(REDUCTIONS), st.floats(0.1, 1000), TAUS)
def test_where_nothing_is_adjusted_it_is_cross_entropy(seed, classes, reduction, each, tau):
    logits, targets, priors = batch(seed, classes=classes)
    theirs = F.cross_entropy(logits, targets, reduction=reduction)
    same(logit_adjusted_loss(logits, targets, priors, 0, reduction), theirs, logits)
    equal = logit_adjusted_loss(logits, targets, [each] * classes, tau, reduction)
    same(equal, theirs, logits)


@given(SEEDS, TAUS, st.integers(1, 10_000))
def test_counts_will_do_for_priors(seed, tau, total):
    logits, targets, priors = batch(seed)
    torch.testing.assert_close(
        logit_adjusted_loss(logits, targets, total * priors, tau),
        logit_adjusted_loss(logits, targets, priors, tau),
    )


def test_it_is_none_of_its_neighbours():
    """Sign turned round, priors without their log, a weight in front instead."""
    logits, targets, _ = batch(0)
    priors = torch.tensor([0.7, 0.2, 0.1], dtype=torch.float64)
    result = logit_adjusted_loss(logits, targets, priors)
    for neighbour in (
        F.cross_entropy(logits - priors.log(), targets),
        F.cross_entropy(logits + priors, targets),
        F.cross_entropy(logits, targets, weight=1 / priors),
    ):
        assert abs(result.item() - neighbour.item()) > 0.01


def test_its_minimum_is_that_of_cross_entropy_with_the_prior_taken_out():
    """Logistic regression by scikit-learn, its intercept less the log-odds of the prior."""
    rng = np.random.default_rng(0)
    targets = np.repeat([0, 1], [950, 50])
    inputs = rng.normal(size=(1000, 2)) + targets[:, None]
    fit = LogisticRegression(C=np.inf, tol=1e-12, max_iter=1000).fit(inputs, targets)
    weight = torch.tensor(fit.coef_[0], requires_grad=True)
    bias = torch.tensor(fit.intercept_[0] - np.log(50 / 950), requires_grad=True)
    score = torch.as_tensor(inputs) @ weight + bias
    logits = torch.stack([torch.zeros_like(score), score], dim=1)
    logit_adjusted_loss(logits, targets, priors=[950, 50]).backward()
    assert weight.grad.tolist() == pytest.approx([0, 0], abs=1e-6)
    assert bias.grad.item() == pytest.approx(0, abs=1e-6)
    recalls = [(logits.argmax(dim=1).numpy() == targets)[targets == c].mean() for c in (0, 1)]
    assert min(recalls) > 0.7  # at equal logits, not at equal probabilities of the skewed set


def test_a_class_without_samples_takes_no_part(refuses):
    logits, targets, _ = batch(0, classes=2)
    third = torch.full((20, 1), 50.0, dtype=torch.float64)
    wide = torch.cat([logits, third], dim=1)
    for tau in (0.5, 1, 2):
        same(
            logit_adjusted_loss(wide, targets, [30, 10, 0], tau),
            logit_adjusted_loss(logits, targets, [30, 10], tau),
            logits,
        )
    same(logit_adjusted_loss(wide, targets, [30, 10, 0], 0), F.cross_entropy(wide, targets), logits)
    targets[4] = 2
    with refuses("priors", "expected a number above 0 for class 2, a target, got 0"):
        logit_adjusted_loss(wide, targets, [30, 10, 0])


def test_an_ignored_sample_has_no_class_that_could_be_empty():
    logits, _, _ = batch(0, samples=3)
    result = logit_adjusted_loss(logits, [1, -100, 2], [0, 1, 1], reduction="none")
    assert result.tolist()[1] == 0
    assert result.isfinite().all()
    assert gradient(result, logits).isfinite().all()
    assert (gradient(result, logits)[1] == 0).all()


# Both


def test_gradients_are_those_of_the_values(loss):
    logits, targets, _ = batch(1, samples=4)
    for reduction in REDUCTIONS:
        assert torch.autograd.gradcheck(
            lambda z, r=reduction: loss(z, targets, reduction=r), logits
        )


def test_ignored_samples_are_not_there(loss):
    logits, targets, _ = batch(2)
    targets[::3] = -100
    kept = targets != -100
    for reduction in ("mean", "sum"):
        torch.testing.assert_close(
            loss(logits, targets, reduction=reduction),
            loss(logits[kept], targets[kept], reduction=reduction),
        )
    assert (loss(logits, targets, reduction="none")[~kept] == 0).all()


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
def test_half_precision_is_computed_in_float32(loss, dtype):
    logits = torch.tensor([[9.0, 0.0, 0.0]], dtype=dtype, requires_grad=True)
    result = loss(logits, [0])
    assert result.dtype == torch.float32
    assert result.item() == pytest.approx(np.log1p(2 * np.exp(-9)), rel=1e-3)
    assert gradient(result, logits).dtype == dtype


@pytest.mark.parametrize(
    "make", [list, np.array, lambda t: np.array(t, dtype=np.uint8), lambda t: torch.tensor(t) * 1.0]
)
def test_targets_of_any_form_will_do_and_nothing_is_touched(loss, make, leaves_randomness_alone):
    logits, targets, row = batch(3)
    before, given_ = logits.detach().clone(), make(targets.tolist())
    with leaves_randomness_alone():
        assert loss(logits, given_) == loss(logits, targets)
        logit_adjusted_loss(logits, given_, row)
        weighted_cross_entropy(logits, given_, row)
    assert torch.equal(logits, before)
    assert [int(t) for t in given_] == targets.tolist()
    assert torch.equal(row, batch(3)[2])


# The reduction


def test_reductions():
    losses = torch.tensor([[1.0, 2.0], [3.0, 6.0]])
    assert reduce_losses(losses) == 3
    assert reduce_losses(losses, "mean", divisor=torch.tensor(24)) == 0.5
    assert reduce_losses(losses, "sum", divisor=24) == 12
    assert reduce_losses(losses, "none", divisor=24) is losses


# Bad input


@pytest.mark.parametrize("reduction", ["average", "Mean", "", None, 1])
def test_a_typo_in_the_reduction_is_refused(loss, reduction, refuses):
    message = f"expected one of 'mean', 'sum', 'none', got {reduction!r}"
    with refuses("reduction", message):
        loss(torch.zeros(1, 3), [0], reduction=reduction)
    with refuses("reduction", message):
        reduce_losses(torch.zeros(1), reduction)


def test_bad_targets_are_refused(loss, bad_labels, refuses):
    targets, got = bad_labels
    if got != "got -100 at position 0":
        with refuses("targets", got):
            loss(torch.zeros(2, 3), targets)
    with refuses("targets", got):
        as_batch(torch.zeros(2, 3), targets, ignore_index=-7)


def test_targets_that_do_not_fit_are_refused(loss, refuses):
    with refuses("targets", "expected 2 class numbers, one for each row of the logits, got 3"):
        loss(torch.zeros(2, 3), [0, 1, -100])
    with refuses("targets", "below num_classes=3, got 3 at position 1"):
        loss(torch.zeros(2, 3), [0, 3])


@pytest.mark.parametrize(
    "logits", [None, [[0.0, 1.0]], torch.zeros(3), torch.zeros(1, 1), torch.zeros(1, 3) == 0]
)
def test_bad_logits_are_refused(loss, logits, refuses):
    with refuses("logits"):
        loss(logits, [0])


@pytest.mark.parametrize("weights", [-1, "balanced", True, [1, 2], [1, 2, -3], [[1, 2, 3]], [1j]])
def test_bad_weights_are_refused(weights, refuses):
    with refuses("weight"):
        weighted_cross_entropy(torch.zeros(1, 3), [0], weights)
    with refuses("alpha"):
        as_class_tensor(weights, torch.zeros(1, 3), "alpha")


@pytest.mark.parametrize("priors", [None, 1, "uniform", [1, 2], [1, 2, -3], [0, 0, 0], [1, 2, "3"]])
def test_bad_priors_are_refused(priors, refuses):
    with refuses("priors"):
        logit_adjusted_loss(torch.zeros(1, 3), [0], priors)
    with refuses("priors"):
        as_priors(priors, torch.zeros(1, 3), torch.tensor([0]))


@pytest.mark.parametrize("tau", [-0.1, float("nan"), float("inf"), "1", None, True, [1.0]])
def test_bad_taus_are_refused(tau, refuses):
    with refuses("tau", "expected a number from 0 on, got "):
        logit_adjusted_loss(torch.zeros(1, 3), [0], [1, 1, 1], tau)


@pytest.mark.parametrize("ignore_index", [None, 1.5, "x", True, 2**70])
def test_a_bad_ignore_index_is_refused(loss, ignore_index, refuses):
    with refuses("ignore_index"):
        loss(torch.zeros(1, 3), [0], ignore_index=ignore_index)
