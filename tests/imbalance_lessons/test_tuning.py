import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn import metrics as sklearn

from imbalance_lessons.metrics import f_score, recall
from imbalance_lessons.thresholds import best_cost_threshold, best_f_threshold
from imbalance_lessons.tuning import best_shift, tune_and_report, tune_then_test

# Few different scores, so that many tie; a positive and a negative, so that there is a line.
SAMPLES = st.lists(
    st.tuples(st.integers(0, 1), st.sampled_from([0.0, 0.1, 0.25, 0.5, 0.6, 0.75, 1.0])),
    max_size=30,
).map(lambda samples: [(0, 0.25), *samples, (1, 0.5)])


def split(samples):
    return zip(*samples, strict=True)


@given(SAMPLES, SAMPLES)
def test_tuned_on_one_and_reported_on_the_other(samples, others):
    validation, test = tuple(split(samples)), tuple(split(others))
    threshold, on_validation, on_test = tune_and_report(best_f_threshold, f_score, validation, test)
    assert on_validation == best_f_threshold(*validation)[1]
    flags = [int(score >= threshold) for score in test[1]]
    assert on_test == pytest.approx(sklearn.f1_score(test[0], flags, zero_division=0))
    if list(map(list, validation)) != list(map(list, test)):
        report = tune_then_test(best_f_threshold, f_score, validation, test)
        assert (report.threshold, report.on_validation, report.on_test) == (
            threshold,
            on_validation,
            on_test,
        )


def test_what_is_measured_need_not_be_what_was_searched_for():
    validation, test = ([0, 1, 1], [0.1, 0.2, 0.3]), ([1, 0, 1], [0.1, 0.2, 0.3])
    search = lambda *data: best_cost_threshold(*data, 1, 3)  # noqa: E731
    assert tune_and_report(search, recall, validation, test) == (0.2, 1.0, 0.5)


def test_the_report_leaves_its_arguments_alone_and_may_flag_nobody():
    validation, test = ([0, 0, 1], [0.5, 0.9, 0.4]), ([0, 1], [0.8, 0.99])
    never = lambda *data: (math.inf, 0.0)  # noqa: E731
    assert tune_and_report(never, recall, validation, test) == (math.inf, 0.0, 0.0)
    assert validation == ([0, 0, 1], [0.5, 0.9, 0.4])


@pytest.mark.parametrize("pair", [None, [0, 1, 2], 5])
def test_a_report_needs_pairs(pair):
    good = [0, 1, 1], [0.1, 0.2, 0.3]
    for data in ((pair, good), (good, pair)):
        with pytest.raises((TypeError, ValueError)):
            tune_and_report(best_f_threshold, f_score, *data)


@given(st.integers(0, 10**6), st.integers(2, 5))
def test_no_other_shift_has_a_better_balanced_accuracy(seed, classes):
    rng = np.random.default_rng(seed)
    y_true = np.r_[np.arange(classes), rng.integers(0, classes, 30)]
    logits, label = rng.normal(size=(len(y_true), classes)), int(rng.integers(classes))
    shifts, before = rng.normal(size=7) * 2, logits.copy()
    found = best_shift(y_true, logits, label, shifts)

    def score(shift):
        moved = logits + shift * (np.arange(classes) == label)
        return sklearn.balanced_accuracy_score(y_true, moved.argmax(axis=1))

    assert found in shifts.tolist()
    assert score(found) == pytest.approx(max(map(score, shifts)))
    assert np.array_equal(logits, before)


def test_with_two_classes_a_shift_is_a_threshold():
    """The log-odds are above -s where a logit that is s higher wins."""
    rng = np.random.default_rng(0)
    y_true = (rng.random(300) < 0.1).astype(int)
    log_odds = rng.normal(size=300) + 2 * y_true - 3
    shifts = np.linspace(0, 6, 61) + 0.003
    found = best_shift(y_true, np.c_[np.zeros(300), log_odds], 1, shifts)
    by_threshold = [sklearn.balanced_accuracy_score(y_true, log_odds > -s) for s in shifts]
    assert found == shifts[int(np.argmax(by_threshold))]
    assert 1 < found < 5


@pytest.mark.parametrize(
    ("change", "name"),
    [
        ({"label": 2}, "label"),
        ({"label": -1}, "label"),
        ({"shifts": []}, "shifts"),
        ({"shifts": [math.nan]}, "shifts"),
        ({"logits": [[0.0], [1.0]]}, "logits"),
        ({"y_true": [0]}, "y_pred"),
    ],
)
def test_shifts_need_logits_and_a_column_of_them(change, name):
    case = {"y_true": [0, 1], "logits": [[1.0, 0.0], [0.0, 1.0]], "label": 1, "shifts": [0.0]}
    with pytest.raises((TypeError, ValueError), match=f"^{name}: expected"):
        best_shift(**{**case, **change})
