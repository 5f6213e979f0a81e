import copy
import itertools
import math
import pickle
import tracemalloc

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from torch.utils.data import BatchSampler, DataLoader, Sampler, TensorDataset

from imbalance_lessons import balanced_sampler
from imbalance_lessons.balanced_sampler import DRAW_BLOCK, BalancedSampler
from imbalance_lessons.sampling import create_balanced_sampler, expected_distinct, sample_weights

LABELS = st.lists(st.integers(0, 6), min_size=1, max_size=60)
SEEDS = st.integers(0, 10_000)
NINE_TO_ONE = [0] * 900 + [1] * 100

FORMS = [list, np.uint8, np.int32, np.float64, torch.int64, torch.uint8, torch.float32]


def seeded(seed):
    return torch.Generator().manual_seed(seed)


# The distribution


@pytest.mark.parametrize("labels", [[1, 0, 0, 2, 0, 2, 4], [3, 3, 3], [0, 5, 0, 0]])
def test_probabilities_are_those_of_the_weighted_sampler(labels):
    draws = 40_000
    observed = np.bincount(
        BalancedSampler(labels, generator=seeded(0)).draw(draws), minlength=len(labels)
    )
    weights = sample_weights(labels)
    assert stats.chisquare(observed, draws * weights / weights.sum()).pvalue > 0.01


def test_both_samplers_draw_alike():
    labels = np.repeat([0, 2, 3], [60, 30, 10])
    ours = BalancedSampler(labels, generator=seeded(1), num_samples=20_000)
    theirs = create_balanced_sampler(labels, generator=seeded(2), num_samples=20_000)
    table = [np.bincount(list(sampler), minlength=100) for sampler in (ours, theirs)]
    assert stats.chi2_contingency(table).pvalue > 0.01


def test_an_epoch_shows_as_many_different_samples_as_theory_says():
    labels = np.array(NINE_TO_ONE)
    sampler = BalancedSampler(labels, generator=seeded(0))
    epochs = [np.bincount(labels[np.unique(list(sampler))]) for _ in range(200)]
    spread = np.std(epochs, axis=0, ddof=1) / math.sqrt(len(epochs))
    assert (np.abs(np.mean(epochs, axis=0) - expected_distinct(labels)) < 4 * spread).all()


def test_one_draw_does_not_tell_of_the_next():
    labels = np.repeat([0, 1], [50, 5])
    drawn = labels[list(BalancedSampler(labels, num_samples=20_000, generator=seeded(0)))]
    table = np.bincount(2 * drawn[:-1] + drawn[1:], minlength=4).reshape(2, 2)
    assert stats.chi2_contingency(table).pvalue > 0.01


# Class first, then a member


@given(LABELS, SEEDS)
def test_members_are_sorted_into_their_classes(labels, seed):
    sampler = BalancedSampler(labels, num_samples=50, generator=seeded(seed))
    drawn = list(sampler)
    assert len(drawn) == len(sampler) == 50
    assert {type(i) for i in drawn} == {int}
    assert set(drawn) <= set(range(len(labels)))
    assert sampler.counts.tolist() == [labels.count(c) for c in sorted(set(labels))]


@given(LABELS, SEEDS)
def test_the_two_numbers_of_a_draw_choose_class_and_member(labels, seed):
    """Read off the generator what must come."""
    drawn = BalancedSampler(labels, generator=seeded(seed)).draw(20).tolist()
    chances = torch.rand(20, 2, dtype=torch.float64, generator=seeded(seed)).tolist()
    classes = sorted(set(labels))
    members = {c: [i for i, label in enumerate(labels) if label == c] for c in classes}
    for i, (first, second) in zip(drawn, chances, strict=True):
        own = members[classes[int(first * len(classes))]]
        assert i == own[int(second * len(own))]


@pytest.mark.parametrize("classes", [2, 300, 70_000])  # sorted as one byte, two, four
@pytest.mark.parametrize("block", [7, 1000, 2**20])
def test_the_counting_sort_is_numpys_stable_sort(classes, block, monkeypatch):
    monkeypatch.setattr(balanced_sampler, "SORT_BLOCK", block)
    labels = np.random.default_rng(0).integers(classes, size=5000) ** 2 % classes
    order = balanced_sampler._sorted_by_class(labels, np.bincount(labels))
    assert np.array_equal(order, np.argsort(labels, kind="stable"))


def test_chances_at_the_ends_stay_inside(monkeypatch):
    labels = [0] * 3 + [2] * 7
    sampler = BalancedSampler(labels)
    for chance, expected in [(0.0, 0), (1 - 2**-53, 9)]:
        monkeypatch.setattr(
            torch, "rand", lambda *_, c=chance, **__: torch.full((1, 2), c, dtype=torch.float64)
        )
        assert sampler.draw(1).tolist() == [expected]


# Generators and blocks


@given(SEEDS, st.lists(st.integers(1, 9), min_size=1, max_size=6))
def test_the_sequence_does_not_depend_on_how_many_are_drawn_at_a_time(seed, sizes):
    labels, total = [0, 1, 1, 1, 2], sum(sizes)
    at_once = BalancedSampler(labels, generator=seeded(seed)).draw(total).tolist()
    in_parts = BalancedSampler(labels, generator=seeded(seed))
    assert [i for size in sizes for i in in_parts.draw(size).tolist()] == at_once
    assert list(BalancedSampler(labels, num_samples=total, generator=seeded(seed))) == at_once


@pytest.mark.parametrize("num_samples", [1, DRAW_BLOCK - 1, DRAW_BLOCK, DRAW_BLOCK + 1])
def test_an_epoch_has_its_length_whatever_the_block(num_samples):
    sampler = BalancedSampler(NINE_TO_ONE, num_samples=num_samples, generator=seeded(0))
    drawn = list(sampler)
    assert len(drawn) == num_samples
    assert drawn == BalancedSampler(NINE_TO_ONE, generator=seeded(0)).draw(num_samples).tolist()


def test_the_first_batch_does_not_wait_for_the_epoch():
    generator = seeded(0)
    first = next(iter(BalancedSampler([0, 1], num_samples=10**12, generator=generator)))
    assert first in (0, 1)


def test_epochs_differ_and_a_seed_repeats_them():
    sampler = BalancedSampler(NINE_TO_ONE, generator=seeded(4))
    epochs = [list(sampler), list(sampler)]
    again = BalancedSampler(NINE_TO_ONE, generator=seeded(4))
    assert [list(again), list(again)] == epochs
    assert epochs[0] != epochs[1]
    assert list(BalancedSampler(NINE_TO_ONE, generator=seeded(5))) != epochs[0]


def test_a_generator_keeps_draws_apart_from_the_global_state(leaves_randomness_alone):
    with leaves_randomness_alone():
        BalancedSampler(NINE_TO_ONE)  # made, not drawn from
        list(BalancedSampler(NINE_TO_ONE, generator=seeded(0)))


def test_without_a_generator_it_follows_pytorchs_global_one():
    sampler = BalancedSampler(NINE_TO_ONE)
    with torch.random.fork_rng():
        torch.manual_seed(3)
        first, second = list(sampler), list(sampler)
        torch.manual_seed(3)
        assert list(sampler) == first != second


# In a loader


def test_a_loader_batches_it():
    dataset = TensorDataset(torch.tensor(NINE_TO_ONE))
    sampler = BalancedSampler(NINE_TO_ONE, num_samples=3200, generator=seeded(0))
    assert isinstance(sampler, Sampler)
    batches = [labels for (labels,) in DataLoader(dataset, batch_size=32, sampler=sampler)]
    assert [len(labels) for labels in batches] == [32] * 100
    assert torch.cat(batches).double().mean().item() == pytest.approx(0.5, abs=0.04)
    assert [len(b) for b in BatchSampler(sampler, 1000, drop_last=True)] == [1000] * 3


def test_it_travels_to_another_process():
    sampler = BalancedSampler(NINE_TO_ONE, generator=seeded(0))
    twin = copy.deepcopy(sampler)
    twin.generator = seeded(0)
    assert list(twin) == list(sampler)
    sampler.generator = None
    assert len(pickle.loads(pickle.dumps(sampler))) == 1000


# Without the limit of torch.multinomial


def test_more_than_2_to_the_24_labels():
    labels = np.zeros(2**24 + 2, dtype=np.uint8)
    labels[-1] = 3
    tracemalloc.start()
    try:
        sampler = BalancedSampler(labels, num_samples=1000, generator=seeded(0))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    # 1 byte for the labels' copy to sort, 4 for the order, blocks in between.
    assert peak < 8 * len(labels)
    drawn = np.array(list(sampler))
    assert 400 < (drawn == 2**24 + 1).sum() < 600
    assert drawn[drawn < 2**24].max() > 2**23


def test_what_it_keeps_is_four_bytes_a_label():
    sampler = BalancedSampler(np.arange(1000) % 3)
    held = [value.nbytes for value in vars(sampler).values() if hasattr(value, "nbytes")]
    assert 4 * 1000 <= sum(held) <= 4 * 1000 + 2 * 3 * 8


# Input


@pytest.mark.parametrize("form", FORMS, ids=str)
def test_labels_of_any_form_will_do(form):
    plain = [0, 0, 2, 0, 1, 2, 0, 0]
    if form is list:
        labels = list(plain)
    else:
        make = torch.tensor if isinstance(form, torch.dtype) else np.array
        labels = make(plain, dtype=form)
    before = copy.deepcopy(labels)
    drawn = list(BalancedSampler(labels, generator=seeded(0)))
    assert drawn == list(BalancedSampler(plain, generator=seeded(0)))
    assert all(a == b for a, b in itertools.zip_longest(labels, before))


def test_bad_labels_are_refused(bad_labels, refuses):
    labels, got = bad_labels
    with refuses("labels", got):
        BalancedSampler(labels)


@pytest.mark.parametrize("draws", [0, -1, 1.5, "9", True])
def test_bad_numbers_of_draws_are_refused(draws, refuses):
    with refuses("num_samples", f"got {draws!r}"):
        BalancedSampler([0, 1], num_samples=draws)
    with refuses("num_samples", f"got {draws!r}"):
        BalancedSampler([0, 1]).draw(draws)


@pytest.mark.parametrize("generator", [0, "cpu", np.random.default_rng(0)])
def test_bad_generators_are_refused(generator, refuses):
    with refuses("generator", "expected a torch.Generator or None"):
        BalancedSampler([0, 1], generator=generator)
