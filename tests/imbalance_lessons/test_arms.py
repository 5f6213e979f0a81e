"""Arms: which rows a model learns from, what each class weighs, and what comes of it."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.linear_model import LogisticRegression

from imbalance_lessons.arms import (
    ARMS,
    positive_scores,
    score_arm,
    train_arm,
    train_linear,
    train_logistic,
)
from imbalance_lessons.datasets import make_fraud

LABELS = st.lists(st.integers(0, 1), min_size=2, max_size=60).filter(lambda y: len(set(y)) == 2)
TRAINERS = {"linear": train_linear, "logistic": train_logistic}
PEERS = {"linear": {"C": np.inf, "tol": 1e-8}, "logistic": {}}


@pytest.fixture(scope="module")
def data():
    return make_fraud(6_000, prevalence=0.05, seed=1)


def test_the_examples_in_the_docstrings_are_true(has_true_examples):
    has_true_examples("arms")


@given(LABELS, st.integers(0, 5))
def test_an_arm_gives_each_class_the_same_say(labels, seed):
    """By weights or by rows; "sampling" in the long run, which is tested below."""
    labels = np.array(labels)
    for arm in ("weights", "oversampling", "undersampling"):
        rows, weight = ARMS[arm](labels, seed)
        mass = np.bincount(labels[rows]) * (1 if weight is None else weight)
        assert mass[0] == pytest.approx(mass[1])
    rows, weight = ARMS["untouched"](labels, seed)
    assert (rows.tolist(), weight) == (list(range(len(labels))), None)


@given(LABELS, st.integers(0, 5))
def test_which_rows_an_arm_learns_from(labels, seed):
    labels = np.array(labels)
    sizes = np.bincount(labels)
    rows = {arm: ARMS[arm](labels, seed)[0] for arm in ARMS}
    assert len(rows["sampling"]) == len(rows["weights"]) == len(labels)
    assert set(rows["oversampling"]) == set(range(len(labels)))
    assert len(rows["oversampling"]) == 2 * sizes.max()
    assert len(set(rows["undersampling"])) == len(rows["undersampling"]) == 2 * sizes.min()
    for arm in ARMS:
        assert rows[arm].tolist() == ARMS[arm](labels, seed)[0].tolist()


def test_a_balanced_sample_is_balanced_in_the_long_run():
    labels = np.array([0] * 9000 + [1] * 1000)
    rows, _ = ARMS["sampling"](labels, 0)
    assert np.mean(labels[rows]) == pytest.approx(0.5, abs=0.02)
    assert len(set(rows)) < len(rows)


@pytest.mark.parametrize("trainer", TRAINERS)
@pytest.mark.parametrize(
    ("arm", "options"), [("untouched", {}), ("weights", {"class_weight": "balanced"})]
)
def test_an_arm_is_what_scikit_learn_makes_of_it(data, arm, options, trainer):
    inputs, labels = data
    scores = positive_scores(train_arm(arm, inputs, labels, train=TRAINERS[trainer]), inputs)
    peer = LogisticRegression(max_iter=2000, **PEERS[trainer], **options).fit(inputs, labels)
    assert scores == pytest.approx(peer.predict_proba(inputs)[:, 1], abs=2e-3)


def test_sampling_ends_near_the_weights(data):
    inputs, labels = data
    weights, sampling, copies = (
        positive_scores(train_arm(arm, inputs, labels), inputs)
        for arm in ("weights", "sampling", "oversampling")
    )
    for scores in (sampling, copies):
        assert np.corrcoef(weights, scores)[0, 1] > 0.97
        assert scores.mean() == pytest.approx(weights.mean(), abs=0.03)
    again = positive_scores(train_arm("sampling", inputs, labels, seed=1), inputs)
    assert not np.array_equal(sampling, again)


@settings(max_examples=20, deadline=None)
@given(st.floats(0.01, 100))
def test_only_the_ratio_of_the_weights_counts(factor):
    """Without a penalty: the cross entropy divides by the sum of the weights."""
    inputs, labels = make_fraud(400, prevalence=0.2, seed=0)
    one, other = (
        positive_scores(train_linear(inputs, labels, np.array([1.0, 3.0]) * k), inputs)
        for k in (1, factor)
    )
    assert one == pytest.approx(other, abs=1e-3)


def test_nobody_elses_random_numbers_are_used(data, leaves_randomness_alone):
    inputs, labels = (values[:500] for values in data)
    before = inputs.copy(), labels.copy()
    with leaves_randomness_alone():
        for arm in ARMS:
            for train in TRAINERS.values():
                train_arm(arm, inputs, labels, seed=1, train=train)
    np.testing.assert_array_equal(before[0], inputs)
    np.testing.assert_array_equal(before[1], labels)


def test_scores_of_either_kind_of_model():
    inputs = [[0.0], [1.0], [2.0], [3.0]]
    for train in (train_linear, train_logistic):
        scores = positive_scores(train(inputs, [0, 1, 0, 1]), inputs)
        assert scores.dtype == np.float64
        assert (np.diff(scores) > 0).all()
    logits = torch.nn.Identity()
    expected = [0.5, 1 / (1 + np.e)]
    assert positive_scores(logits, [[0.0, 0.0], [1.0, 0.0]]) == pytest.approx(expected)


def test_an_arm_is_scored_on_the_other_two_parts(data):
    inputs, labels = data
    cuts = (slice(0, 3000), slice(3000, 4500), slice(4500, 6000))
    parts = [(inputs[rows], labels[rows]) for rows in cuts]
    model = train_arm("sampling", *parts[0], seed=3)
    for (y, scores), (rows, expected) in zip(
        score_arm("sampling", parts, 3), parts[1:], strict=True
    ):
        np.testing.assert_array_equal(y, expected)
        np.testing.assert_array_equal(scores, positive_scores(model, rows))


@pytest.mark.parametrize(
    ("labels", "words"),
    [
        ([0, 0, 0], "expected both 0 and 1"),
        ([0, 1], "expected 3, one a row, got 2"),
        ([0, 1, 2], "labels"),
    ],
)
@pytest.mark.parametrize(
    "train", [train_linear, train_logistic, lambda *a: train_arm("weights", *a)]
)
def test_bad_labels_are_refused(train, labels, words):
    with pytest.raises(ValueError, match=words):
        train([[0.0], [1.0], [2.0]], labels)


def test_bad_inputs_are_named(refuses):
    for train in (train_linear, train_logistic):
        with refuses("inputs", "nan"):
            train([[0.0], [float("nan")]], [0, 1])
    with refuses("arm", "'smote'"):
        train_arm("smote", [[0.0], [1.0]], [0, 1])
    with refuses("seed", "-1"):
        train_arm("sampling", [[0.0], [1.0]], [0, 1], seed=-1)
