import numpy as np
import pytest
import torch
import torch.nn.functional as F  # noqa: N812
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy.special import expit, logit
from sklearn.utils.class_weight import compute_class_weight

from imbalance_lessons import class_weights, loss_inputs, score_validation, validation, weighting
from imbalance_lessons.class_weights import (
    corrected_probabilities,
    inverse_effective_number,
    inverse_frequency,
    inverse_sqrt,
    weighted_loss,
)
from imbalance_lessons.priors import correct_prior, effective_shares
from imbalance_lessons.weighting import (
    as_counts,
    effective_number_weights,
    inverse_frequency_weights,
    inverse_sqrt_weights,
)

pytestmark = pytest.mark.filterwarnings("error")  # dividing by zero, an overflowing cast

COUNTS = st.lists(st.integers(0, 50), min_size=1, max_size=6).filter(any)
BETAS = st.floats(0, 0.999999)
SCHEMES = [inverse_frequency, inverse_sqrt, inverse_effective_number]

BATCHES = st.integers(1, 8).flatmap(
    lambda n: st.tuples(
        hnp.arrays(np.float64, (n, 3), elements=st.floats(-40, 40, width=32)),
        hnp.arrays(np.int64, n, elements=st.integers(0, 2)),
        hnp.arrays(np.float64, 3, elements=st.floats(1 / 128, 100, width=32)),
    )
)
PROBABILITIES = st.lists(st.floats(0, 1), min_size=1, max_size=6)
FACTORS = st.floats(1e-4, 1e4)

EXERCISES = {
    "inverse_frequency": ([3, 0, 1],),
    "inverse_sqrt": ([4, 0, 1],),
    "inverse_effective_number": ([4, 0, 1], 0.9),
    "weighted_loss": (torch.zeros(2, 2), torch.tensor([0, 1]), torch.tensor([1.0, 2.0])),
    "corrected_probabilities": ([0.1, 1], 9),
}


def labels_of(counts):
    return np.repeat(np.arange(len(counts)), counts)


# Against independent answers


@given(COUNTS)
def test_inverse_frequency_is_what_scikit_learn_calls_balanced(counts):
    labels = labels_of(counts)
    there = np.unique(labels)
    weights = inverse_frequency(counts)
    balanced = compute_class_weight("balanced", classes=there, y=labels)
    assert weights[there] == pytest.approx(balanced, rel=1e-12)
    assert (np.delete(weights, there) == 0).all()


@given(COUNTS, BETAS)
def test_the_schemes_are_those_for_labels_with_a_mean_of_one(counts, beta):
    labels, scale = (labels_of(counts), len(counts)), "samples"
    assert inverse_frequency(counts) == pytest.approx(inverse_frequency_weights(*labels, scale))
    assert inverse_sqrt(counts) == pytest.approx(inverse_sqrt_weights(*labels, scale))
    assert inverse_effective_number(counts, beta) == pytest.approx(
        effective_number_weights(*labels, scale, beta=beta), rel=1e-8
    )


@given(BATCHES)
def test_the_weighted_loss_is_pytorchs(batch):
    logits, targets, weights = map(torch.as_tensor, batch)
    logits.requires_grad_()
    ours, theirs = (
        weighted_loss(logits, targets, weights),
        F.cross_entropy(logits, targets, weights),
    )
    assert ours.item() == pytest.approx(theirs.item(), rel=1e-9, abs=1e-12)
    gradients = [torch.autograd.grad(loss, logits)[0] for loss in (ours, theirs)]
    torch.testing.assert_close(*gradients)


@given(st.lists(st.floats(1e-6, 1 - 1e-6), min_size=1, max_size=6), FACTORS)
def test_a_factor_on_the_odds_is_a_sum_of_log_odds(probabilities, factor):
    expected = expit(logit(probabilities) + np.log(factor))
    assert corrected_probabilities(probabilities, factor) == pytest.approx(expected, rel=1e-9)


@given(PROBABILITIES, st.floats(0.01, 0.99), st.floats(0.01, 0.99))
def test_correcting_a_prior_is_such_a_factor(probabilities, trained, true):
    factor = true / (1 - true) / (trained / (1 - trained))
    got = corrected_probabilities(probabilities, factor)
    assert got == pytest.approx(correct_prior(probabilities, trained, true), rel=1e-9)


@given(st.floats(0.01, 0.99), st.floats(0.1, 100))
def test_a_base_rate_goes_where_the_weights_shift_the_shares(share, ratio):
    expected = effective_shares([1 - share, share], [1, ratio])[1]
    assert corrected_probabilities([share], ratio)[0] == pytest.approx(expected)


@pytest.mark.parametrize("weights", [(1.0, 1.0), (0.5, 8.0)])
def test_the_best_constant_answer_is_the_corrected_base_rate(weights):
    """Where the gradient of the weighted loss is zero."""
    targets, w = torch.tensor([0] * 90 + [1] * 10), torch.tensor(weights, dtype=torch.float64)
    p = torch.as_tensor(corrected_probabilities([0.1], weights[1] / weights[0]))
    logits = torch.stack([torch.zeros(1), torch.logit(p)], dim=1).double().requires_grad_()
    weighted_loss(logits.expand(100, 2), targets, w).backward()
    assert logits.grad.abs().max() < 1e-7


def test_numbers_worked_out_by_hand():
    assert inverse_frequency([30, 0, 10, 8]).round(4).tolist() == [0.5333, 0, 1.6, 2]
    assert inverse_sqrt([36, 0, 9, 4]) == pytest.approx(
        np.array([1 / 6, 0, 1 / 3, 1 / 2]) * 49 / 11
    )
    ones = inverse_effective_number([3, 5, 0], 0)
    assert ones.tolist() == [1, 1, 0]
    assert corrected_probabilities([0.01, 0.02], 99)[0] == pytest.approx(0.5)


# Properties


@given(COUNTS, st.sampled_from(SCHEMES))
def test_the_mean_over_the_samples_is_one(counts, scheme):
    assert scheme(counts)[labels_of(counts)].mean() == pytest.approx(1)


@given(COUNTS, st.sampled_from(SCHEMES))
def test_a_declared_empty_class_changes_no_other_weight(counts, scheme):
    assert scheme([*counts, 0]) == pytest.approx(np.append(scheme(counts), 0), rel=1e-12, abs=0)


@given(COUNTS)
def test_beta_leads_from_equal_weights_to_inverse_frequency(counts):
    there = np.array(counts) > 0
    assert inverse_effective_number(counts, 0)[there] == pytest.approx(1)
    assert inverse_effective_number(counts, 0.999999) == pytest.approx(
        inverse_frequency(counts), rel=1e-4
    )


@given(BATCHES, st.floats(0.1, 10))
def test_the_scale_of_the_weights_goes_out(batch, scale):
    logits, targets, weights = map(torch.as_tensor, batch)
    one, other = (weighted_loss(logits, targets, weights * s).item() for s in (1, scale))
    assert one == pytest.approx(other, rel=1e-9, abs=1e-12)


@given(PROBABILITIES, FACTORS)
def test_a_factor_is_undone_and_keeps_the_order(probabilities, factor):
    corrected = corrected_probabilities(probabilities, factor)
    assert (np.diff(corrected[np.argsort(probabilities)]) >= -1e-12).all()
    back = corrected_probabilities(corrected, 1 / factor)
    assert back == pytest.approx(np.array(probabilities), abs=1e-6)


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("make", [list, np.array, torch.tensor, lambda c: np.array(c, np.uint8)])
def test_every_form_of_counts_gives_the_same(scheme, make, leaves_randomness_alone):
    counts = make([200, 0, 100])
    with leaves_randomness_alone():
        weights = scheme(counts)
    assert weights.tolist() == scheme([200, 0, 100]).tolist()
    assert (type(weights), weights.dtype) == (np.ndarray, np.float64)
    assert [int(count) for count in counts] == [200, 0, 100]


# Bad input


@pytest.mark.parametrize("scheme", [*SCHEMES, as_counts])
@pytest.mark.parametrize(
    ("counts", "got"), [([-1, 2], "got -1"), ([], "got shape (0,)"), (["a"], "a"), ([0, 0], "[0")]
)
def test_bad_counts_are_refused(scheme, counts, got, refuses):
    with refuses("counts", got):
        scheme(counts)


@pytest.mark.parametrize("beta", [-0.1, 1, 0.9999999, float("nan"), "0.9", None])
def test_bad_betas_are_refused(beta, refuses):
    with refuses("beta"):
        inverse_effective_number([3, 1], beta)


def test_bad_batches_are_refused(refuses):
    good = torch.zeros(2, 3), torch.tensor([0, 2]), torch.ones(3)
    for position, (bad, name) in enumerate(
        [([[0.0, 1.0]], "logits"), (torch.tensor([0, 3]), "targets"), (torch.ones(2), "weights")]
    ):
        with refuses(name):
            weighted_loss(*(bad if i == position else value for i, value in enumerate(good)))


@pytest.mark.parametrize("factor", [0, -2, float("inf"), float("nan"), "3", None])
def test_bad_factors_are_refused(factor, refuses):
    with refuses("factor"):
        corrected_probabilities([0.5], factor)
    with refuses("probabilities"):
        corrected_probabilities([1.5], 3)


# As exercises


@pytest.mark.parametrize("name", EXERCISES)
def test_an_exercise_fits_its_cell_and_runs_on_the_names_at_hand(name, fits_its_cell, as_exercise):
    path = f"class_weights.{name}"
    fits_its_cell(path)
    names = {"np": np, "torch": torch}
    for module in (validation, weighting, loss_inputs, score_validation):
        names |= {n: v for n, v in vars(module).items() if n.startswith("as_")}
    exercise, reference = as_exercise(path, names)
    np.testing.assert_array_equal(exercise(*EXERCISES[name]), reference(*EXERCISES[name]))


def test_the_examples_in_the_docstrings_are_true(has_true_examples):
    has_true_examples("class_weights")
    assert set(class_weights.__all__) == set(EXERCISES)
