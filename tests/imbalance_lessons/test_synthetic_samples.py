"""SMOTE for one class of a table, as students write it: on segments, evenly spread."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from imblearn.over_sampling import SMOTE
from scipy.spatial.distance import cdist
from scipy.stats import ks_2samp, kstest

from imbalance_lessons.synthesis import synthetic_samples

SEEDS = st.integers(0, 10_000)


def cloud(seed, sizes=(30, 9, 6), features=3):
    rng = np.random.default_rng(seed)
    labels = rng.permutation(np.repeat(np.arange(len(sizes)), sizes))
    return rng.normal(size=(len(labels), features)), labels


def gaps_on_segments(rows, own, k):
    """Find for each row the one segment to a near neighbour that it lies on, and its gap."""
    near = np.argsort(cdist(own, own), axis=1)[:, 1 : k + 1]
    found = []
    for row in rows:
        on = [
            (start, end, (row - own[start]) @ way / (way @ way))
            for start, ends in enumerate(near)
            for end in ends
            if np.linalg.matrix_rank([way := own[end] - own[start], row - own[start]], 1e-9) == 1
        ]
        assert on, row
        found.append(on[0])
    return found


@settings(max_examples=25, deadline=None)
@given(SEEDS, st.integers(1, 12), st.integers(1, 8), st.integers(0, 2))
def test_new_samples_lie_on_segments_between_near_samples_of_the_class(seed, number, k, rare):
    inputs, labels = cloud(seed)
    rows = synthetic_samples(inputs, labels, rare, number, k, seed)
    assert rows.shape == (number, 3)
    own = inputs[labels == rare]
    for start, end, gap in gaps_on_segments(rows, own, min(k, len(own) - 1)):
        assert start != end
        assert 0 <= gap < 1


def test_gaps_are_even_and_every_start_has_its_turn():
    inputs, labels = cloud(0)
    rows = synthetic_samples(inputs, labels, 1, 1500, k=2, seed=0)
    found = gaps_on_segments(rows, inputs[labels == 1], k=2)
    folded = [2 * min(gap, 1 - gap) for _, _, gap in found]
    assert kstest(folded, "uniform").pvalue > 0.01
    assert {start for start, _, _ in found} | {end for _, end, _ in found} == set(range(9))


def test_imbalanced_learn_draws_from_the_same_distribution():
    inputs, labels = cloud(1, (2600, 40), features=2)
    smote = SMOTE(sampling_strategy={1: 2540}, k_neighbors=5, random_state=0)
    theirs = smote.fit_resample(inputs, labels)[0][len(inputs) :]
    ours = synthetic_samples(inputs, labels, 1, 2500, k=5, seed=0)
    for feature in range(2):
        assert ks_2samp(ours[:, feature], theirs[:, feature]).pvalue > 0.01


@pytest.mark.parametrize("form", [np.asarray, np.ndarray.tolist, torch.as_tensor])
def test_any_form_will_do_and_is_left_alone(form):
    inputs, labels = cloud(2)
    given = form(inputs.copy()), form(labels.copy())
    rows = synthetic_samples(*given, 2, 7, seed=3)
    np.testing.assert_array_equal(rows, synthetic_samples(inputs, labels, 2, 7, seed=3))
    np.testing.assert_array_equal(np.asarray(given[0]), inputs)
    np.testing.assert_array_equal(np.asarray(given[1]), labels)


def test_neither_float32_nor_the_other_classes_matter():
    inputs, labels = cloud(4)
    rows = synthetic_samples(inputs.astype(np.float32), labels, 1, 20, seed=0)
    np.testing.assert_allclose(rows, synthetic_samples(inputs, labels, 1, 20, seed=0), atol=1e-6)
    elsewhere = np.where((labels == 1)[:, None], inputs, 99.0)
    rows = synthetic_samples(inputs, labels, 1, 20, seed=0)
    np.testing.assert_array_equal(rows, synthetic_samples(elsewhere, labels, 1, 20, seed=0))


def test_seeds():
    inputs, labels = cloud(5)
    one, again, other = (synthetic_samples(inputs, labels, 0, 9, seed=s) for s in (1, 1, 2))
    np.testing.assert_array_equal(one, again)
    assert not np.array_equal(one, other)
    rng = np.random.default_rng(1)
    np.testing.assert_array_equal(one, synthetic_samples(inputs, labels, 0, 9, seed=rng))
    assert not np.array_equal(one, synthetic_samples(inputs, labels, 0, 9, seed=rng))


def test_what_does_not_fit_is_refused(refuses):
    with refuses("samples", "got nan at position (1, 0)"):
        synthetic_samples([[0.0], [np.nan]], [1, 1], 1, 3)
    with refuses("labels", "got -1 at position 0"):
        synthetic_samples([[0.0], [1.0]], [-1, 1], 1, 3)
    with refuses("seed", "got -1"):
        synthetic_samples([[0.0], [1.0]], [1, 1], 1, 3, seed=-1)
    with pytest.raises(IndexError):
        synthetic_samples([[0.0], [1.0]], [1, 1, 1], 1, 3)
    for labels in ([1, 0], [0, 0]):  # one sample of the class, none of it
        with pytest.raises(ValueError, match=r"n_neighbors|sample"):
            synthetic_samples([[0.0], [1.0]], labels, 1, 3)
