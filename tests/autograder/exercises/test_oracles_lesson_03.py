"""The oracles of lesson 03 agree with the reference, and with what others have written."""

from collections import Counter

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from imblearn.over_sampling import SMOTE
from imblearn.under_sampling import RandomUnderSampler
from sklearn.neighbors import NearestNeighbors
from sklearn.utils.class_weight import compute_sample_weight
from torch.utils.data import WeightedRandomSampler

from autograder.engine.compare import mismatch
from autograder.engine.registry import find_judge, find_question
from autograder.judges.segments import neighbours
from autograder.questions.seeded import ask_for_epochs
from imbalance_lessons import sampling, synthesis

labels = st.lists(st.integers(0, 5), min_size=1, max_size=40)
unequal = st.lists(st.integers(0, 3), min_size=8, max_size=40)
seeds = st.integers(0, 2**31 - 1)


def oracle(name, *inputs, **options):
    return find_judge(name).expected(*inputs, **options)


def accepts(name, answer, *inputs, **options):
    judge = find_judge(name)
    read = judge.reading(oracle(name, *inputs, **options), *inputs, **options)
    found = judge.reading(answer, *inputs, **options)
    return mismatch(read, found, judge.rtol, judge.atol) is None


@given(labels)
def test_sample_weights(labels):
    got = oracle("sample_weights", labels)
    np.testing.assert_allclose(got, sampling.sample_weights(labels), rtol=1e-12)
    balanced = compute_sample_weight("balanced", labels)
    np.testing.assert_allclose(got / got.sum(), balanced / balanced.sum(), rtol=1e-12)
    assert accepts("sample_weights", balanced, labels)
    totals = np.bincount(labels, weights=got)
    np.testing.assert_allclose(totals[totals > 0], 1, rtol=1e-12)


@given(unequal)
def test_weights_that_are_off_for_one_sample_are_not_accepted(labels):
    wrong = oracle("sample_weights", labels)
    wrong[0] *= 1.01
    assert not accepts("sample_weights", wrong, labels)


@pytest.mark.parametrize("weights", [[0.25] * 4 + [-1.0], [0.25] * 4 + [np.inf], [[1.0] * 5]])
def test_weights_that_no_sampler_could_use_cannot_be_read(weights):
    with pytest.raises(ValueError, match="weights"):
        find_judge("sample_weights").reading(np.array(weights), [0, 0, 0, 0, 1])


def cases(name, seed):
    return find_question(name).cases(seed)


@pytest.mark.parametrize("seed", range(4))
def test_the_expected_draws_are_those_of_pytorch_within_the_tolerance(seed):
    judge = find_judge("create_balanced_sampler")
    for case in cases("create_balanced_sampler", seed):
        labels, options = case.inputs["labels"], dict(case.options)
        classes = np.asarray(labels)
        weights = torch.tensor([1 / int((classes == c).sum()) for c in classes])

        def pytorch(labels, num_samples=None, replacement=True, generator=None, weights=weights):
            draws = num_samples or len(labels)
            return WeightedRandomSampler(weights, draws, replacement, generator)

        asked = {**options, "epochs": 5 * options["epochs"]}
        drawn = ask_for_epochs(pytorch, labels, **asked)
        shares = judge.reading(drawn, labels, **asked)["share of each class in the draws"]
        expected = judge.reading(oracle(judge.name, labels, **options), labels, **options)
        exact = expected["share of each class in the draws"]
        # Five times the draws: what is left is the bias of drawing without replacement.
        assert np.abs(shares - exact).max() < judge.atol / 2


@pytest.mark.parametrize("seed", range(30))
def test_the_reference_is_never_refused_by_bad_luck(judged, seed):
    for name, reference in (
        ("create_balanced_sampler", sampling.create_balanced_sampler),
        ("undersampled_indices", sampling.undersampled_indices),
        ("synthetic_samples", synthesis.synthetic_samples),
    ):
        report = judged(name, reference, 1000 + seed)
        assert report.score == report.points, str(report)


def test_an_epoch_is_as_distinct_as_the_theory_says():
    labels = [0] * 900 + [1] * 100
    drawn = ask_for_epochs(sampling.create_balanced_sampler, labels, epochs=200, seed=3)
    seen = np.array([[len(set(row[row < 900])), len(set(row[row >= 900]))] for row in drawn])
    np.testing.assert_allclose(seen.mean(axis=0), sampling.expected_distinct(labels), rtol=0.01)


@given(unequal, seeds)
def test_undersampled_indices(labels, seed):
    expected = oracle("undersampled_indices", labels, seed)
    kept = Counter(labels[i] for i in expected)
    assert set(kept.values()) == {min(Counter(labels).values())}
    assert set(kept) == set(labels)
    assert len(set(expected)) == len(expected)
    answer = sampling.undersampled_indices(labels, seed)
    assert accepts("undersampled_indices", answer, labels)


@given(unequal, seeds)
def test_imbalanced_learn_undersamples_as_many(labels, seed):
    if len(set(labels)) < 2:
        return
    sampler = RandomUnderSampler(random_state=seed)
    sampler.fit_resample(np.zeros((len(labels), 1)), labels)
    rows = np.random.default_rng(seed).permutation(sampler.sample_indices_)
    assert accepts("undersampled_indices", rows, labels)
    assert not accepts("undersampled_indices", [*rows, rows[0]], labels)


@pytest.mark.parametrize("rows", [[-1, 0], [0.5, 3], [0, 6], [[0, 3]]])
def test_what_are_no_rows_cannot_be_read(rows):
    with pytest.raises(ValueError, match="row numbers"):
        find_judge("undersampled_indices").reading(rows, [0, 0, 0, 1, 0, 1])


@st.composite
def tables(draw):
    """Make rows of three classes in one cloud; class 1 has 3 to 9 of them."""
    rng = np.random.default_rng(draw(seeds))
    sizes = [20, draw(st.integers(3, 9)), 5]
    labels = rng.permutation(np.repeat([0, 1, 2], sizes))
    return rng.normal(size=(len(labels), draw(st.integers(2, 4)))), labels


@settings(max_examples=40, deadline=None)
@given(tables(), st.integers(1, 12), st.integers(1, 8), seeds)
def test_synthetic_samples(table, num_samples, k, seed):
    inputs, labels = table
    arguments = (inputs, labels, 1, num_samples, k)
    assert accepts("synthetic_samples", synthesis.synthetic_samples(*arguments, seed), *arguments)
    own, k = inputs[labels == 1], min(k, int((labels == 1).sum()) - 1)
    smote = SMOTE(
        sampling_strategy={1: len(own) + num_samples},
        k_neighbors=NearestNeighbors(n_neighbors=k + 1),
        random_state=seed,
    )
    # Two samples of class 2 would do: only class 1 is filled up.
    rows = smote.fit_resample(inputs, labels)[0][len(inputs) :]
    assert accepts("synthetic_samples", rows, *arguments)
    outside = rows + 0.2
    assert not accepts("synthetic_samples", outside, *arguments)


def test_neighbours_are_those_of_scikit_learn():
    rows = np.random.default_rng(0).normal(size=(30, 3))
    expected = NearestNeighbors(n_neighbors=4).fit(rows).kneighbors(return_distance=False)
    np.testing.assert_array_equal(neighbours(rows, 4), expected)


@pytest.mark.parametrize("seed", [None, *range(20)])
def test_no_distances_tie_so_that_the_neighbours_are_certain(seed):
    for case in cases("synthetic_samples", seed):
        inputs, labels, rare, _ = case.inputs.values()
        own = inputs[labels == rare]
        k = min(case.options.get("k", 5), len(own) - 1)
        ordered = np.sort(np.linalg.norm(own[:, None] - own, axis=2), axis=1)
        if k < len(own) - 1:
            assert (ordered[:, k + 1] - ordered[:, k]).min() > 1e-9


def test_a_pipeline_is_either_sound_or_names_one_of_its_lines():
    lengths = {"one": 4, "two": 5, "three": 5, "four": 5, "five": 4, "six": 6}
    for key, lines in lengths.items():
        assert 0 <= oracle("first_wrong_line", key) <= lines
    constants = [[oracle("first_wrong_line", key) for key in lengths].count(n) for n in range(7)]
    assert max(constants) <= 2
