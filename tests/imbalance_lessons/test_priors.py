"""Probabilities that belong to other class shares than those of the world."""

import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import expit, logit, softmax
from sklearn.linear_model import LogisticRegression

from imbalance_lessons.calibration import (
    brier_score,
    calibration_error,
    log_loss,
)
from imbalance_lessons.multiclass import balanced_accuracy
from imbalance_lessons.priors import (
    adjust_logits,
    correct_prior,
    correct_priors,
    effective_shares,
    estimate_share,
)
from imbalance_lessons.ranking import average_precision, roc_auc
from imbalance_lessons.sampling import oversampled_indices
from imbalance_lessons.synthesis import smote

pytestmark = pytest.mark.filterwarnings("error")

SHARES = st.floats(0.001, 0.999)
LOSSES = [brier_score, log_loss]


# Prior correction


@given(SHARES, SHARES, st.floats(-8, 8))
def test_the_correction_is_bayes_on_a_known_mixture(trained, true, x):
    """Two normal densities: what a perfect model says at x under either prior."""

    def posterior(share):
        positive, negative = math.exp(-((x - 1) ** 2) / 2), math.exp(-((x + 1) ** 2) / 2)
        return share * positive / (share * positive + (1 - share) * negative)

    corrected = correct_prior([posterior(trained)], trained, true)
    assert corrected[0] == pytest.approx(posterior(true), rel=1e-6)


@given(st.lists(st.floats(1e-6, 1 - 1e-6), min_size=1, max_size=20), SHARES, SHARES)
def test_the_correction_shifts_the_log_odds(probabilities, trained, true):
    shift = logit(true) - logit(trained)
    expected = expit(logit(probabilities) + shift)
    assert correct_prior(probabilities, trained, true) == pytest.approx(expected, rel=1e-6)


@given(st.lists(st.floats(0, 1), min_size=1, max_size=20), SHARES, SHARES)
def test_there_and_back_again(probabilities, trained, true):
    corrected = correct_prior(probabilities, trained, true)
    assert correct_prior(corrected, true, trained) == pytest.approx(probabilities, abs=1e-6)
    assert correct_prior(probabilities, true, true) == pytest.approx(probabilities)


def test_certainty_stays_certain_and_half_becomes_the_prevalence():
    corrected = correct_prior([0, 0.5, 1], trained_share=0.5, true_share=0.01)
    assert corrected.tolist() == [0, pytest.approx(0.01), 1]


@given(st.lists(st.floats(0, 1), min_size=1, max_size=20), SHARES, SHARES)
def test_two_classes_of_many_are_the_binary_correction(probabilities, trained, true):
    rows = np.column_stack([1 - np.array(probabilities), probabilities])
    corrected = correct_priors(rows, [1 - trained, trained], [1 - true, true])
    assert corrected[:, 1] == pytest.approx(correct_prior(probabilities, trained, true))


@given(st.integers(0, 1000))
def test_many_classes_are_bayes_on_a_known_mixture(seed):
    rng = np.random.default_rng(seed)
    likelihoods = rng.random((20, 4))
    trained, true = rng.dirichlet(np.ones(4) * 3), rng.dirichlet(np.ones(4) * 3)

    def posterior(shares):
        joint = likelihoods * shares
        return joint / joint.sum(axis=1, keepdims=True)

    corrected = correct_priors(posterior(trained), trained, true)
    assert corrected == pytest.approx(posterior(true))
    assert correct_priors(posterior(trained), 700 * trained, 5 * true) == pytest.approx(corrected)


@pytest.fixture(scope="module")
def fraud():
    """Give training and test data, 2 % positive, in which a logistic model is right."""
    rng = np.random.default_rng(0)

    def draw(n):
        y = (rng.random(n) < 0.02).astype(int)
        return rng.normal(size=(n, 2)) + 1.2 * y[:, None], y

    return draw(40_000), draw(40_000)


def fitted(x, y, **settings):
    return LogisticRegression(C=np.inf, tol=1e-8, **settings).fit(x, y)


def repeated(x, y):
    rows = oversampled_indices(y, seed=1)
    return x[rows], y[rows]


@pytest.mark.parametrize("balance", [repeated, lambda x, y: smote(x, y, seed=1)])
def test_after_oversampling_the_correction_mends_the_probabilities_and_keeps_the_ranking(
    balance, fraud
):
    (x, y), (x_test, y_test) = fraud
    untouched = fitted(x, y).predict_proba(x_test)[:, 1]
    resampled = fitted(*balance(x, y)).predict_proba(x_test)[:, 1]
    corrected = correct_prior(resampled, trained_share=0.5, true_share=y.mean())
    for score in LOSSES:
        assert score(y_test, resampled) > 4 * score(y_test, untouched)
        assert score(y_test, corrected) == pytest.approx(score(y_test, untouched), rel=0.02)
    assert calibration_error(y_test, corrected) < 0.005 < calibration_error(y_test, resampled)
    for score in (roc_auc, average_precision):
        assert score(y_test, corrected) == pytest.approx(score(y_test, resampled), abs=1e-9)


def test_weights_act_as_resampling_does(fraud):
    (x, y), (x_test, y_test) = fraud
    weights = {0: 1.0, 1: 20.0}
    weighted = fitted(x, y, class_weight=weights).predict_proba(x_test)
    shares = effective_shares(np.bincount(y), list(weights.values()))
    corrected = correct_priors(weighted, shares, np.bincount(y))
    untouched = fitted(x, y).predict_proba(x_test)
    assert log_loss(y_test, corrected) == pytest.approx(log_loss(y_test, untouched), rel=0.01)
    assert log_loss(y_test, weighted) > 2 * log_loss(y_test, untouched)


def test_a_sampler_and_weights_together_multiply_the_odds_twice():
    counts, inverse = [990, 10], [1 / 990, 1 / 10]
    once = effective_shares(counts, inverse)
    assert once == pytest.approx([0.5, 0.5])
    assert effective_shares(once, inverse) == pytest.approx([0.01, 0.99])


@given(st.lists(st.floats(0.01, 100), min_size=2, max_size=6), st.floats(0.01, 100))
def test_effective_shares(counts, scale):
    equal = effective_shares(counts, [scale] * len(counts))
    assert equal == pytest.approx(np.array(counts) / sum(counts))
    assert effective_shares(counts, 1 / np.array(counts)) == pytest.approx(1 / len(counts))


# Logit adjustment


@given(st.integers(0, 1000))
def test_adjusted_logits_are_the_probabilities_for_equal_shares(seed):
    rng = np.random.default_rng(seed)
    logits, counts = rng.normal(size=(20, 5)) * 3, rng.integers(1, 1000, 5)
    adjusted = softmax(adjust_logits(logits, counts), axis=1)
    expected = correct_priors(softmax(logits, axis=1), counts, [1] * 5)
    assert adjusted == pytest.approx(expected)
    assert adjust_logits(logits, counts, tau=0).tolist() == logits.tolist()
    twice = adjust_logits(adjust_logits(logits, counts, tau=0.7), counts, tau=0.3)
    assert twice == pytest.approx(adjust_logits(logits, counts))


def test_adjusted_logits_recognise_the_rare_class(fraud):
    (x, y), (x_test, y_test) = fraud
    logits = fitted(x, y).predict_log_proba(x_test)
    adjusted = adjust_logits(logits, np.bincount(y)).argmax(axis=1)
    plain = balanced_accuracy(y_test, logits.argmax(axis=1))
    assert balanced_accuracy(y_test, adjusted) > plain + 0.15
    for tau in (0.5, 1.5):
        other = adjust_logits(logits, np.bincount(y), tau).argmax(axis=1)
        assert balanced_accuracy(y_test, other) < balanced_accuracy(y_test, adjusted)


# Bad input


@pytest.mark.parametrize("share", [0, 1, -0.1, 1.1, math.nan, math.inf, "0.5", None, True, [0.5]])
def test_bad_priors_are_refused(share, refuses):
    with refuses("trained_share", "expected a number between 0 and 1"):
        correct_prior([0.5], share, 0.5)
    with refuses("true_share", "expected a number between 0 and 1"):
        correct_prior([0.5], 0.5, share)


BAD_SHARES = [
    ([1, 0], "expected numbers above 0, one a class, got 0.0 at position 1"),
    ([1, -1], "got -1.0 at position 1"),
    ([1, math.nan], "got nan at position 1"),
    ([1, 1, 1], "expected 2 numbers, one a class, got 3"),
    ([1], "expected 2 numbers, one a class, got 1"),
    ("ab", "got 'ab'"),
]


@pytest.mark.parametrize(("shares", "got"), BAD_SHARES)
def test_bad_shares_are_refused(shares, got, refuses):
    rows = [[0.5, 0.5]]
    with refuses("trained_shares", got):
        correct_priors(rows, shares, [1, 1])
    with refuses("true_shares", got):
        correct_priors(rows, [1, 1], shares)
    with refuses("shares", got):
        adjust_logits(rows, shares)
    with refuses("weights", got):
        effective_shares([1, 1], shares)
    if len(shares) < 3:
        with refuses("counts", got):
            effective_shares(shares, [1, 1])


def test_other_bad_input_is_refused(refuses):
    with refuses("probabilities", "got 1.5 at position 0"):
        correct_prior([1.5], 0.5, 0.5)
    with refuses("probabilities", "rows that sum to 1"):
        correct_priors([[0.5, 0.6]], [1, 1], [1, 1])
    for tau in (-1, math.nan, "1", None, True):
        with refuses("tau", "expected a number from 0 on"):
            adjust_logits([[1.0, 2.0]], [1, 1], tau)


@pytest.mark.parametrize(
    ("logits", "got"),
    [
        ([1.0, 2.0], "got (2,)"),
        ([[1.0], [2.0]], "got (2, 1)"),
        ([[1.0, math.nan]], "got nan at position 1"),
        ([["a", "b"]], "got [['a', 'b']]"),
    ],
)
def test_bad_logits_are_refused(logits, got, refuses):
    with refuses("logits", got):
        adjust_logits(logits, [1, 1])


# The share, from probabilities alone


@pytest.mark.parametrize(("trained", "true"), [(0.5, 0.1), (0.02, 0.3), (0.1, 0.1), (0.3, 0.01)])
def test_the_share_of_a_known_mixture_is_found(trained, true):
    """Two normal densities: the probabilities of a perfect model, under the prior of training."""
    rng = np.random.default_rng(0)
    labels = rng.random(50_000) < true
    x = rng.normal(np.where(labels, 1, -1))
    said = expit(2 * x + logit(trained))
    assert estimate_share(said, trained) == pytest.approx(labels.mean(), abs=0.005)


def test_the_share_makes_the_samples_most_likely():
    """A search over all shares finds the same: the likelihood needs no EM."""
    p = np.random.default_rng(1).beta(1, 3, size=400)
    shares = np.linspace(0.001, 0.999, 999)
    of_positive, of_negative = p / 0.25, (1 - p) / 0.75
    likelihoods = [np.sum(np.log(s * of_positive + (1 - s) * of_negative)) for s in shares]
    assert estimate_share(p, 0.25) == pytest.approx(shares[np.argmax(likelihoods)], abs=0.002)


def test_certain_probabilities_are_counted():
    assert estimate_share([1.0, 0.0, 0.0, 0.0], 0.5) == 0.25
    assert estimate_share([0.0, 0.0], 0.5) == 0
    assert estimate_share(torch.tensor([1.0, 1.0]), 0.5) == 1


def test_one_round_is_one_correction():
    p = [0.2, 0.6, 0.7]
    assert estimate_share(p, 0.3, max_rounds=1) == pytest.approx(np.mean(p))
    second = correct_prior(p, 0.3, np.mean(p)).mean()
    assert estimate_share(p, 0.3, max_rounds=2) == pytest.approx(second)


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("probabilities", {"probabilities": [1.5]}),
        ("trained_share", {"trained_share": 1}),
        ("max_rounds", {"max_rounds": 0}),
    ],
)
def test_an_estimate_needs_good_input(name, options, refuses):
    with refuses(name, "expected"):
        estimate_share(**{"probabilities": [0.5], "trained_share": 0.5, **options})
