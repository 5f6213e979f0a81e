import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from imblearn.datasets import make_imbalance
from sklearn.model_selection import train_test_split

from imbalance_lessons.splits import imbalanced_subset, make_rare, split_three, stratified_split

LABELS = np.array([0] * 90 + [1] * 10 + [2] * 7)


@pytest.mark.parametrize(("keep", "kept"), [(4, 4), (0.5, 5), (1.0, 10), (1, 1), (0.24, 2)])
def test_a_class_is_thinned_out_and_the_others_are_whole(keep, kept):
    positions = imbalanced_subset(LABELS, rare=1, keep=keep, seed=0)
    assert np.bincount(LABELS[positions]).tolist() == [90, kept, 7]
    assert len(set(positions.tolist())) == len(positions)


def test_the_sizes_are_those_of_imbalanced_learn():
    rows = np.arange(len(LABELS))[:, None]
    _, theirs = make_imbalance(rows, LABELS, sampling_strategy={0: 90, 1: 3, 2: 7}, random_state=0)
    ours = LABELS[imbalanced_subset(LABELS, rare=1, keep=3, seed=0)]
    assert np.bincount(ours).tolist() == np.bincount(theirs).tolist()


labels_with_enough = st.lists(st.integers(3, 60), min_size=2, max_size=4).map(
    lambda sizes: np.repeat(np.arange(len(sizes)), sizes)
)


@given(labels_with_enough, st.integers(0, 99))
def test_every_sample_is_in_one_part_and_every_class_in_all(labels, seed):
    parts = stratified_split(labels, [0.6, 0.2, 0.2], seed)
    assert sorted(np.concatenate(parts).tolist()) == list(range(len(labels)))
    for part in parts:
        assert np.unique(labels[part]).tolist() == np.unique(labels).tolist()


@given(st.lists(st.integers(20, 200), min_size=2, max_size=4), st.integers(0, 99))
def test_a_part_differs_from_its_share_by_less_than_one(sizes, seed):
    labels = np.repeat(np.arange(len(sizes)), sizes)
    for part, share in zip(
        stratified_split(labels, [0.5, 0.3, 0.2], seed), (0.5, 0.3, 0.2), strict=True
    ):
        assert (np.abs(np.bincount(labels[part]) - share * np.array(sizes)) < 1 + 1e-9).all()


def test_where_the_shares_are_whole_scikit_learn_gives_the_same_sizes():
    labels = np.array([0] * 900 + [1] * 100)
    theirs = train_test_split(labels, test_size=0.2, stratify=labels, random_state=0)
    ours = stratified_split(labels, [0.8, 0.2], seed=0)
    for part, peer in zip(ours, theirs, strict=True):
        assert np.bincount(labels[part]).tolist() == np.bincount(peer).tolist()


def test_a_plain_split_can_lose_the_rare_class_and_this_one_cannot():
    labels = np.array([0] * 990 + [1] * 10)
    plain = [train_test_split(labels, test_size=0.2, random_state=s)[1].sum() for s in range(200)]
    ours = [labels[stratified_split(labels, [0.8, 0.2], seed=s)[1]].sum() for s in range(200)]
    assert min(plain) == 0
    assert set(ours) == {2}


def test_the_form_of_the_labels_does_not_matter_and_a_seed_decides(leaves_randomness_alone):
    with leaves_randomness_alone():
        first = stratified_split(LABELS, [0.6, 0.4], seed=3)
        for same in (LABELS.tolist(), LABELS.astype(np.uint8), torch.tensor(LABELS)):
            for one, other in zip(first, stratified_split(same, [0.6, 0.4], seed=3), strict=True):
                assert np.array_equal(one, other)
        assert not np.array_equal(first[0], stratified_split(LABELS, [0.6, 0.4], seed=4)[0])
        subset = imbalanced_subset(LABELS, 1, 4, seed=3)
        assert np.array_equal(subset, imbalanced_subset(torch.tensor(LABELS), 1, 4, seed=3))


def test_bad_labels_are_refused(bad_labels, refuses):
    with refuses("labels", bad_labels[1]):
        stratified_split(bad_labels[0], [0.5, 0.5])
    with refuses("labels", bad_labels[1]):
        imbalanced_subset(bad_labels[0], 0, 1)


@pytest.mark.parametrize("shares", [[1.0], [0.5, 0.6], [1.2, -0.2], [0.5, float("nan")], "ab", 1.0])
def test_bad_shares_are_refused(shares, refuses):
    with refuses("shares"):
        stratified_split(LABELS, shares)


@pytest.mark.parametrize(
    ("rare", "keep", "name"),
    [
        (1, 0, "keep"),
        (1, 11, "keep"),
        (1, 1.5, "keep"),
        (1, 0.01, "keep"),
        (1, float("nan"), "keep"),
        (1, "3", "keep"),
        (1, True, "keep"),
        (5, 1, "rare"),
        (-1, 1, "rare"),
        (0.5, 1, "rare"),
    ],
)
def test_bad_requests_are_refused(rare, keep, name, refuses):
    with refuses(name):
        imbalanced_subset(LABELS, rare, keep)


def test_too_few_samples_for_the_parts(refuses):
    with refuses("labels", "got 2"):
        stratified_split([0] * 9 + [1] * 2, [0.6, 0.2, 0.2])


POSITIONS = {
    "imbalanced_subset": lambda labels: [imbalanced_subset(labels, rare=1, keep=0.5)],
    "make_rare": lambda labels: [make_rare(labels, rare=1, keep=200)],
    "stratified_split": lambda labels: stratified_split(labels, [0.5, 0.25, 0.25]),
    "split_three": split_three,
}


@pytest.mark.parametrize("choose", POSITIONS.values(), ids=POSITIONS)
def test_positions_come_in_random_order(choose):
    """Sorted by class, or as they were: whoever cuts batches without shuffling would see it."""
    labels = np.repeat([0, 1], 400)
    for positions in choose(labels):
        place = np.arange(len(positions))
        by_class = positions[np.argsort(labels[positions], kind="stable")]
        assert abs(np.corrcoef(place, positions)[0, 1]) < 0.25
        assert np.corrcoef(place, by_class)[0, 1] > 0.5
        assert np.corrcoef(place, np.sort(positions))[0, 1] > 0.9


def test_the_examples(has_true_examples):
    has_true_examples("splits")


@given(labels_with_enough, st.integers(0, 99))
def test_split_three_cuts_each_class_as_stratified_split_does(labels, seed):
    shares = [0.6, 0.2, 0.2]
    ours, other = split_three(labels, shares, seed), stratified_split(labels, shares, seed)
    assert sorted(np.concatenate(ours).tolist()) == list(range(len(labels)))
    for part, theirs in zip(ours, other, strict=True):
        sizes = np.bincount(labels[part], minlength=labels.max() + 1)
        expected = np.bincount(labels[theirs], minlength=labels.max() + 1)
        assert np.abs(sizes - expected).max() <= 1  # one more where a part would have none


def test_split_three_repeats_itself_with_a_seed_only():
    [one, again, other] = [split_three(LABELS, seed=seed)[0].tolist() for seed in (3, 3, 4)]
    assert one == again
    assert one != other


def test_split_three_takes_tensors_and_lists():
    parts = [split_three(form, (0.5, 0.3, 0.2), 1) for form in (LABELS.tolist(), LABELS)]
    for one, other in zip(*parts, strict=True):
        assert one.tolist() == other.tolist()


@pytest.mark.parametrize("labels", [[0.5, 1], ["a", "b"], [-1, 0]])
def test_split_three_wants_class_numbers(labels):
    with pytest.raises((TypeError, ValueError), match="labels"):
        split_three(labels)


@pytest.mark.parametrize("form", [list, np.array, torch.tensor])
def test_make_rare_takes_samples_of_one_class_at_random(form):
    labels = np.random.default_rng(0).permutation(np.repeat([0, 1, 2], [60, 40, 50]))
    choices = [make_rare(form(labels.tolist()), rare=1, keep=10, seed=seed) for seed in range(30)]
    for positions in choices:
        assert np.bincount(labels[positions]).tolist() == [60, 10, 50]
        assert len(set(positions.tolist())) == 120
    assert sorted(make_rare(labels, 1, 10, 3).tolist()) == sorted(choices[3].tolist())
    met = {int(i) for positions in choices for i in positions if labels[i] == 1}
    assert len(met) == 40  # each of the 40 had its chance in 30 draws of a quarter


@pytest.mark.parametrize(("rare", "keep"), [(1, 0), (1, 11), (1, 2.5), (1, True), (5, 1), (-1, 1)])
def test_make_rare_refuses_what_cannot_be_kept(rare, keep):
    with pytest.raises((TypeError, ValueError), match=r"^(keep|rare): expected"):
        make_rare(LABELS, rare, keep)
