import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from sklearn import metrics as sklearn
from sklearn.exceptions import UndefinedMetricWarning

from imbalance_lessons.metrics import confusion_counts, f_score, precision, recall, specificity
from imbalance_lessons.multiclass import balanced_accuracy
from imbalance_lessons.ranking import (
    average_precision,
    prevalence,
    ratio,
    roc_auc,
    threshold_curve,
)

pytestmark = pytest.mark.filterwarnings("error")

# Few different scores, so that many tie; a positive and a negative, so that there is a ranking.
SAMPLES = st.lists(
    st.tuples(st.integers(0, 1), st.sampled_from([-2.5, -1.0, 0.0, 0.25, 0.5, 3.0, 3.25])),
    max_size=40,
).map(lambda samples: [(0, 0.25), *samples, (1, 0.5)])
SCORED = [threshold_curve, roc_auc, average_precision]

FORMS = {
    "lists": list,
    "float64 arrays": lambda values: np.array(values, dtype=np.float64),
    "float32 arrays": lambda values: np.array(values, dtype=np.float32),
    "tensors": torch.tensor,
    "float16 tensors": lambda values: torch.tensor(values, dtype=torch.float16),
    "bfloat16 tensors": lambda values: torch.tensor(values, dtype=torch.bfloat16),
    "tensors with a gradient": lambda v: torch.tensor(v, dtype=torch.float64, requires_grad=True),
}


def split(samples):
    return zip(*samples, strict=True)


def normal_scores(prevalence, n=200_000, distance=1.5):
    """Positives lie `distance` standard deviations above negatives: an area of Phi(d / sqrt 2)."""
    rng = np.random.default_rng(3)
    y_true = np.zeros(n, dtype=int)
    y_true[: round(prevalence * n)] = 1
    return y_true, rng.normal(size=n) + distance * y_true


# The curve


@given(SAMPLES)
def test_the_curve_counts_what_each_threshold_makes(samples):
    y_true, scores = split(samples)
    curve = threshold_curve(y_true, scores)
    assert curve.thresholds.tolist() == [math.inf, *sorted(set(scores), reverse=True)]
    for k, threshold in enumerate(curve.thresholds):
        flagged = [int(score >= threshold) for score in scores]
        counts = confusion_counts(y_true, flagged)
        assert (curve.tp[k], curve.fp[k], curve.fn[k], curve.tn[k]) == counts
        assert curve.precision[k] == precision(y_true, flagged)
        assert curve.recall[k] == recall(y_true, flagged)
        assert curve.specificity[k] == specificity(y_true, flagged)
        assert curve.balanced_accuracy[k] == balanced_accuracy(y_true, flagged)
        assert curve.f_score(2)[k] == pytest.approx(f_score(y_true, flagged, beta=2))
        cost = (3 * counts.fp + 7 * counts.fn) / len(samples)
        assert curve.cost(3, 7)[k] == pytest.approx(cost)


@given(SAMPLES)
def test_the_curve_is_scikit_learns(samples):
    y_true, scores = split(samples)
    curve = threshold_curve(y_true, scores)
    tn, fp, fn, tp, thresholds = sklearn.confusion_matrix_at_thresholds(y_true, scores)
    for ours, theirs in zip(
        (curve.tn, curve.fp, curve.fn, curve.tp, curve.thresholds),
        (tn, fp, fn, tp, thresholds),
        strict=True,
    ):
        assert ours[1:].tolist() == theirs.tolist()
    false_positive_rate, recalls, thresholds = sklearn.roc_curve(
        y_true, scores, drop_intermediate=False
    )
    assert curve.false_positive_rate == pytest.approx(false_positive_rate)
    assert curve.recall == pytest.approx(recalls)
    assert curve.thresholds.tolist() == thresholds.tolist()


def test_scikit_learns_precisions_are_one_more_than_its_thresholds():
    """So that the threshold that belongs to a precision is easily missed by one."""
    y_true, scores = [0, 1, 0, 1], [0.1, 0.4, 0.6, 0.8]
    precisions, _, thresholds = sklearn.precision_recall_curve(y_true, scores)
    assert len(precisions) == len(thresholds) + 1
    curve = threshold_curve(y_true, scores)
    assert len(curve.thresholds) == len(curve.precision) == len(curve.recall)


def test_the_curve_ends_where_it_must():
    curve = threshold_curve([0, 1, 1], [0.3, 0.3, 0.9])
    assert (curve.recall[0], curve.precision[0], curve.specificity[0]) == (0, 0, 1)
    assert (curve.recall[-1], curve.precision[-1], curve.specificity[-1]) == (1, 2 / 3, 0)


# The two areas


@given(SAMPLES)
def test_the_areas_are_scikit_learns(samples):
    y_true, scores = split(samples)
    assert roc_auc(y_true, scores) == pytest.approx(sklearn.roc_auc_score(y_true, scores))
    theirs = sklearn.average_precision_score(y_true, scores)
    assert average_precision(y_true, scores) == pytest.approx(theirs)


@given(SAMPLES)
def test_the_area_is_the_share_of_pairs_in_order(samples):
    y_true, scores = map(np.array, split(samples))
    difference = scores[y_true == 1][:, None] - scores[y_true == 0]
    assert roc_auc(y_true, scores) == pytest.approx(np.mean(np.sign(difference) + 1) / 2)


@given(SAMPLES)
def test_the_area_lies_under_the_curve(samples):
    y_true, scores = split(samples)
    curve = threshold_curve(y_true, scores)
    assert roc_auc(y_true, scores) == pytest.approx(
        np.trapezoid(curve.recall, curve.false_positive_rate)
    )


@given(SAMPLES)
def test_only_the_order_of_the_scores_matters(samples):
    y_true, scores = split(samples)
    for score in (roc_auc, average_precision):
        assert score(y_true, 4 * np.exp(scores) - 1) == score(y_true, scores)


@given(SAMPLES)
def test_turning_the_scores_round_turns_the_area_round(samples):
    y_true, scores = split(samples)
    area = roc_auc(y_true, scores)
    assert roc_auc(y_true, np.negative(scores)) == pytest.approx(1 - area)
    assert roc_auc(y_true, scores, positive=0) == pytest.approx(1 - area)


@given(SAMPLES, st.randoms(use_true_random=False), st.integers(2, 4))
def test_order_names_and_repetition_do_not_matter(samples, random, times):
    y_true, scores = split(samples)
    other = [(5 if label else 3, score) for label, score in samples] * times
    random.shuffle(other)
    for score in (roc_auc, average_precision):
        assert score(*split(other), positive=5) == pytest.approx(score(y_true, scores))
    assert prevalence(next(split(other)), positive=5) == prevalence(y_true)


def test_more_negatives_leave_the_area_and_lower_the_precision():
    """The figures are those of normal scores 1.5 standard deviations apart, area .856."""
    expected = {0.5: 0.855, 0.1: 0.477, 0.01: 0.121}
    for share, value in expected.items():
        y_true, scores = normal_scores(share)
        assert roc_auc(y_true, scores) == pytest.approx(0.8556, abs=0.01)
        assert average_precision(y_true, scores) == pytest.approx(value, abs=0.02)


@pytest.mark.parametrize("share", [0.5, 0.1, 0.02])
def test_scores_that_tell_nothing(share):
    y_true, _ = normal_scores(share)
    guesses = np.random.default_rng(1).random(len(y_true))
    assert prevalence(y_true) == share
    assert roc_auc(y_true, guesses) == pytest.approx(0.5, abs=0.01)
    assert average_precision(y_true, guesses) == pytest.approx(share, rel=0.05)


def test_trapezoids_praise_a_constant():
    y_true, scores = [1] * 10 + [0] * 90, [0.3] * 100
    precisions, recalls, _ = sklearn.precision_recall_curve(y_true, scores)
    assert sklearn.auc(recalls, precisions) == pytest.approx(0.55)
    assert average_precision(y_true, scores) == pytest.approx(0.1)
    assert roc_auc(y_true, scores) == 0.5


def test_a_tie_is_not_broken_by_the_order_of_the_data():
    for y_true in ([1, 0, 0, 1], [0, 1, 1, 0]):
        assert roc_auc(y_true, [0.5] * 4) == 0.5
        assert average_precision(y_true, [0.5] * 4) == 0.5


def test_prevalence_is_the_share():
    assert prevalence([0] * 990 + [1] * 10) == 0.01
    assert prevalence([2, 0, 2], positive=2) == 2 / 3
    assert prevalence([0, 0]) == 0


def test_a_ratio_of_nothing_is_nothing():
    assert ratio([0, 3, 0], [0, 4, 5]).tolist() == [0, 0.75, 0]


# Any form, and nothing touched


@pytest.mark.parametrize("make", FORMS.values(), ids=FORMS.keys())
def test_every_form_gives_the_same(make):
    y_true, scores = [0, 1, 0, 1, 1], [0.25, 0.5, 0.5, -0.75, 2.0]
    assert roc_auc(make(y_true), make(scores)) == roc_auc(y_true, scores)
    assert average_precision(make(y_true), make(scores)) == average_precision(y_true, scores)
    assert prevalence(make(y_true)) == 0.6
    assert np.array_equal(threshold_curve(make(y_true), make(scores)).tp, [0, 1, 2, 2, 3])


def test_results_are_plain_floats():
    assert {type(score([0, 1], [1, 2])) for score in (roc_auc, average_precision)} == {float}
    assert type(prevalence([0, 1])) is float


@pytest.mark.parametrize("score", SCORED)
@pytest.mark.parametrize("make", [np.array, torch.tensor, list])
def test_inputs_and_randomness_are_left_alone(score, make, leaves_randomness_alone):
    y_true, scores = make([0, 1, 1]), make([3.0, 1.0, 2.0])
    with leaves_randomness_alone():
        score(y_true, scores)
    assert (list(y_true), list(scores)) == ([0, 1, 1], [3.0, 1.0, 2.0])


# Bad input

BAD_SCORES = {
    "empty": ([], "got none"),
    "two columns": ([[0.1, 0.9], [0.2, 0.8]], "got (2, 2)"),
    "one number": (0.5, "got ()"),
    "NaN": ([0.5, float("nan")], "got nan at position 1"),
    "infinity": (torch.tensor([math.inf, 0.0]), "got inf at position 0"),
    "too few": ([0.5], "expected 2, as many as y_true, got 1"),
    "too many": ([0.5, 0.5, 0.5], "expected 2, as many as y_true, got 3"),
    "strings": (["a", "b"], "got ['a', 'b']"),
    "None": (None, "got None"),
    "ragged": ([[0.5], [1, 2]], "got [[0.5], [1, 2]]"),
    "complex": ([1j, 0], "got [1j, 0]"),
}


@pytest.mark.parametrize("score", SCORED)
@pytest.mark.parametrize(("scores", "got"), BAD_SCORES.values(), ids=BAD_SCORES.keys())
def test_bad_scores_are_refused(score, scores, got, refuses):
    with refuses("scores", got):
        score([0, 1], scores)


@pytest.mark.parametrize("score", SCORED)
def test_bad_labels_are_refused(score, bad_labels, refuses):
    labels, got = bad_labels
    with refuses("y_true", got):
        score(labels, [0.1, 0.2])
    if score is roc_auc:
        with refuses("y_true", got):
            prevalence(labels)


@pytest.mark.parametrize("score", SCORED)
def test_one_class_has_no_ranking(score, refuses):
    """`sklearn.metrics.roc_auc_score` warns, and goes on with NaN."""
    with pytest.warns(UndefinedMetricWarning):
        assert math.isnan(sklearn.roc_auc_score([0, 0], [0.1, 0.2]))
    with refuses("y_true", "expected positives (class 1) and negatives, got no positives"):
        score([0, 0], [0.1, 0.2])
    with refuses("y_true", "got no negatives"):
        score([1, 1], [0.1, 0.2])


@pytest.mark.parametrize("score", SCORED)
@pytest.mark.parametrize("positive", [-1, 0.5, "1", None, True])
def test_a_bad_positive_class_is_refused(score, positive, refuses):
    with refuses("positive", "expected a whole number"):
        score([0, 1], [0.1, 0.2], positive)


def test_bad_settings_of_a_curve_are_refused(refuses):
    curve = threshold_curve([0, 1], [0.1, 0.2])
    with refuses("beta", "got -1"):
        curve.f_score(-1)
    with refuses("cost_fp", "got 0"):
        curve.cost(0, 1)
    with refuses("cost_fn", "got inf"):
        curve.cost(1, math.inf)


def test_the_mean_over_the_positives_is_the_area_under_the_steps():
    rng = np.random.default_rng(3)
    for _ in range(50):
        y_true = rng.integers(0, 2, 30)
        y_true[:2] = 0, 1
        scores = rng.integers(0, 8, 30)  # many of them equal
        curve = threshold_curve(y_true, scores)
        steps = np.sum(np.diff(curve.recall) * curve.precision[1:])
        assert average_precision(y_true, scores) == pytest.approx(steps, rel=1e-12)
