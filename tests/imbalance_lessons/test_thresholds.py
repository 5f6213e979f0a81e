import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from sklearn import metrics as sklearn

from imbalance_lessons.metrics import confusion_counts, f_score, precision, recall
from imbalance_lessons.multiclass import balanced_accuracy
from imbalance_lessons.thresholds import (
    apply_threshold,
    best_balanced_threshold,
    best_cost_threshold,
    best_f_threshold,
    cost_threshold,
    fast_f_threshold,
    precision_at_recall,
    recall_at_precision,
)
from imbalance_lessons.tuning import TunedThreshold, tune_then_test

pytestmark = pytest.mark.filterwarnings("error")

# Few different scores, so that many tie; a positive and a negative, so that there is a line.
SAMPLES = st.lists(
    st.tuples(st.integers(0, 1), st.sampled_from([0.0, 0.1, 0.25, 0.5, 0.6, 0.75, 1.0])),
    max_size=30,
).map(lambda samples: [(0, 0.25), *samples, (1, 0.5)])

SEARCHES = {
    "best_f_threshold": best_f_threshold,
    "fast_f_threshold": fast_f_threshold,
    "recall_at_precision": lambda *data: recall_at_precision(*data[:2], 0.5, *data[2:]),
    "precision_at_recall": lambda *data: precision_at_recall(*data[:2], 0.5, *data[2:]),
    "best_cost_threshold": lambda *data: best_cost_threshold(*data[:2], 1, 5, *data[2:]),
}
every_search = pytest.mark.parametrize("search", SEARCHES.values(), ids=SEARCHES.keys())


def split(samples):
    return zip(*samples, strict=True)


def brute_force(y_true, scores, measure):
    """Measure at every distinct score and above them all: thresholds and values, falling."""
    thresholds = [math.inf, *sorted(set(scores), reverse=True)]
    return [(t, measure(y_true, [int(s >= t) for s in scores])) for t in thresholds]


def mean_cost(cost_fp, cost_fn):
    def measure(y_true, y_pred):
        counts = confusion_counts(y_true, y_pred)
        return (cost_fp * counts.fp + cost_fn * counts.fn) / len(y_true)

    return measure


@pytest.fixture(scope="module")
def calibrated():
    """Give calibrated scores at prevalence .01: labels are drawn from the probabilities."""
    rng = np.random.default_rng(0)
    probabilities = rng.beta(0.2, 19.8, size=400_000)
    return (rng.random(400_000) < probabilities).astype(int), probabilities


# Applying one


def test_the_threshold_itself_is_flagged():
    assert apply_threshold([0.2, 0.5, 0.7], 0.5).tolist() == [0, 1, 1]
    assert apply_threshold([0.2, 0.5], math.inf).tolist() == [0, 0]
    assert apply_threshold([0.2, 0.5], -math.inf).tolist() == [1, 1]
    assert apply_threshold(torch.tensor([0.25, 0.75]), torch.tensor(0.5)).dtype == np.int64


# Searching: everything that can be tried has been tried


@given(SAMPLES, st.sampled_from([0, 0.5, 1, 2]))
def test_the_best_f_is_that_of_brute_force(samples, beta):
    y_true, scores = split(samples)
    values = brute_force(y_true, scores, lambda true, flags: f_score(true, flags, beta))
    threshold, best = best_f_threshold(y_true, scores, beta)
    assert best == pytest.approx(max(value for _, value in values))
    assert f_score(y_true, apply_threshold(scores, threshold), beta) == pytest.approx(best)
    assert threshold == max(t for t, value in values if value == max(v for _, v in values))


@given(SAMPLES, st.sampled_from([0, 0.5, 1, 2, 7.3]))
def test_the_fast_search_finds_the_same(samples, beta):
    assert fast_f_threshold(*split(samples), beta) == best_f_threshold(*split(samples), beta)


def test_the_fast_search_finds_the_same_among_many():
    rng = np.random.default_rng(5)
    y_true = (rng.random(50_000) < 0.03).astype(int)
    for scores in (rng.normal(size=50_000) + y_true, rng.integers(0, 30, 50_000) + 5 * y_true):
        assert fast_f_threshold(y_true, scores) == best_f_threshold(y_true, scores)


@given(SAMPLES)
def test_the_best_f1_is_scikit_learns(samples):
    y_true, scores = split(samples)
    precisions, recalls, thresholds = sklearn.precision_recall_curve(y_true, scores)
    total = precisions + recalls
    f1 = 2 * precisions * recalls / np.where(total > 0, total, 1)
    threshold, best = best_f_threshold(y_true, scores)
    assert best == pytest.approx(f1.max())
    assert f1[np.searchsorted(thresholds, threshold)] == pytest.approx(best)


@given(SAMPLES, st.sampled_from([0, 0.1, 1 / 3, 0.5, 0.75, 1]))
def test_recall_at_a_precision_is_that_of_brute_force(samples, least):
    y_true, scores = split(samples)
    precisions = dict(brute_force(y_true, scores, precision))
    recalls = dict(brute_force(y_true, scores, recall))
    enough = [t for t in precisions if precisions[t] >= least]
    best = max((recalls[t] for t in enough), default=0)
    expected = max((t for t in enough if recalls[t] == best), default=math.inf)
    assert recall_at_precision(y_true, scores, least) == (expected, best)


@given(SAMPLES, st.sampled_from([0, 0.1, 1 / 3, 0.5, 0.75, 1]))
def test_precision_at_a_recall_is_that_of_brute_force(samples, least):
    y_true, scores = split(samples)
    precisions = dict(brute_force(y_true, scores, precision))
    recalls = dict(brute_force(y_true, scores, recall))
    enough = [t for t in recalls if recalls[t] >= least]
    best = max(precisions[t] for t in enough)
    expected = min(t for t in enough if precisions[t] == best)
    assert precision_at_recall(y_true, scores, least) == (expected, best)


@given(SAMPLES, st.sampled_from([0.2, 0.5, 0.9]))
def test_the_pairs_are_scikit_learns(samples, least):
    y_true, scores = split(samples)
    precisions, recalls, _ = sklearn.precision_recall_curve(y_true, scores)
    at_recall = precision_at_recall(y_true, scores, least)[1]
    assert at_recall == pytest.approx(precisions[:-1][recalls[:-1] >= least].max())
    at_precision = recall_at_precision(y_true, scores, least)[1]
    assert at_precision == pytest.approx(recalls[precisions >= least].max())


@given(SAMPLES, st.sampled_from([(1, 1), (1, 10), (3, 1), (0.5, 40)]))
def test_the_least_cost_is_that_of_brute_force(samples, costs):
    y_true, scores = split(samples)
    values = brute_force(y_true, scores, mean_cost(*costs))
    least = min(value for _, value in values)
    threshold, cost = best_cost_threshold(y_true, scores, *costs)
    assert cost == pytest.approx(least)
    assert threshold == max(t for t, value in values if value == least)


@given(SAMPLES, st.integers(1, 9), st.integers(1, 9))
def test_only_the_ratio_of_the_costs_decides(samples, cost_fp, cost_fn):
    y_true, scores = split(samples)
    threshold, cost = best_cost_threshold(y_true, scores, cost_fp, cost_fn)
    other, more = best_cost_threshold(y_true, scores, 8 * cost_fp, 8 * cost_fn)
    assert (other, more) == (threshold, 8 * cost)
    assert cost_threshold(8 * cost_fp, 8 * cost_fn) == cost_threshold(cost_fp, cost_fn)


# Where there is no good answer, or more than one


def test_a_precision_that_is_out_of_reach_flags_nobody():
    assert recall_at_precision([1, 0, 0], [0.1, 0.5, 0.9], least=0.9) == (math.inf, 0)
    assert recall_at_precision([1, 0, 0], [0.1, 0.5, 0.9], least=1 / 3) == (0.1, 1)


def test_precision_may_recover_after_it_fell_short():
    y_true, scores = [0, 1, 1, 1], [0.9, 0.8, 0.7, 0.6]
    assert recall_at_precision(y_true, scores, least=0.7) == (0.6, 1)


def test_the_threshold_that_just_finds_enough_need_not_be_the_most_precise():
    y_true, scores = [1, 0, 1, 1, 0], [0.9, 0.8, 0.7, 0.6, 0.1]
    assert recall(y_true, apply_threshold(scores, 0.9)) == 1 / 3
    assert precision_at_recall(y_true, scores, least=0.5) == (0.6, 0.75)


def test_where_flagging_costs_more_than_it_saves_nobody_is_flagged():
    y_true, scores = [0, 0, 0, 1], [0.1, 0.5, 0.9, 0.9]
    assert best_cost_threshold(y_true, scores, cost_fp=10, cost_fn=1) == (math.inf, 0.25)
    assert best_cost_threshold(y_true, scores, cost_fp=1, cost_fn=10) == (0.9, 0.25)


def test_a_tie_is_never_torn_apart():
    """One by one, the positive among the three would have been flagged alone."""
    for y_true in ([1, 0, 0, 0], [0, 0, 1, 0]):
        for search in (best_f_threshold, fast_f_threshold):
            assert search(y_true, [0.7, 0.7, 0.7, 0.1]) == (0.7, 0.5)


# Where the material goes wrong


def test_nan_wins_the_argmax():
    y_true, scores = [1, 0, 0], [0.1, 0.5, 0.9]
    precisions, recalls, _ = sklearn.precision_recall_curve(y_true, scores)
    with np.errstate(invalid="ignore"):
        f1 = 2 * precisions * recalls / (precisions + recalls)
    assert math.isnan(f1[np.argmax(f1)])
    assert best_f_threshold(y_true, scores) == (0.1, 0.5)


def test_a_grid_of_nine_thresholds_misses_the_best(calibrated):
    y_true, scores = calibrated[0][:100_000], calibrated[1][:100_000]
    at_half = f_score(y_true, apply_threshold(scores, 0.5))
    on_the_grid = max(f_score(y_true, apply_threshold(scores, t)) for t in np.linspace(0.1, 0.9, 9))
    best = best_f_threshold(y_true, scores)[1]
    assert at_half < on_the_grid < best


# Closed forms for calibrated scores


def test_the_best_threshold_for_f1_is_half_of_it(calibrated):
    threshold, best = best_f_threshold(*calibrated)
    assert threshold == pytest.approx(best / 2, abs=0.01)
    assert best == pytest.approx(
        f_score(calibrated[0], apply_threshold(calibrated[1], best / 2)), abs=0.003
    )


@pytest.mark.parametrize(("costs", "expected"), [((1, 10), 1 / 11), ((1, 50), 1 / 51)])
def test_the_best_threshold_for_a_cost_follows_from_the_costs(costs, expected, calibrated):
    assert cost_threshold(*costs) == pytest.approx(expected)
    threshold, cost = best_cost_threshold(*calibrated, *costs)
    assert threshold == pytest.approx(expected, abs=0.015)
    formula = mean_cost(*costs)(calibrated[0], apply_threshold(calibrated[1], expected))
    assert cost <= formula == pytest.approx(cost, rel=0.01)


def test_the_best_threshold_for_balanced_accuracy_is_the_prevalence(calibrated):
    y_true, scores = calibrated
    threshold, best = best_balanced_threshold(y_true, scores)
    assert threshold == pytest.approx(0.01, abs=0.004)
    at_the_prevalence = balanced_accuracy(y_true, apply_threshold(scores, 0.01))
    assert at_the_prevalence == pytest.approx(best, abs=0.003)
    # Youden's index, by the peer's curve.
    false_positives, recalls, _ = sklearn.roc_curve(y_true, scores, drop_intermediate=False)
    assert best == pytest.approx((np.max(recalls - false_positives) + 1) / 2)
    assert balanced_accuracy(y_true, apply_threshold(scores, threshold)) == pytest.approx(best)


def test_the_best_f1_of_scores_that_tell_nothing():
    rng = np.random.default_rng(2)
    y_true = np.repeat([0, 1], [198_000, 2_000])
    for scores in (rng.random(200_000), np.zeros(200_000)):
        best = best_f_threshold(y_true, scores)[1]
        assert best == pytest.approx(2 * 0.01 / 1.01, abs=0.001)


# Choosing in one place, measuring in another


def test_the_test_data_have_no_say_in_the_choice():
    validation = [0, 0, 1, 0, 1], [0.1, 0.2, 0.3, 0.4, 0.6]
    seen = []

    def search(y_true, scores):
        seen.append((y_true.tolist(), scores.tolist()))
        return best_f_threshold(y_true, scores)

    tuned = tune_then_test(search, f_score, validation, ([0, 1, 0, 1], [0.1, 0.2, 0.5, 0.7]))
    assert seen == [tuple(map(list, validation))]
    assert tuned == TunedThreshold(threshold=0.3, on_validation=0.8, on_test=0.5)
    other = tune_then_test(search, f_score, validation, ([1, 1], [0.0, 0.9]))
    assert (other.threshold, other.on_validation) == (tuned.threshold, tuned.on_validation)
    assert other.on_test == f_score([1, 1], [0, 1])


def test_a_threshold_that_was_tuned_on_the_test_set_is_praised_too_much():
    """About 20 positives; 200 times the score where it was chosen, and on new data."""
    rng = np.random.default_rng(4)
    labels = np.repeat([0, 1], [980, 20])
    results = []
    for _ in range(200):
        halves = [(labels, rng.normal(size=1000) + 1.2 * labels) for _ in range(2)]
        results.append(tune_then_test(best_f_threshold, f_score, *halves))
    optimistic = np.mean([r.on_validation for r in results])
    honest = np.mean([r.on_test for r in results])
    assert optimistic - honest > 0.05


def test_a_tuned_threshold_prints_what_to_report():
    assert str(TunedThreshold(0.123456, 0.31, 0.218)).splitlines() == [
        "Threshold 0.1235, chosen on the validation data",
        "  validation  0.310  (chosen to be high)",
        "  test        0.218  (the one to report)",
    ]


@pytest.mark.parametrize("make", [list, np.array, lambda values: torch.tensor(values).double()])
def test_the_same_data_twice_are_refused(make, refuses):
    data = [0, 1, 1], [0.25, 0.5, 0.75]
    with refuses("test", "expected other samples than validation, got the same"):
        tune_then_test(best_f_threshold, f_score, data, tuple(map(make, data)))


@pytest.mark.parametrize("pair", [None, [0, 1], ([0, 1],), "ab", ([0, 1], [0.1])])
def test_what_is_no_pair_is_refused(pair):
    good = [0, 1, 1], [0.1, 0.2, 0.3]
    for position, name in enumerate(["validation", "test"]):
        data = [good, ([1, 0], [0.5, 0.6])]
        data[position] = pair
        with pytest.raises((TypeError, ValueError), match=rf"^{name}[ :].*expected .*got "):
            tune_then_test(best_f_threshold, f_score, *data)


def test_other_labels_are_other_data():
    """A model without an idea gives all samples the same score, in either part."""
    validation, test = ([0, 1, 1], [0.5] * 3), ([0, 0, 1], [0.5] * 3)
    tuned = tune_then_test(best_f_threshold, f_score, validation, test)
    assert (tuned.on_validation, tuned.on_test) == (pytest.approx(0.8), pytest.approx(0.5))


@pytest.mark.parametrize("wrong", [2, -1, 0.5])
def test_labels_of_a_part_are_named_by_it(wrong, refuses):
    pairs = {"validation": ([0, 1, 1], [0.1, 0.2, 0.3]), "test": ([1, 0], [0.5, 0.6])}
    for name, (labels, scores) in pairs.items():
        data = {**pairs, name: ([*labels, wrong], [*scores, 0.7])}
        with refuses(f"{name} labels", f"got {wrong} at position {len(labels)}"):
            tune_then_test(best_f_threshold, f_score, *data.values())


# Any form, and nothing touched


@every_search
@pytest.mark.parametrize(
    "make",
    [
        tuple,
        np.array,
        torch.tensor,
        lambda values: np.array(values, dtype=np.float32),
        lambda values: torch.tensor(values, dtype=torch.bfloat16),
    ],
)
def test_every_form_gives_the_same(search, make):
    y_true, scores = [0, 1, 0, 1, 0], [0.25, 0.5, 0.5, 0.75, 0.125]
    assert search(make(y_true), make(scores)) == search(y_true, scores)
    assert {type(value) for value in search(make(y_true), make(scores))} == {float}


@every_search
def test_the_positive_class_may_have_any_name(search):
    y_true, scores = [0, 1, 0, 1, 0], [0.25, 0.5, 0.5, 0.75, 0.125]
    names = {0: (3, 0), 1: (7, 7)}
    renamed = [names[label][k % 2] for k, label in enumerate(y_true)]
    arguments = (
        (renamed, scores, 1.0, 7) if "f_threshold" in search.__name__ else (renamed, scores, 7)
    )
    assert search(*arguments) == search(y_true, scores)


@every_search
@pytest.mark.parametrize("make", [np.array, torch.tensor, list])
def test_inputs_and_randomness_are_left_alone(search, make, leaves_randomness_alone):
    y_true, scores = make([0, 1, 1]), make([3.0, 1.0, 2.0])
    with leaves_randomness_alone():
        search(y_true, scores)
    assert (list(y_true), list(scores)) == ([0, 1, 1], [3.0, 1.0, 2.0])


# Bad input


@every_search
def test_bad_data_are_refused(search, bad_labels, refuses):
    labels, got = bad_labels
    with refuses("y_true", got):
        search(labels, [0.1, 0.2])
    with refuses("scores", "got nan at position 1"):
        search([0, 1], [0.1, math.nan])
    with refuses("scores", "expected 2, as many as y_true, got 3"):
        search([0, 1], [0.1, 0.2, 0.3])
    with refuses("y_true", "got no positives"):
        search([0, 0], [0.1, 0.2])


@pytest.mark.parametrize("value", [-0.1, 1.1, math.nan, math.inf, "0.5", None, True, [0.5]])
def test_bad_targets_are_refused(value, refuses):
    for search in (recall_at_precision, precision_at_recall):
        with refuses("least", "expected a number from 0 to 1"):
            search([0, 1], [0.1, 0.2], value)


@pytest.mark.parametrize("value", [0, -1, math.nan, math.inf, "1", None, True, [1]])
def test_bad_costs_are_refused(value, refuses):
    for costs, name in (((value, 1), "cost_fp"), ((1, value), "cost_fn")):
        with refuses(name, "expected a finite number above 0"):
            cost_threshold(*costs)
        with refuses(name, "expected a finite number above 0"):
            best_cost_threshold([0, 1], [0.1, 0.2], *costs)


@pytest.mark.parametrize("value", [-1, math.nan, math.inf, "1", None, True])
def test_bad_betas_are_refused(value, refuses):
    for search in (best_f_threshold, fast_f_threshold):
        with refuses("beta", "expected a number from 0 on"):
            search([0, 1], [0.1, 0.2], value)


@pytest.mark.parametrize("value", [math.nan, "0.5", None, True, [0.5]])
def test_bad_thresholds_are_refused(value, refuses):
    with refuses("threshold", "expected a number"):
        apply_threshold([0.1], value)


def test_bad_scores_are_refused(refuses):
    with refuses("scores", "got (1, 2)"):
        apply_threshold([[0.1, 0.9]], 0.5)
