"""Arms compared: what is measured, by scikit-learn's own metrics, and how it is written down."""

import numpy as np
import pytest
from sklearn import metrics as peer
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler

from imbalance_lessons.arms import positive_scores, train_linear
from imbalance_lessons.comparison import (
    BALANCED,
    REMEDIES,
    TUNED,
    arms_table,
    columns_at,
    compare_arms,
    compare_remedies,
    fraud_parts,
    leads_table,
    measure_arm,
)
from imbalance_lessons.datasets import make_fraud
from imbalance_lessons.splits import split_three, standardised_parts, stratified_split

SIX = [column.name for column in columns_at(0.5)]


@pytest.fixture(scope="module")
def data():
    return make_fraud(8_000, prevalence=0.05, seed=1)


@pytest.fixture(scope="module")
def remedies(data):
    return compare_remedies(*data, seed=3)


@pytest.fixture(scope="module")
def arms(data):
    return compare_arms(*data, seed=2)


def test_the_examples_in_the_docstrings_are_true(has_true_examples):
    has_true_examples("comparison")


# Parts


def test_parts_are_scaled_by_the_first_as_scikit_learn_does(data):
    inputs, labels = data
    parts = standardised_parts(inputs.astype(float), labels, (0.6, 0.4), seed=5)
    rows = stratified_split(labels, (0.6, 0.4), 5)
    scaler = StandardScaler().fit(inputs[rows[0]].astype(float))
    for (features, classes), own in zip(parts, rows, strict=True):
        np.testing.assert_allclose(features, scaler.transform(inputs[own]), atol=1e-6)
        np.testing.assert_array_equal(classes, labels[own])


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("value", [0.0, 0.1, 1e6 / 3])
def test_a_feature_without_spread_is_only_shifted(data, dtype, value):
    inputs, labels = data
    padded = np.hstack([inputs, np.full((len(inputs), 1), value)]).astype(dtype)
    for features, _ in standardised_parts(padded, labels):
        assert abs(features[:, -1]).max() <= 1e-3 * value
        assert features.dtype == dtype


def test_fraud_is_split_as_lesson_8_does():
    inputs, labels = make_fraud(2000, 0.05, 1)
    rows = split_three(labels, (0.5, 0.25, 0.25), 1)
    parts = fraud_parts(1, 2000, 0.05)
    assert [int(y.sum()) for _, y in parts] == [50, 25, 25]
    for (features, classes), own in zip(parts, rows, strict=True):
        np.testing.assert_array_equal(classes, labels[own])
        scaled = StandardScaler().fit(inputs[rows[0]]).transform(inputs[own])
        np.testing.assert_allclose(features, scaled, atol=1e-4)


def test_parts_that_do_not_fit_are_refused(refuses):
    with refuses("labels", "got 2"):
        standardised_parts([[1.0], [2.0], [3.0]], [0, 1])
    with refuses("inputs", "nan"):
        standardised_parts([[1.0], [np.nan]], [0, 1])


# Measures


def judged(seed):
    rng = np.random.default_rng(seed)
    labels = (rng.random(300) < 0.2).astype(int)
    return labels, np.clip(rng.normal(0.3 + 0.2 * labels, 0.15), 0, 1)


def test_columns_are_measured_as_scikit_learn_does():
    validation, (y, scores) = judged(0), judged(1)
    half, tuned, area, average = measure_arm(BALANCED, validation, (y, scores))
    assert half == pytest.approx(peer.balanced_accuracy_score(y, scores >= 0.5))
    assert area == pytest.approx(peer.roc_auc_score(y, scores))
    assert average == pytest.approx(peer.average_precision_score(y, scores))
    false_alarms, recalls, thresholds = peer.roc_curve(*validation, drop_intermediate=False)
    best = thresholds[np.argmax(recalls - false_alarms)]
    assert tuned == pytest.approx(peer.balanced_accuracy_score(y, scores >= best))


def test_the_test_data_choose_no_threshold():
    """A tuned column is the validation data's choice, however bad that is."""
    validation = ([0, 1, 0, 1, 1], [0.1, 0.2, 0.3, 0.9, 0.25])
    test = ([0, 0, 1, 1], [0.1, 0.2, 0.3, 0.4])
    assert measure_arm(BALANCED[1:2], validation, test) == [0.75]  # at 0.2, where 0.3 has 1
    assert measure_arm(BALANCED[1:2], test, test) == [1.0]


def test_the_columns_of_arms_are_what_scikit_learn_measures(data, arms):
    inputs, labels = data
    fit, val, test = stratified_split(labels, [0.5, 0.25, 0.25], 2)
    inputs = StandardScaler().fit(inputs[fit]).transform(inputs)
    scores = positive_scores(train_linear(inputs[fit], labels[fit]), inputs)
    row = dict(zip([column.name for column in TUNED], arms[0], strict=True))
    for column, measure in (("F1", peer.f1_score), ("bal.acc.", peer.balanced_accuracy_score)):
        half = measure(labels[test], scores[test] >= 0.5)
        assert row[f"{column} at 0.5"] == pytest.approx(half, abs=2e-3)
        tried = np.unique(scores[val])
        best = max(tried, key=lambda t: (measure(labels[val], scores[val] >= t), t))
        tuned = measure(labels[test], scores[test] >= best)
        assert row[f"{column} tuned"] == pytest.approx(tuned, abs=0.01)
    average = peer.average_precision_score(labels[test], scores[test])
    assert row["avg. precision"] == pytest.approx(average, abs=2e-3)


def test_the_finding_that_lesson_7_tells(arms):
    untouched, weights, sampling = arms
    assert weights[2] - untouched[2] > 0.1  # at 0.5, balanced accuracy is far better with weights
    assert abs(weights[3] - untouched[3]) < 0.05  # and tuned it is not
    assert abs(sampling - weights).max() < 0.1


def test_the_test_part_has_no_say(data):
    inputs, labels = data
    _, _, test = stratified_split(labels, [0.5, 0.25, 0.25], 2)
    spoiled = inputs.copy()
    spoiled[test] = 1e3
    before = compare_arms(inputs, labels, ["untouched"], seed=2)
    after = compare_arms(spoiled, labels, ["untouched"], seed=2)
    assert after[0, 4] == pytest.approx(labels[test].mean(), abs=1e-9)  # all scores are equal
    assert not np.array_equal(before, after)


def test_the_same_seed_gives_the_same(data, arms, remedies, leaves_randomness_alone):
    with leaves_randomness_alone():
        assert np.array_equal(compare_arms(*data, seed=2), arms)
        assert np.array_equal(compare_remedies(*data, seed=3), remedies)
    assert not np.array_equal(compare_remedies(*data, seed=4), remedies)
    assert arms.shape == (3, len(TUNED))


# Remedies


@pytest.mark.parametrize(
    ("arm", "options"), [("untouched", {}), ("weighted", {"class_weight": "balanced"})]
)
def test_a_remedy_is_what_scikit_learn_makes_of_it(data, remedies, arm, options):
    inputs, labels = data
    train, _, test = stratified_split(labels, [0.5, 0.25, 0.25], 3)
    inputs = StandardScaler().fit(inputs[train]).transform(inputs)
    model = LogisticRegression(max_iter=1000, **options).fit(inputs[train], labels[train])
    flagged, ranks = model.predict(inputs[test]), model.predict_proba(inputs[test])[:, 1]
    theirs = [
        peer.recall_score(labels[test], flagged),
        peer.precision_score(labels[test], flagged),
        peer.f1_score(labels[test], flagged),
        peer.balanced_accuracy_score(labels[test], flagged),
        peer.roc_auc_score(labels[test], ranks),
        peer.average_precision_score(labels[test], ranks),
    ]
    assert remedies[REMEDIES.index(arm)] == pytest.approx(theirs, abs=2e-3)


def test_what_keeps_the_order_keeps_the_metrics_of_the_ranking(remedies):
    assert remedies.shape == (len(REMEDIES), len(SIX))
    for arm in (3, 4):  # odds times ratio; threshold tuned
        assert remedies[arm, 4:].tolist() == remedies[0, 4:].tolist()
        assert remedies[arm, :4].tolist() != remedies[0, :4].tolist()


def test_every_remedy_finds_more_and_raises_more_false_alarms(remedies):
    for metric, more in (("recall", True), ("precision", False), ("balanced accuracy", True)):
        column = remedies[:, SIX.index(metric)]
        assert ((column[1:] > column[0]) == more).all()


def test_weights_and_oversampling_do_the_same(remedies):
    assert remedies[1] == pytest.approx(remedies[2], abs=0.05)


def test_a_class_that_is_too_small_for_three_parts_is_refused():
    for compare in (compare_arms, compare_remedies):
        with pytest.raises(ValueError, match="expected"):
            compare(np.zeros((20, 2)), [0] * 18 + [1] * 2)


# Tables

RESULTS = np.array([[[0.5, 0.7, 0.9, 0.2], [0.8, 0.7, 0.9, 0.1]]] * 3)
RESULTS[1, 1, 0] = 0.2
NAMES = ["(a) plain", "(b) more"]


def cells(table):
    return [[cell.strip() for cell in line.split("  ") if cell.strip()] for line in table]


def test_a_table_says_means_and_deviations():
    head, *rows = arms_table(RESULTS, NAMES, BALANCED, digits=3).splitlines()
    assert cells([head]) == [["at 0.5", "tuned", "ROC-AUC", "avg. precision"]]
    assert cells(rows) == [
        ["(a) plain", "0.500 ± 0.000", "0.700 ± 0.000", "0.900 ± 0.000", "0.200 ± 0.000"],
        ["(b) more", "0.600 ± 0.283", "0.700 ± 0.000", "0.900 ± 0.000", "0.100 ± 0.000"],
    ]
    starts = {tuple(line.index(word) for word in cells([line])[0][-4:]) for line in (head, *rows)}
    assert len(starts) == 1  # columns stand below their titles


def test_a_table_says_medians_and_ends_and_what_a_guess_gets():
    table = arms_table(RESULTS, NAMES, BALANCED, 1, "median", guessing=[0.5, 0.5, 0.5, 0.05])
    lines = table.splitlines()
    assert cells(lines[2:3]) == [
        ["(b) more", "0.8 (0.2 to 0.8)", "0.7 (0.7 to 0.7)", "0.9 (0.9 to 0.9)", "0.1 (0.1 to 0.1)"]
    ]
    assert cells(lines[3:]) == [["guessing", "0.5", "0.5", "0.5", "0.1"]]
    assert all(line == line.rstrip() for line in lines)


def test_leads_are_taken_run_by_run():
    leads = leads_table(RESULTS, NAMES)
    assert "(b) more minus (a): mean (lowest to highest of 3)" in leads
    assert "at 0.5          +0.100 (-0.300 to +0.300)" in leads
    assert len(leads.splitlines()) == 1 + len(BALANCED)


def test_a_table_of_something_else_is_refused(refuses):
    for table in (arms_table, leads_table):
        for results in (np.zeros((3, 2, 5)), np.zeros((3, 4)), np.zeros((0, 2, 4))):
            with refuses("results", str(results.shape)):
                table(results, NAMES, BALANCED)
    with refuses("summary", "'mode'"):
        arms_table(RESULTS, NAMES, BALANCED, summary="mode")
    with refuses("digits", "-1"):
        arms_table(RESULTS, NAMES, BALANCED, digits=-1)
