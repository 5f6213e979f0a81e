import random

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.datasets import make_classification
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

from imbalance_lessons.datasets import make_fraud


def test_shapes_types_and_prevalence_of_the_default():
    inputs, labels = make_fraud()
    assert inputs.shape == (20_000, 20)
    assert inputs.dtype == np.float32
    assert labels.dtype == np.int64
    assert np.isfinite(inputs).all()
    assert np.bincount(labels).tolist() == [19_800, 200]


@settings(deadline=None, max_examples=60)
@given(n_samples=st.integers(40, 3000), prevalence=st.floats(0.06, 0.94), seed=st.integers(0, 99))
def test_the_number_of_frauds_is_the_nearest_even_one(n_samples, prevalence, seed):
    _, labels = make_fraud(n_samples, prevalence, seed)
    frauds = int(labels.sum())
    assert len(labels) == n_samples
    assert set(labels.tolist()) == {0, 1}
    assert frauds % 2 == 0
    assert abs(frauds - n_samples * prevalence) <= 1 + 1e-9


@pytest.mark.parametrize(
    ("n_samples", "prevalence", "frauds"),
    [(1000, 0.01, 10), (333, 0.123, 40), (12_345, 0.001, 12), (40_000, 1 / 11, 3636)],
)
def test_rounding_errors_lose_no_fraud(n_samples, prevalence, frauds):
    assert make_fraud(n_samples, prevalence)[1].sum() == frauds


def test_it_is_scikit_learns_generator_without_label_noise():
    inputs, labels = make_fraud(4000, 0.05, seed=7, class_sep=1.5)
    theirs, their_labels = make_classification(
        4000,
        20,
        n_informative=6,
        n_redundant=4,
        n_clusters_per_class=2,
        weights=[0.9500001, 0.0500001],
        class_sep=1.5,
        flip_y=0,
        random_state=7,
    )
    np.testing.assert_array_equal(labels, their_labels)
    np.testing.assert_allclose(inputs, theirs, rtol=1e-6)


def test_four_features_are_mixtures_of_others():
    inputs, _ = make_fraud(2000, 0.1)
    assert np.linalg.matrix_rank(inputs, tol=1e-2) == 16


def test_a_seed_fixes_the_data_and_another_changes_them():
    (one, one_labels), (same, same_labels) = make_fraud(500, 0.1, 3), make_fraud(500, 0.1, 3)
    other, _ = make_fraud(500, 0.1, 4)
    np.testing.assert_array_equal(one, same)
    np.testing.assert_array_equal(one_labels, same_labels)
    assert not np.allclose(one, other)


def test_the_rows_are_shuffled():
    _, labels = make_fraud(1000, 0.2)
    assert 50 < labels[:500].sum() < 150


def test_global_random_states_stay_as_they_are():
    np.random.seed(5)  # noqa: NPY002 - the legacy state is what is tested
    random.seed(5)
    torch.manual_seed(5)
    before = np.random.get_state()[1].copy()  # noqa: NPY002
    before_python, before_torch = random.getstate(), torch.random.get_rng_state()
    make_fraud(100, 0.2, seed=1)
    np.testing.assert_array_equal(np.random.get_state()[1], before)  # noqa: NPY002
    assert random.getstate() == before_python
    assert torch.equal(torch.random.get_rng_state(), before_torch)


@pytest.mark.parametrize("seed", range(3))
def test_fraud_can_be_ranked_but_not_told_apart(seed):
    """What lesson 01 rests on: scores that rank, and classes that overlap."""
    inputs, labels = make_fraud(seed=seed)
    train, test = slice(0, 10_000), slice(10_000, None)
    model = LogisticRegression(max_iter=500).fit(inputs[train], labels[train])
    assert 0.7 < roc_auc_score(labels[test], model.decision_function(inputs[test])) < 0.97


@pytest.mark.parametrize("seed", range(3))
def test_clusters_further_apart_are_easier(seed):
    scores = []
    for class_sep in (0.2, 0.8, 1.5):
        inputs, labels = make_fraud(4000, 0.1, seed, class_sep=class_sep)
        model = LogisticRegression(max_iter=500).fit(inputs, labels)
        scores.append(roc_auc_score(labels, model.decision_function(inputs)))
    assert scores == sorted(scores)


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"n_samples": 3}, ValueError, "n_samples: expected a whole number from 4 on, got 3"),
        ({"n_samples": 1e4}, TypeError, "n_samples: expected a whole number"),
        ({"n_samples": "many"}, TypeError, "n_samples: expected a whole number"),
        ({"prevalence": 0}, ValueError, "prevalence: expected a share between 0 and 1, got 0"),
        ({"prevalence": 1}, ValueError, "prevalence: expected a share between 0 and 1, got 1"),
        ({"prevalence": 99}, ValueError, "prevalence: expected a number from 0 to 1, got 99"),
        (
            {"prevalence": float("nan")},
            ValueError,
            "prevalence: expected a number from 0 to 1, got nan",
        ),
        ({"prevalence": "1%"}, TypeError, "prevalence: expected a number from 0 to 1, got '1%'"),
        ({"prevalence": None}, TypeError, "prevalence: expected a number from 0 to 1, got None"),
        ({"prevalence": True}, TypeError, "prevalence: expected a number from 0 to 1, got True"),
        ({"n_samples": 50}, ValueError, "got 0 frauds among 50 samples"),
        ({"n_samples": 50, "prevalence": 0.99}, ValueError, "got 50 frauds among 50 samples"),
        ({"seed": -1}, ValueError, "seed: expected a whole number from 0 on, got -1"),
        ({"seed": 2**32}, ValueError, "seed: expected a whole number up to"),
        ({"seed": None}, TypeError, "seed: expected a whole number"),
        ({"class_sep": -0.1}, ValueError, "class_sep: expected a number from 0 on, got -0.1"),
        (
            {"class_sep": float("inf")},
            ValueError,
            "class_sep: expected a number from 0 on, got inf",
        ),
    ],
)
def test_bad_arguments_are_named(arguments, error, message):
    with pytest.raises(error) as raised:
        make_fraud(**arguments)
    assert message in str(raised.value)
