import copy
import math
from collections import Counter

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from imblearn.over_sampling import RandomOverSampler
from imblearn.under_sampling import RandomUnderSampler
from scipy import stats
from sklearn.utils.class_weight import compute_sample_weight
from torch.utils.data import DataLoader, IterableDataset, Subset, TensorDataset
from torch.utils.data import WeightedRandomSampler as Weighted

from imbalance_lessons.sampling import (
    create_balanced_sampler,
    create_undersampled_dataset,
    expected_distinct,
    labels_of,
    oversampled_indices,
    sample_weights,
    undersampled_indices,
)

LABELS = st.lists(st.integers(0, 6), min_size=1, max_size=60)
SEEDS = st.integers(0, 10_000)
NINE_TO_ONE = [0] * 900 + [1] * 100

FORMS = {
    "list": list,
    "int32 array": lambda labels: np.array(labels, dtype=np.int32),
    "uint8 array": lambda labels: np.array(labels, dtype=np.uint8),
    "float64 array": lambda labels: np.array(labels, dtype=np.float64),
    "tensor": torch.tensor,
    "uint8 tensor": lambda labels: torch.tensor(labels, dtype=torch.uint8),
    "float32 tensor": lambda labels: torch.tensor(labels, dtype=torch.float32),
}

OF_LABELS = {
    "sample_weights": sample_weights,
    "create_balanced_sampler": lambda labels: list(
        create_balanced_sampler(labels, generator=seeded(1))
    ),
    "expected_distinct": expected_distinct,
    "oversampled_indices": lambda labels: oversampled_indices(labels, 1),
    "undersampled_indices": lambda labels: undersampled_indices(labels, 1),
    "create_undersampled_dataset": lambda labels: (
        create_undersampled_dataset(range(8), labels, seed=1).indices
    ),
}


def seeded(seed):
    return torch.Generator().manual_seed(seed)


def tutorial_sampler(labels):
    """Do what the material does."""
    class_counts = torch.bincount(torch.as_tensor(labels))
    weights = 1.0 / class_counts[labels]
    return Weighted(weights=weights, num_samples=len(labels), replacement=True)


def tutorial_undersampled(dataset, labels):
    """Do what the material does."""
    labels = np.array(labels)
    classes, counts = np.unique(labels, return_counts=True)
    selected_indices = []
    for cls in classes:
        cls_indices = np.where(labels == cls)[0]
        selected = np.random.choice(cls_indices, counts.min(), replace=False)  # noqa: NPY002
        selected_indices.extend(selected)
    return Subset(dataset, selected_indices)


# Where the material goes wrong


def test_uint8_labels_act_as_a_mask():
    labels = torch.tensor([0, 1], dtype=torch.uint8)
    with pytest.warns(UserWarning, match="uint8"):
        assert len(tutorial_sampler(labels).weights) == 1  # the sampler never draws sample 1
    assert create_balanced_sampler(labels).weights.tolist() == [1, 1]

    labels = torch.tensor([0, 0, 0, 1], dtype=torch.uint8)
    with pytest.warns(UserWarning, match="uint8"), pytest.raises(IndexError, match="mask"):
        tutorial_sampler(labels)
    assert sample_weights(labels).tolist() == pytest.approx([1 / 3, 1 / 3, 1 / 3, 1])


def test_counter_knows_no_element_of_a_tensor():
    labels = torch.tensor([0, 0, 0, 1])
    counts = Counter(labels)
    with pytest.raises(ZeroDivisionError):
        [1 / counts[label] for label in labels]
    assert sample_weights(labels).tolist() == pytest.approx([1 / 3, 1 / 3, 1 / 3, 1])


def test_a_loader_takes_a_sampler_or_shuffles():
    dataset = TensorDataset(torch.arange(4))
    sampler = create_balanced_sampler([0, 0, 0, 1], generator=seeded(0))
    with pytest.raises(ValueError, match="mutually exclusive"):
        DataLoader(dataset, batch_size=2, sampler=sampler, shuffle=True)
    assert sum(len(batch) for (batch,) in DataLoader(dataset, 2, sampler=sampler)) == 4


def test_without_replacement_samples_of_zero_weight_come_after_all():
    assert sorted(Weighted([1.0, 0.0, 0.0], 3, replacement=False)) == [0, 1, 2]
    # Ours has no zero weights, and refuses more draws than there are samples.
    assert (create_balanced_sampler([0, 2, 2], replacement=False).weights > 0).all()


def test_the_materials_undersampler_sorts_by_class_and_draws_from_the_global_state():
    labels = np.array([0] * 60 + [1] * 20)
    dataset = TensorDataset(torch.from_numpy(labels))

    def batches(subset):
        return [set(batch.tolist()) for (batch,) in DataLoader(subset, batch_size=10)]

    state = np.random.get_state()  # noqa: NPY002
    try:
        sorted_by_class = tutorial_undersampled(dataset, labels)
        assert np.random.get_state()[2] != state[2]  # noqa: NPY002
    finally:
        np.random.set_state(state)  # noqa: NPY002
    assert batches(sorted_by_class) == [{0}, {0}, {1}, {1}]
    assert batches(create_undersampled_dataset(dataset, labels, seed=0)) == [{0, 1}] * 4


def test_a_million_times_sixteen_is_the_end_of_multinomial():
    too_many = np.zeros(2**24 + 1, dtype=np.uint8)
    with pytest.raises(RuntimeError, match="2\\^24"):
        next(iter(Weighted(torch.ones(2**24 + 1), num_samples=1)))
    with pytest.raises(ValueError, match=r"labels: expected .* BalancedSampler, got 16777217"):
        create_balanced_sampler(too_many, num_samples=1)


def test_equally_often_holds_in_expectation_only():
    """An epoch of 1000 draws misses more than half of the common class."""
    theory = 900 * (1 - (1 - 1 / 1800) ** 1000), 100 * (1 - (1 - 1 / 200) ** 1000)
    assert theory == pytest.approx((383.7, 99.3), abs=0.05)
    assert expected_distinct(NINE_TO_ONE) == pytest.approx(theory)

    sampler, labels = create_balanced_sampler(NINE_TO_ONE, generator=seeded(0)), np.r_[NINE_TO_ONE]
    epochs = [np.bincount(labels[np.unique(list(sampler))]) for _ in range(200)]
    spread = np.std(epochs, axis=0, ddof=1) / math.sqrt(len(epochs))
    assert (np.abs(np.mean(epochs, axis=0) - theory) < 4 * spread).all()
    assert np.std(epochs, axis=0).min() > 0


def test_the_rare_samples_of_a_batch_are_binomial():
    sampler = create_balanced_sampler(NINE_TO_ONE, num_samples=32 * 4000, generator=seeded(0))
    rare = (np.array(list(sampler)) >= 900).reshape(-1, 32).sum(axis=1)
    observed = np.bincount(np.clip(rare, 9, 23), minlength=24)[9:]
    edges = stats.binom.cdf(np.arange(9, 23), 32, 0.5)
    expected = np.diff(np.r_[0, edges, 1]) * len(rare)
    assert stats.chisquare(observed, expected).pvalue > 0.001
    assert (rare.min(), rare.max()) < (9, 22)  # a batch is far from half and half


# Weights


@given(LABELS)
def test_weights_are_scikit_learns_up_to_their_scale(labels):
    weights = sample_weights(labels)
    balanced = compute_sample_weight("balanced", labels)
    assert weights.dtype == np.float64
    assert weights * len(labels) / len(set(labels)) == pytest.approx(balanced)


@given(LABELS)
def test_the_weights_of_each_class_sum_to_one(labels):
    sums = np.bincount(labels, weights=sample_weights(labels))
    assert sums[sorted(set(labels))] == pytest.approx(1)
    assert sample_weights(labels).sum() == pytest.approx(len(set(labels)))


@given(LABELS, st.permutations(range(7)), st.integers(2, 4), st.randoms(use_true_random=False))
def test_names_order_and_repetition_of_the_labels(labels, names, times, random):
    weights = sample_weights(labels)
    assert np.array_equal(sample_weights([names[label] for label in labels]), weights)
    assert sample_weights(labels * times) * times == pytest.approx(np.tile(weights, times))
    order = random.sample(range(len(labels)), len(labels))
    assert np.array_equal(sample_weights([labels[i] for i in order]), weights[order])


# The weighted sampler


@pytest.mark.parametrize("labels", [NINE_TO_ONE, [0, 1, 1, 3, 3, 3, 3]])
def test_the_sampler_is_the_materials_where_that_works(labels):
    ours, theirs = create_balanced_sampler(labels, generator=seeded(7)), tutorial_sampler(labels)
    theirs.generator = seeded(7)
    assert isinstance(ours, Weighted)
    assert ours.weights.tolist() == pytest.approx(theirs.weights.tolist())
    assert (len(ours), ours.replacement) == (len(theirs), True)
    assert list(ours) == list(theirs)


def test_arguments_arrive():
    generator = seeded(0)
    sampler = create_balanced_sampler(
        NINE_TO_ONE, num_samples=np.int64(50), replacement=False, generator=generator
    )
    assert (len(sampler), sampler.replacement) == (50, False)
    assert sampler.generator is generator
    assert len(set(sampler)) == 50


def test_without_replacement_a_whole_epoch_balances_nothing():
    sampler = create_balanced_sampler(NINE_TO_ONE, replacement=False, generator=seeded(0))
    drawn = list(sampler)
    assert sorted(drawn) == list(range(1000))
    assert np.mean(np.array(drawn[:20]) >= 900) > 0.25  # balanced at first, until they run out
    assert np.mean(np.array(drawn[-500:]) >= 900) < 0.05


def test_without_a_generator_it_follows_pytorchs_global_one():
    sampler = create_balanced_sampler(NINE_TO_ONE)
    with torch.random.fork_rng():
        torch.manual_seed(3)
        first, second = list(sampler), list(sampler)
        torch.manual_seed(3)
        assert list(sampler) == first != second


# How many different samples


@given(LABELS, st.integers(1, 200))
def test_expected_distinct_is_the_sum_of_chances(labels, draws):
    """Sample by sample, from the sampler's own probabilities."""
    p = sample_weights(labels) / sample_weights(labels).sum()
    seen = np.bincount(labels, weights=-np.expm1(draws * np.log1p(-np.minimum(p, 1 - 1e-16))))
    assert expected_distinct(labels, draws) == pytest.approx(seen)


def test_expected_distinct_has_limits():
    assert expected_distinct([0, 0, 2], 1) == pytest.approx([0.5, 0, 0.5])
    assert expected_distinct([0, 0, 2], 10_000) == pytest.approx([2, 0, 1])
    assert expected_distinct([0] * 10) == pytest.approx([10 * (1 - 0.9**10)])


# Over- and undersampling


@given(LABELS, SEEDS)
def test_oversampling_gives_every_class_the_size_of_the_largest(labels, seed):
    indices = oversampled_indices(labels, seed)
    largest = max(Counter(labels).values())
    assert indices.dtype == np.int64
    assert Counter(np.array(labels)[indices].tolist()) == dict.fromkeys(labels, largest)
    assert set(indices.tolist()) == set(range(len(labels)))
    common = [i for i, y in enumerate(labels) if labels.count(y) == largest]
    assert all((indices == i).sum() == 1 for i in common)


@given(LABELS, SEEDS)
def test_undersampling_gives_every_class_the_size_of_the_smallest(labels, seed):
    indices = undersampled_indices(labels, seed)
    smallest = min(Counter(labels).values())
    assert indices.dtype == np.int64
    assert Counter(np.array(labels)[indices].tolist()) == dict.fromkeys(labels, smallest)
    assert len(set(indices.tolist())) == len(indices)


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [(oversampled_indices, RandomOverSampler), (undersampled_indices, RandomUnderSampler)],
)
def test_class_sizes_are_imbalanced_learns(ours, theirs):
    labels = np.repeat([0, 1, 3], [90, 9, 31])
    _, resampled = theirs(random_state=0).fit_resample(labels.reshape(-1, 1), labels)
    assert Counter(labels[ours(labels, 0)]) == Counter(resampled)


def test_undersampling_9000_900_100_throws_away_97_percent():
    assert len(undersampled_indices([0] * 9000 + [1] * 900 + [2] * 100, 0)) == 300


def test_each_sample_is_as_likely_as_another_of_its_class():
    labels = [0] * 12 + [1] * 4
    rng = np.random.default_rng(0)
    kept = np.concatenate([undersampled_indices(labels, rng) for _ in range(1500)])
    repeats = np.concatenate([oversampled_indices(labels, rng) for _ in range(400)])
    assert np.bincount(kept)[12:].tolist() == [1500] * 4
    # Without replacement, counts vary less than a chi-squared test supposes.
    assert stats.chisquare(np.bincount(kept)[:12]).pvalue > 0.01
    assert stats.chisquare(np.bincount(repeats)[12:] - 400).pvalue > 0.01


def test_repeats_are_drawn_and_not_dealt_out():
    """Of 50 samples 950 repeats are drawn: binomial, 19 each on average, give or take 4.3."""
    labels = [0] * 1000 + [1] * 50
    times = [np.bincount(oversampled_indices(labels, seed))[1000:] - 1 for seed in range(20)]
    assert np.sum(times, axis=1).tolist() == [950] * 20
    assert np.std(times) == pytest.approx(np.sqrt(950 / 50 * 49 / 50), rel=0.1)


@pytest.mark.parametrize("indices_of", [oversampled_indices, undersampled_indices])
def test_indices_are_in_random_order(indices_of):
    labels = np.repeat([0, 1], [500, 100])
    order = labels[indices_of(labels, 0)]
    # Runs of one class: half as many again as samples in a fair order, two if sorted by class.
    runs, n = 1 + np.count_nonzero(np.diff(order)), len(order)
    assert abs(runs - (n / 2 + 1)) < 4 * math.sqrt(n) / 2


@pytest.mark.parametrize("indices_of", [oversampled_indices, undersampled_indices])
def test_a_seed_repeats_and_a_generator_goes_on(indices_of):
    first = indices_of(NINE_TO_ONE, 5)
    assert np.array_equal(indices_of(NINE_TO_ONE, np.int64(5)), first)
    assert not np.array_equal(indices_of(NINE_TO_ONE, 6), first)
    assert not np.array_equal(indices_of(NINE_TO_ONE), indices_of(NINE_TO_ONE))
    rng = np.random.default_rng(5)
    assert np.array_equal(indices_of(NINE_TO_ONE, rng), first)
    assert not np.array_equal(indices_of(NINE_TO_ONE, rng), first)


def test_the_undersampled_dataset_is_a_subset():
    dataset = TensorDataset(torch.arange(1000) * 10, torch.tensor(NINE_TO_ONE))
    subset = create_undersampled_dataset(dataset, NINE_TO_ONE, seed=3)
    assert isinstance(subset, Subset)
    assert subset.dataset is dataset
    assert subset.indices == undersampled_indices(NINE_TO_ONE, 3).tolist()
    assert {type(i) for i in subset.indices} == {int}  # some data sets know no other
    assert torch.stack([y for _, y in subset]).bincount().tolist() == [100, 100]


# Any form, nothing touched


@pytest.mark.parametrize("function", OF_LABELS.values(), ids=OF_LABELS)
@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_labels_of_any_form_will_do(function, form, leaves_randomness_alone):
    labels = form([0, 0, 2, 0, 1, 2, 0, 0])
    before = copy.deepcopy(labels)
    with leaves_randomness_alone():
        answer = function(labels)
    assert np.array_equal(answer, function([0, 0, 2, 0, 1, 2, 0, 0]))
    assert type(labels) is type(before)
    assert list(labels) == list(before)


def test_no_seed_leaves_the_global_state_alone(leaves_randomness_alone):
    with leaves_randomness_alone():
        oversampled_indices(NINE_TO_ONE)
        create_undersampled_dataset(NINE_TO_ONE, NINE_TO_ONE)


# Bad input


@pytest.mark.parametrize("function", OF_LABELS.values(), ids=OF_LABELS)
def test_bad_labels_are_refused(function, bad_labels, refuses):
    labels, got = bad_labels
    with refuses("labels", got):
        function(labels)


BAD_DRAWS = {"zero": 0, "negative": -1, "fraction": 1.5, "string": "9", "boolean": True}


@pytest.mark.parametrize("draws", BAD_DRAWS.values(), ids=BAD_DRAWS)
@pytest.mark.parametrize("function", [create_balanced_sampler, expected_distinct])
def test_bad_numbers_of_draws_are_refused(function, draws, refuses):
    with refuses("num_samples", f"got {draws!r}"):
        function([0, 1], num_samples=draws)


def test_more_draws_than_samples_need_replacement(refuses):
    assert len(list(create_balanced_sampler([0, 1], num_samples=3))) == 3
    with refuses("num_samples", "at most 2 draws without replacement, one a sample, got 3"):
        create_balanced_sampler([0, 1], num_samples=3, replacement=False)
    for replacement in (1, None, "yes"):
        with refuses("replacement", f"got {replacement!r}"):
            create_balanced_sampler([0, 1], replacement=replacement)


@pytest.mark.parametrize("generator", [0, "cpu", np.random.default_rng(0)])
def test_bad_generators_are_refused(generator, refuses):
    with refuses("generator", "expected a torch.Generator or None"):
        create_balanced_sampler([0, 1], generator=generator)


def test_bad_seeds_are_refused(refuses):
    for function in (oversampled_indices, undersampled_indices):
        with refuses("seed", "got '0'"):
            function([0, 1], "0")
    with refuses("seed", "got -1"):
        create_undersampled_dataset([7, 8], [0, 1], seed=-1)


def test_a_dataset_must_have_a_length_and_a_label_a_sample(refuses):
    class Stream(IterableDataset):
        def __iter__(self):
            yield 0

    with refuses("dataset", "expected one with a length, got Stream"):
        create_undersampled_dataset(Stream(), [0, 1])
    with refuses("labels", "expected 3 class numbers, one a sample, got 2"):
        create_undersampled_dataset(TensorDataset(torch.zeros(3)), [0, 1])
    with refuses("labels", "got 2"):
        labels_of("abc", [0, 1])
