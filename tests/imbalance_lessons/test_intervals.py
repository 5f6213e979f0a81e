import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom, binomtest

from imbalance_lessons.intervals import bootstrap_interval, stratified_rows, wilson_interval
from imbalance_lessons.metrics import accuracy, recall
from imbalance_lessons.multiclass import balanced_accuracy
from imbalance_lessons.ranking import average_precision, roc_auc

pytestmark = pytest.mark.filterwarnings("error")


def example(seed, classes=3, samples=60):
    rng = np.random.default_rng(seed)
    y_true = np.append(np.arange(classes), rng.integers(0, classes, samples - classes))
    rows = rng.dirichlet(np.ones(classes), size=samples) + 0.5 * np.eye(classes)[y_true]
    return y_true, rows / rows.sum(axis=1, keepdims=True)


# Wilson's interval


def test_the_published_interval():
    low, high = wilson_interval(8, 10)
    assert (round(low, 3), round(high, 3)) == (0.490, 0.943)


@given(st.integers(0, 300), st.integers(1, 300), st.floats(0.01, 0.999))
def test_wilson_is_scipys(successes, trials, confidence):
    successes = min(successes, trials)
    theirs = binomtest(successes, trials).proportion_ci(confidence, method="wilson")
    expected = pytest.approx((theirs.low, theirs.high), abs=1e-12)
    assert wilson_interval(successes, trials, confidence) == expected


@given(st.integers(0, 200), st.integers(1, 200))
def test_wilson_stays_in_bounds_and_holds_the_estimate(successes, trials):
    successes = min(successes, trials)
    low, high = wilson_interval(successes, trials)
    assert 0 <= low <= successes / trials <= high <= 1
    assert low < high
    flipped = wilson_interval(trials - successes, trials)
    assert flipped == pytest.approx((1 - high, 1 - low))


def test_the_textbook_interval_has_no_width_where_nothing_was_found():
    assert 1.96 * math.sqrt(0 * (1 - 0) / 10) == 0
    low, high = wilson_interval(0, 10)
    assert low == 0
    assert high == pytest.approx(0.278, abs=0.001)


def test_without_trials_all_is_possible():
    assert wilson_interval(0, 0) == (0, 1)


def test_wilson_covers_about_as_often_as_it_says():
    n, truth = 20, 0.8
    covered = [low <= truth <= high for low, high in (wilson_interval(k, n) for k in range(n + 1))]
    assert binom.pmf(np.arange(n + 1), n, truth)[covered].sum() == pytest.approx(0.95, abs=0.03)


@pytest.mark.parametrize("value", [-1, 1.5, math.nan, "8", None, True])
def test_bad_counts_are_refused(value, refuses):
    with refuses("successes", "expected a whole number"):
        wilson_interval(value, 10)
    with refuses("trials", "expected a whole number"):
        wilson_interval(0, value)


def test_more_successes_than_trials_are_refused(refuses):
    with refuses("successes", "up to 10, got 11"):
        wilson_interval(11, 10)


@pytest.mark.parametrize("value", [0, 1, 95, -0.1, math.nan, "0.95", None, True])
def test_bad_confidences_are_refused(value, refuses):
    with refuses("confidence", "expected a number between 0 and 1"):
        wilson_interval(8, 10, value)
    with refuses("confidence", "expected a number between 0 and 1"):
        bootstrap_interval(accuracy, [0, 1], [0, 1], value)


# The bootstrap


@given(st.lists(st.integers(0, 3), min_size=1, max_size=40), st.integers(0, 100))
def test_a_draw_has_as_many_of_each_class(labels, seed):
    rows = stratified_rows(labels, seed)
    drawn = np.array(labels)[rows]
    assert sorted(drawn.tolist()) == sorted(labels)
    assert rows.tolist() == stratified_rows(labels, seed).tolist()


def test_a_draw_holds_about_63_percent_of_a_class():
    rows = stratified_rows([0] * 50_000 + [1] * 5_000, seed=0)
    assert len(set(rows.tolist())) / 55_000 == pytest.approx(1 - 1 / math.e, abs=0.01)


def test_the_bootstrap_of_a_recall_is_binomial():
    """The number found in a draw of 10 positives, of which 8 are found, is Binomial(10, .8)."""
    y_true, y_pred = [0] * 90 + [1] * 10, [0] * 92 + [1] * 8
    low, high = bootstrap_interval(recall, y_true, y_pred, repeats=4000)
    assert low == pytest.approx(binom.ppf(0.025, 10, 0.8) / 10)
    assert high == pytest.approx(binom.ppf(0.975, 10, 0.8) / 10)
    low, high = bootstrap_interval(recall, y_true, y_pred, confidence=0.5, repeats=4000)
    assert low == pytest.approx(binom.ppf(0.25, 10, 0.8) / 10)
    assert high == pytest.approx(binom.ppf(0.75, 10, 0.8) / 10)


def test_the_bootstrap_of_a_mean_is_normal():
    """The accuracy of many samples in two classes: the variances of the classes add up."""
    y_true, y_pred = [0] * 900 + [1] * 100, [0] * 810 + [1] * 90 + [1] * 60 + [0] * 40
    low, high = bootstrap_interval(accuracy, y_true, y_pred, repeats=4000)
    spread = math.sqrt(900 * 0.9 * 0.1 + 100 * 0.6 * 0.4) / 1000
    assert (low, high) == pytest.approx((0.87 - 1.96 * spread, 0.87 + 1.96 * spread), abs=0.003)


def test_ten_positives_say_little_about_an_average_precision():
    rng = np.random.default_rng(0)
    y_true = np.repeat([0, 1], [990, 10])
    scores = rng.normal(size=1000) + 1.2 * y_true
    low, high = bootstrap_interval(average_precision, y_true, scores, repeats=300)
    assert low < average_precision(y_true, scores) < high
    assert high / low > 3


def test_every_draw_has_positives():
    """Unstratified, a third of the draws would have none, and no average precision."""
    y_true, scores = [0] * 50 + [1], list(range(51))
    assert bootstrap_interval(average_precision, y_true, scores, repeats=50) == (1, 1)


def test_the_bootstrap_takes_rows_of_probabilities():
    y_true, rows = example(0)

    def score(labels, probabilities):
        assert probabilities.shape == (60, 3)
        return balanced_accuracy(labels, probabilities.argmax(axis=1))

    low, high = bootstrap_interval(score, y_true, torch.tensor(rows), repeats=50)
    assert low < balanced_accuracy(y_true, rows.argmax(axis=1)) < high


def test_the_same_seed_gives_the_same_interval(leaves_randomness_alone):
    y_true, rows = example(1, classes=2)
    with leaves_randomness_alone():
        first = bootstrap_interval(roc_auc, y_true, rows[:, 1], repeats=50, seed=7)
    assert bootstrap_interval(roc_auc, y_true, rows[:, 1], repeats=50, seed=7) == first
    assert bootstrap_interval(roc_auc, y_true, rows[:, 1], repeats=50, seed=8) != first
    generator = np.random.default_rng(7)
    assert bootstrap_interval(roc_auc, y_true, rows[:, 1], repeats=50, seed=generator) == first


def test_bad_input_of_the_bootstrap_is_refused(bad_labels, refuses):
    labels, got = bad_labels
    with refuses("y_true", got):
        bootstrap_interval(accuracy, labels, [0, 1])
    with refuses("y_true", got):
        stratified_rows(labels)


@pytest.mark.parametrize(
    ("y_pred", "got"),
    [
        ([0], "expected 2, as many as y_true, got 1"),
        ([0, math.nan], "got nan at position 1"),
        (np.zeros((2, 1, 1)), "got (2, 1, 1)"),
        (["a", "b"], "got ['a', 'b']"),
    ],
)
def test_bad_predictions_are_refused(y_pred, got, refuses):
    with refuses("y_pred", got):
        bootstrap_interval(accuracy, [0, 1], y_pred)


@pytest.mark.parametrize("value", [0, -5, 1.5, "10", None, True])
def test_bad_repeats_and_seeds_are_refused(value, refuses):
    with refuses("repeats", "expected a whole number"):
        bootstrap_interval(accuracy, [0, 1], [0, 1], repeats=value)
    if value not in (0, None):
        with refuses("seed", "expected a whole number"):
            bootstrap_interval(accuracy, [0, 1], [0, 1], seed=value)
