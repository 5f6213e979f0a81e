"""Calibration; and at the end any form of input to it and to the correction of priors."""

import math

import numpy as np
import pytest
import torch
import torch.nn.functional as F  # noqa: N812
from hypothesis import given
from hypothesis import strategies as st
from sklearn import metrics as sklearn
from sklearn.calibration import calibration_curve

from imbalance_lessons.calibration import (
    brier_score,
    brier_skill,
    calibration_error,
    forecast_skill,
    log_loss,
    reliability_curve,
)
from imbalance_lessons.priors import adjust_logits, correct_prior, correct_priors, effective_shares

pytestmark = pytest.mark.filterwarnings("error")

BINARY = st.lists(
    st.tuples(st.integers(0, 1), st.floats(0, 1) | st.sampled_from([0.0, 0.1, 0.5, 0.7, 1.0])),
    min_size=1,
    max_size=40,
)
CURVES = [reliability_curve, calibration_error]
LOSSES = [brier_score, log_loss]
SKILLS = [brier_skill, forecast_skill]


def split(pairs):
    return zip(*pairs, strict=True)


def random_rows(seed, samples=30, classes=4):
    rng = np.random.default_rng(seed)
    labels = np.append(np.arange(classes), rng.integers(0, classes, samples - classes))
    return labels, rng.dirichlet(np.ones(classes), size=samples)


# Brier score and log loss


@given(BINARY)
def test_two_classes_are_scikit_learns(pairs):
    y_true, y_prob = split(pairs)
    theirs = sklearn.brier_score_loss(y_true, y_prob, labels=[0, 1])
    assert brier_score(y_true, y_prob) == pytest.approx(theirs)
    theirs = sklearn.log_loss(y_true, y_prob, labels=[0, 1])
    assert log_loss(y_true, y_prob) == pytest.approx(theirs)


@given(st.integers(0, 1000), st.integers(2, 6))
def test_many_classes_are_scikit_learns(seed, classes):
    y_true, rows = random_rows(seed, classes=classes)
    assert brier_score(y_true, rows) == pytest.approx(sklearn.brier_score_loss(y_true, rows))
    assert log_loss(y_true, rows) == pytest.approx(sklearn.log_loss(y_true, rows))
    assert brier_skill(y_true, rows) == pytest.approx(sklearn.d2_brier_score(y_true, rows))


@given(BINARY)
def test_skill_is_scikit_learns(pairs):
    y_true, y_prob = split([*pairs, (0, 0.3), (1, 0.4)])
    assert brier_skill(y_true, y_prob) == pytest.approx(sklearn.d2_brier_score(y_true, y_prob))


@given(BINARY, st.none() | st.floats(0.01, 0.99))
def test_the_skill_of_a_forecast_is_one_less_a_ratio_of_scikit_learns_scores(pairs, base_rate):
    y_true, y_prob = split([*pairs, (0, 0.3), (1, 0.4)])
    constant = np.mean(y_true) if base_rate is None else base_rate
    score, baseline = (
        sklearn.brier_score_loss(y_true, p) for p in (y_prob, [constant] * len(y_true))
    )
    assert forecast_skill(y_true, y_prob, base_rate) == pytest.approx(1 - score / baseline)


@given(BINARY)
def test_without_a_rate_it_is_the_brier_skill(pairs):
    y_true, y_prob = split([*pairs, (0, 0.3), (1, 0.4)])
    assert forecast_skill(y_true, y_prob) == pytest.approx(brier_skill(y_true, y_prob), abs=1e-12)


def test_a_constant_can_be_scored_on_one_class(refuses):
    assert forecast_skill([0, 0], [0.1, 0.1], base_rate=0.2) == pytest.approx(0.75)
    with refuses("y_true", "expected both positives and negatives, got one kind only"):
        forecast_skill([1, 1], [0.5, 0.5])


@pytest.mark.parametrize("rate", [0, 1, -0.1, math.nan, "0.5", True])
def test_bad_rates_are_refused(rate, refuses):
    with refuses("base_rate", "expected a number between 0 and 1"):
        forecast_skill([0, 1], [0.5, 0.5], base_rate=rate)


def test_log_loss_is_pytorchs_cross_entropy():
    logits = torch.randn(50, 4, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    targets = torch.arange(50) % 4
    expected = F.cross_entropy(logits, targets).item()
    assert log_loss(targets, logits.softmax(dim=1)) == pytest.approx(expected)


@given(BINARY)
def test_one_column_or_two_is_the_same(pairs):
    y_true, y_prob = split(pairs)
    rows = np.column_stack([1 - np.array(y_prob), y_prob])
    for score in LOSSES:
        assert score(y_true, rows) == pytest.approx(score(y_true, y_prob))


def test_the_brier_score_of_the_prevalence_looks_good_and_is_worth_nothing():
    y_true = [0] * 990 + [1] * 10
    assert brier_score(y_true, [0.01] * 1000) == pytest.approx(0.01 * 0.99)
    assert brier_skill(y_true, [0.01] * 1000) == pytest.approx(0)
    assert brier_skill(y_true, [0.5] * 1000) < -20
    assert brier_skill(y_true, y_true) == 1


@given(st.integers(0, 500), st.floats(0.05, 0.95), st.floats(0.05, 0.95))
def test_both_are_proper(seed, truth, said):
    """Saying the truth has the lowest expected loss."""
    for score in LOSSES:

        def expected(p, score=score):
            return truth * score([1], [p]) + (1 - truth) * score([0], [p])

        assert expected(truth) <= expected(said) + 1e-12


def test_a_certain_mistake_costs_36_and_not_infinity():
    expected = -math.log(np.finfo(np.float64).eps)
    assert log_loss([1], [0.0]) == pytest.approx(expected)
    assert log_loss([1], torch.tensor([0.0])) == pytest.approx(expected)
    assert expected == pytest.approx(36.04, abs=0.01)


@given(BINARY, st.randoms(use_true_random=False), st.integers(2, 4))
def test_order_and_repetition_do_not_matter(pairs, random, times):
    other = pairs * times
    random.shuffle(other)
    for score in LOSSES:
        assert score(*split(other)) == pytest.approx(score(*split(pairs)))


def test_one_class_is_no_trouble():
    assert brier_score([0, 0], [0.0, 0.5]) == 0.125
    assert log_loss([1, 1], [0.5, 0.5]) == pytest.approx(math.log(2))
    assert reliability_curve([0, 0], [0.1, 0.1]).observed.tolist() == [0]


# The reliability curve


@given(BINARY, st.integers(1, 12))
def test_equal_widths_are_scikit_learns(pairs, bins):
    y_true, y_prob = split([*pairs, (0, 0.3), (1, 0.4)])
    observed, predicted = calibration_curve(y_true, y_prob, n_bins=bins)
    curve = reliability_curve(y_true, y_prob, bins)
    assert curve.predicted == pytest.approx(predicted)
    assert curve.observed == pytest.approx(observed)


@given(BINARY, st.sampled_from([1, 2, 4, 8]))
def test_quantiles_are_scikit_learns(pairs, bins):
    """Powers of two: quantiles that fall on a sample are then exact, by either's arithmetic."""
    y_true, y_prob = split([*pairs, (0, 0.3), (1, 0.4)])
    observed, predicted = calibration_curve(y_true, y_prob, n_bins=bins, strategy="quantile")
    curve = reliability_curve(y_true, y_prob, bins, quantiles=True)
    assert curve.predicted == pytest.approx(predicted)
    assert curve.observed == pytest.approx(observed)


@given(BINARY, st.integers(1, 12), st.booleans())
def test_the_bins_hold_every_sample_once(pairs, bins, quantiles):
    y_true, y_prob = split(pairs)
    predicted, observed, counts = reliability_curve(y_true, y_prob, bins, quantiles)
    assert counts.sum() == len(pairs)
    assert counts.min() > 0
    assert len(counts) <= bins
    assert counts @ predicted == pytest.approx(sum(y_prob))
    assert counts @ observed == pytest.approx(sum(y_true))


def test_quantiles_see_more_where_positives_are_rare():
    p = np.random.default_rng(0).beta(0.5, 20, size=5000)
    labels = (np.random.default_rng(1).random(5000) < p).astype(int)
    widths = reliability_curve(labels, p)
    sizes = reliability_curve(labels, p, quantiles=True)
    assert widths.counts[0] / 5000 > 0.9
    assert sizes.counts.tolist() == [500] * 10


def test_the_error_by_hand():
    y_true, y_prob = [0, 1, 1, 1], [0.1, 0.3, 0.7, 0.9]
    assert calibration_error(y_true, y_prob, bins=2) == pytest.approx(0.3 / 2 + 0.2 / 2)
    assert calibration_error([0, 0, 0, 1], [0.25] * 4) == 0


def test_calibrated_probabilities_lie_on_the_diagonal():
    p = np.random.default_rng(0).random(100_000)
    labels = (np.random.default_rng(1).random(100_000) < p).astype(int)
    assert calibration_error(labels, p) < 0.01
    assert calibration_error(labels, p**3) > 0.2


# Any form, and nothing touched

FORMS = [
    tuple,
    np.array,
    torch.tensor,
    lambda values: np.array(values, dtype=np.float32),
    lambda values: torch.tensor(values, dtype=torch.bfloat16),
    lambda values: torch.tensor(values, dtype=torch.float64, requires_grad=True),
]
CALLS = {
    "brier_score": lambda make: brier_score(make([0, 1, 1]), make([0.25, 0.5, 1.0])),
    "brier_skill": lambda make: brier_skill(make([0, 1, 1]), make([0.25, 0.5, 1.0])),
    "forecast": lambda make: forecast_skill(make([0, 1, 1]), make([0.25, 0.5, 1.0]), 0.25),
    "log_loss": lambda make: log_loss(make([0, 1]), make([[0.75, 0.25], [0.5, 0.5]])),
    "reliability": lambda make: reliability_curve(make([0, 1, 1]), make([0.25, 0.5, 1.0]))[0],
    "error": lambda make: calibration_error(make([0, 1, 1]), make([0.25, 0.5, 1.0])),
    "prior": lambda make: correct_prior(make([0.25, 0.5]), 0.5, 0.1),
    "priors": lambda make: correct_priors(make([[0.25, 0.75]]), make([1, 1]), make([3, 1])),
    "shares": lambda make: effective_shares(make([3, 1]), make([1, 3])),
    "logits": lambda make: adjust_logits(make([[2.0, -1.0]]), make([3, 1])),
}


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS.keys())
@pytest.mark.parametrize("make", FORMS)
def test_every_form_gives_the_same(call, make, leaves_randomness_alone):
    with leaves_randomness_alone():
        assert np.array_equal(call(make), call(list))
    assert type(call(make)) is type(call(list))
    assert type(call(make)) in (float, np.ndarray)


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS.keys())
@pytest.mark.parametrize("kind", [np.array, torch.tensor])
def test_inputs_are_left_alone(call, kind):
    given = []

    def make(values):
        given.append((values, kind(values)))
        return given[-1][1]

    call(make)
    assert given
    assert all(after.tolist() == before for before, after in given)


# Bad input

BAD_PROBABILITIES = {
    "logits": ([0.5, 3.2], "expected probabilities from 0 to 1 (a sigmoid"),
    "negative": ([-0.1, 0.5], "got -0.1 at position 0"),
    "NaN": ([0.5, math.nan], "got nan at position 1"),
    "none": ([], "got none"),
    "too many": ([0.1, 0.2, 0.3], "expected 2, as many as y_true, got 3"),
    "strings": (["0.1", "0.2"], "got ['0.1', '0.2']"),
    "one number": (0.5, "got ()"),
}
BAD_ROWS = {
    "one column": ([[0.2], [0.8]], "got (2, 1)"),
    "three dimensions": (np.full((2, 1, 2), 0.5), "got (2, 1, 2)"),
    "no rows": (np.zeros((0, 2)), "got (0, 2)"),
    "sums": ([[0.5, 0.5], [0.9, 0.9]], "rows that sum to 1, got 1.8 at position 1"),
    "logits": ([[2.0, -1.0], [0.5, 0.5]], "expected probabilities from 0 to 1"),
    "too few rows": ([[0.5, 0.5]], "expected 2, as many as y_true, got 1"),
}


@pytest.mark.parametrize("score", CURVES + LOSSES + SKILLS)
@pytest.mark.parametrize(("values", "got"), BAD_PROBABILITIES.values(), ids=BAD_PROBABILITIES)
def test_bad_probabilities_are_refused(score, values, got, refuses):
    with refuses("y_prob", got):
        score([0, 1], values)


@pytest.mark.parametrize("score", [*LOSSES, brier_skill])
@pytest.mark.parametrize(("values", "got"), BAD_ROWS.values(), ids=BAD_ROWS)
def test_bad_rows_are_refused(score, values, got, refuses):
    with refuses("y_prob", got):
        score([0, 1], values)


@pytest.mark.parametrize("score", CURVES + LOSSES + SKILLS)
def test_bad_labels_are_refused(score, bad_labels, refuses):
    labels, got = bad_labels
    if got.startswith("got 1000000000000") or got.startswith("got 9223372036854775808"):
        got = "below num_classes=2"
    with refuses("y_true", got):
        score(labels, [0.5, 0.5])


@pytest.mark.parametrize("score", CURVES + LOSSES + SKILLS)
def test_a_label_without_a_probability_is_refused(score, refuses):
    with refuses("y_true", "below num_classes=2, got 2 at position 1"):
        score([0, 2], [0.5, 0.5])


def test_skill_needs_something_to_compare_with(refuses):
    with refuses("y_true", "expected more than one class, got class 1 only"):
        brier_skill([1, 1], [0.5, 0.5])


@pytest.mark.parametrize("curve", CURVES)
@pytest.mark.parametrize("bins", [0, -1, 2.5, "10", None, True])
def test_bad_bins_are_refused(curve, bins, refuses):
    with refuses("bins", "expected a whole number"):
        curve([0, 1], [0.5, 0.5], bins)
