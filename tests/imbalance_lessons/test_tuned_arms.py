import numpy as np
import pytest
import torch
from sklearn import metrics as peer
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler

from imbalance_lessons.datasets import make_fraud
from imbalance_lessons.splits import stratified_split
from imbalance_lessons.tuned_arms import (
    ARMS,
    COLUMNS,
    arms_table,
    compare_arms,
    positive_scores,
    train_arm,
    train_linear,
)


@pytest.fixture(scope="module")
def data():
    return make_fraud(6_000, prevalence=0.05, seed=1)


@pytest.fixture(scope="module")
def results(data):
    return compare_arms(*data, seed=2)


def test_the_examples_in_the_docstrings_are_true(has_true_examples):
    has_true_examples("tuned_arms")


def peer_scores(inputs, labels, **options):
    model = LogisticRegression(C=np.inf, max_iter=2000, tol=1e-8, **options)
    return model.fit(inputs, labels).predict_proba(inputs)[:, 1]


@pytest.mark.parametrize(
    ("arm", "options"), [("untouched", {}), ("weights", {"class_weight": "balanced"})]
)
def test_an_arm_is_what_scikit_learn_makes_of_it(data, arm, options):
    inputs, labels = data
    scores = positive_scores(train_arm(arm, inputs, labels), inputs)
    assert scores == pytest.approx(peer_scores(inputs, labels, **options), abs=2e-3)


def test_sampling_balances_and_ends_near_the_weights(data):
    inputs, labels = data
    weights, sampling = (
        positive_scores(train_arm(arm, inputs, labels), inputs) for arm in ("weights", "sampling")
    )
    assert np.corrcoef(weights, sampling)[0, 1] > 0.97
    assert sampling.mean() == pytest.approx(weights.mean(), abs=0.03)
    again = positive_scores(train_arm("sampling", inputs, labels, seed=1), inputs)
    assert not np.array_equal(sampling, again)


def test_the_columns_are_what_scikit_learn_measures(data, results):
    inputs, labels = data
    fit, val, test = stratified_split(labels, [0.5, 0.25, 0.25], 2)
    inputs = StandardScaler().fit(inputs[fit]).transform(inputs)
    scores = positive_scores(train_linear(inputs[fit], labels[fit]), inputs)
    row = dict(zip(COLUMNS, results[0], strict=True))
    flagged = scores[test] >= 0.5
    assert row["F1 at 0.5"] == pytest.approx(peer.f1_score(labels[test], flagged), abs=2e-3)
    assert row["bal.acc. at 0.5"] == pytest.approx(
        peer.balanced_accuracy_score(labels[test], flagged), abs=2e-3
    )
    tried = np.unique(scores[val])
    for column, measure in (
        ("F1 tuned", peer.f1_score),
        ("bal.acc. tuned", peer.balanced_accuracy_score),
    ):
        best = max(tried, key=lambda t: (measure(labels[val], scores[val] >= t), t))
        assert row[column] == pytest.approx(measure(labels[test], scores[test] >= best), abs=0.01)
    average = peer.average_precision_score(labels[test], scores[test])
    assert row["avg. precision"] == pytest.approx(average, abs=2e-3)


def test_the_finding_that_lesson_7_tells(results):
    untouched, weights, sampling = results
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


def test_the_same_seed_gives_the_same(data, results):
    with torch.random.fork_rng():
        torch.manual_seed(5)
        state = torch.get_rng_state()
        assert np.array_equal(compare_arms(*data, seed=2), results)
        assert torch.equal(torch.get_rng_state(), state)
    assert results.shape == (len(ARMS), len(COLUMNS))


def test_a_column_without_spread_is_no_trouble(data):
    inputs, labels = data
    padded = np.hstack([inputs, np.ones((len(inputs), 1), dtype=np.float32)])
    assert np.isfinite(compare_arms(padded, labels, ["untouched"])).all()


def test_a_table_of_something_else_is_refused():
    with pytest.raises(ValueError, match="results: expected shape"):
        arms_table(np.zeros((3, 2, 5)))
    assert len(arms_table(np.zeros((3, 3, 5))).splitlines()) == 4


@pytest.mark.parametrize(
    ("labels", "words"),
    [
        ([0, 0, 0], "expected both 0 and 1"),
        ([0, 1], "expected 3, one a row, got 2"),
        ([0, 1, 2], "labels"),
    ],
)
def test_bad_labels_are_refused(labels, words):
    with pytest.raises(ValueError, match=words):
        train_linear([[0.0], [1.0], [2.0]], labels)


def test_an_unknown_arm_is_refused():
    with pytest.raises(ValueError, match="arm: expected one of"):
        train_arm("smote", [[0.0], [1.0]], [0, 1])
