"""Remedies compared: each arm is what its name says, by scikit-learn's own metrics."""

import numpy as np
import pytest
from sklearn import metrics as peer
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler

from imbalance_lessons.comparison import AT_THRESHOLD, OF_RANKING, compare_remedies
from imbalance_lessons.datasets import make_fraud
from imbalance_lessons.splits import stratified_split

ARMS = ["untouched", "weighted", "oversampled", "odds times ratio", "threshold tuned"]


@pytest.fixture(scope="module")
def data():
    return make_fraud(8_000, prevalence=0.05, seed=1)


@pytest.fixture(scope="module")
def scores(data):
    return compare_remedies(*data, seed=3)


def test_the_examples_in_the_docstring_are_true(has_true_examples):
    has_true_examples("comparison")


def test_each_arm_has_each_metric(scores):
    assert list(scores) == ARMS
    for arm in scores.values():
        assert list(arm) == [*AT_THRESHOLD, *OF_RANKING]
        assert {type(value) for value in arm.values()} == {float}


@pytest.mark.parametrize(
    ("arm", "options"), [("untouched", {}), ("weighted", {"class_weight": "balanced"})]
)
def test_an_arm_is_what_scikit_learn_makes_of_it(data, scores, arm, options):
    inputs, labels = data
    train, _, test = stratified_split(labels, [0.5, 0.25, 0.25], 3)
    inputs = StandardScaler().fit(inputs[train]).transform(inputs)
    model = LogisticRegression(max_iter=1000, **options).fit(inputs[train], labels[train])
    flagged, ranks = model.predict(inputs[test]), model.predict_proba(inputs[test])[:, 1]
    theirs = {
        "recall": peer.recall_score(labels[test], flagged),
        "precision": peer.precision_score(labels[test], flagged),
        "F1": peer.f1_score(labels[test], flagged),
        "balanced accuracy": peer.balanced_accuracy_score(labels[test], flagged),
        "ROC-AUC": peer.roc_auc_score(labels[test], ranks),
        "AP": peer.average_precision_score(labels[test], ranks),
    }
    assert scores[arm] == pytest.approx(theirs, abs=2e-3)


def test_what_keeps_the_order_keeps_the_metrics_of_the_ranking(scores):
    for arm in ("odds times ratio", "threshold tuned"):
        for metric in OF_RANKING:
            assert scores[arm][metric] == scores["untouched"][metric]


def test_every_remedy_finds_more_and_raises_more_false_alarms(scores):
    for arm in ARMS[1:]:
        assert scores[arm]["recall"] > scores["untouched"]["recall"]
        assert scores[arm]["precision"] < scores["untouched"]["precision"]
        assert scores[arm]["balanced accuracy"] > scores["untouched"]["balanced accuracy"]


def test_weights_and_oversampling_do_the_same(scores):
    for metric in scores["weighted"]:
        assert scores["weighted"][metric] == pytest.approx(scores["oversampled"][metric], abs=0.05)


def test_the_same_seed_gives_the_same_scores(data, scores):
    assert compare_remedies(*data, seed=3) == scores
    assert compare_remedies(*data, seed=4) != scores


def test_a_feature_without_spread_is_no_trouble(data):
    inputs, labels = data
    padded = np.hstack([inputs, np.ones((len(inputs), 1))])
    arms = compare_remedies(padded, labels, seed=3)
    assert arms["untouched"]["ROC-AUC"] > 0.5


def test_a_class_that_is_too_small_for_three_parts_is_refused():
    with pytest.raises(ValueError, match="expected"):
        compare_remedies(np.zeros((20, 2)), [0] * 18 + [1] * 2)
