import copy
import pickle
from collections import Counter

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from torch.utils.data import DataLoader, IterableDataset, TensorDataset
from torchvision import transforms
from torchvision.transforms import v2

from imbalance_lessons.augmentation import AugmentedDataset, create_augmented_dataset, is_repeat
from imbalance_lessons.sampling import BalancedSampler, oversampled_indices

LABELS = [0] * 6 + [1] * 2
INDICES = st.lists(st.integers(0, 9), max_size=40)


@pytest.fixture
def images():
    """Eight images of 1 x 8 x 8, no two alike, and none symmetric."""
    pixels = torch.rand(8, 1, 8, 8, generator=torch.Generator().manual_seed(0))
    return TensorDataset(pixels, torch.tensor(LABELS))


# Repeats


@given(INDICES)
def test_a_repeat_has_come_before(indices):
    assert is_repeat(indices).tolist() == [i in indices[:n] for n, i in enumerate(indices)]
    assert np.count_nonzero(~is_repeat(indices)) == len(set(indices))


@pytest.mark.parametrize("form", [np.uint8, np.int64, np.float64, torch.uint8, torch.int64])
def test_indices_of_any_form_will_do(form):
    make = torch.tensor if isinstance(form, torch.dtype) else np.array
    indices = make([3, 1, 3, 3], dtype=form)
    assert is_repeat(indices).tolist() == [False, False, True, True]
    assert indices.tolist() == [3, 1, 3, 3]
    assert is_repeat([2**40, 2**40]).tolist() == [False, True]  # more than there can be classes


@pytest.mark.parametrize(
    ("indices", "got"),
    [
        ([0, -1], "got -1 at position 1"),
        ([0.5], "got 0.5 at position 0"),
        ([0.0, float("nan")], "got nan at position 1"),
        ([[0, 1]], "got shape (1, 2)"),
        (3, "got shape ()"),
        ("01", "got '01'"),
        (None, "got None"),
    ],
)
def test_bad_indices_are_refused(indices, got, refuses):
    with refuses("indices", got):
        is_repeat(indices)


# The wrapper


def test_only_the_chosen_are_transformed(images):
    flip = transforms.RandomHorizontalFlip(p=1)
    where = np.array(LABELS) == 1
    augmented = AugmentedDataset(images, flip, where)
    assert len(augmented) == len(images) == len(list(augmented))
    for i, (image, label) in enumerate(augmented):
        original = images[i][0]
        assert torch.equal(image, original.flip(-1) if where[i] else original)
        assert label == LABELS[i]


def test_by_default_all_are(images):
    augmented = AugmentedDataset(images, torch.zeros_like)
    assert not any(image.any() for image, _ in augmented)


@pytest.mark.parametrize(
    "transform",
    [
        transforms.RandomAffine(20, translate=(0.2, 0.2)),
        transforms.Compose([transforms.RandomCrop(6), transforms.Resize(8)]),
        v2.Compose([v2.RandomRotation(30), v2.GaussianNoise()]),
        v2.RandomErasing(p=1),
    ],
    ids=lambda transform: type(transform).__name__,
)
def test_any_transform_of_torchvision_will_do(images, transform):
    augmented = AugmentedDataset(images, transform, where=[True] + [False] * 7)
    with torch.random.fork_rng():
        torch.manual_seed(0)
        variants = [augmented[0][0] for _ in range(6)]
        torch.manual_seed(0)
        assert torch.equal(transform(images[0][0].clone()), variants[0])
    assert {variant.shape for variant in variants} == {(1, 8, 8)}
    assert len(torch.stack(variants).unique(dim=0)) > 2  # another one at every access
    assert torch.equal(augmented[1][0], images[1][0])


def test_pictures_and_longer_samples_pass_through():
    picture = Image.fromarray(np.arange(64, dtype=np.uint8).reshape(8, 8))
    augmented = AugmentedDataset([(picture, 1, "name")], transforms.RandomVerticalFlip(p=1))
    flipped, *rest = augmented[0]
    assert rest == [1, "name"]
    assert np.array_equal(np.asarray(flipped), np.asarray(picture)[::-1])


def test_a_transform_in_place_does_not_reach_the_data(images):
    before = images.tensors[0].clone()
    erase = transforms.RandomErasing(p=1, inplace=True)
    with torch.random.fork_rng():
        assert not torch.equal(erase(images.tensors[0][0].clone()), before[0])
        erased, _ = AugmentedDataset(images, erase)[0]
    assert not torch.equal(erased, before[0])
    assert torch.equal(images.tensors[0], before)


def test_where_is_copied(images):
    where = np.zeros(8, dtype=bool)
    augmented = AugmentedDataset(images, torch.zeros_like, where)
    where[:] = True
    assert augmented[0][0].any()


@pytest.mark.parametrize("make", [list, np.array, torch.tensor])
def test_where_of_any_form_will_do(images, make):
    augmented = AugmentedDataset(images, torch.zeros_like, make([True] + [False] * 7))
    assert [bool(image.any()) for image, _ in augmented] == [False] + [True] * 7


def test_with_a_balanced_sampler_the_rare_vary(images):
    augmented = AugmentedDataset(images, transforms.RandomErasing(p=1), torch.tensor(LABELS) == 1)
    sampler = BalancedSampler(LABELS, generator=torch.Generator().manual_seed(0), num_samples=64)
    with torch.random.fork_rng():
        torch.manual_seed(0)
        pixels, labels = next(iter(DataLoader(augmented, batch_size=64, sampler=sampler)))
    common, rare = (pixels[labels == c].unique(dim=0) for c in (0, 1))
    assert len(common) == 6  # of six images, again and again
    assert len(rare) > 20  # of two


# The whole


def test_originals_once_and_repeats_transformed(images):
    flip = transforms.RandomHorizontalFlip(p=1)
    augmented = create_augmented_dataset(images, LABELS, flip, seed=0)
    assert Counter(int(label) for _, label in augmented) == {0: 6, 1: 6}

    originals = [image for image, _ in images]
    kinds = Counter()
    for image, label in augmented:
        kinds[int(label), any(torch.equal(image, original) for original in originals)] += 1
        assert any(torch.equal(image, o) or torch.equal(image.flip(-1), o) for o in originals)
    assert kinds == {(0, True): 6, (1, True): 2, (1, False): 4}


@given(st.lists(st.integers(0, 3), min_size=1, max_size=20), st.integers(0, 1000))
def test_it_is_oversampling_with_the_repeats_marked(labels, seed):
    dataset = [(i, label) for i, label in enumerate(labels)]
    augmented = create_augmented_dataset(dataset, labels, lambda i: -1 - i, seed=seed)
    drawn = [image for image, _ in augmented]
    indices = oversampled_indices(labels, seed)
    assert [i if i >= 0 else -1 - i for i in drawn] == indices.tolist()
    assert [i < 0 for i in drawn] == is_repeat(indices).tolist()
    assert sorted(i for i in drawn if i >= 0) == list(range(len(labels)))


def test_nothing_is_touched(images, leaves_randomness_alone):
    before = copy.deepcopy(images.tensors)
    with leaves_randomness_alone():
        augmented = create_augmented_dataset(images, LABELS, torch.zeros_like)
        list(augmented)
    assert all(torch.equal(a, b) for a, b in zip(images.tensors, before, strict=True))
    assert len(pickle.loads(pickle.dumps(augmented))) == 12


# Bad input


@pytest.mark.parametrize("transform", [None, "flip", 3])
def test_bad_transforms_are_refused(images, transform, refuses):
    with refuses("transform", f"got {transform!r}"):
        AugmentedDataset(images, transform)
    with refuses("transform", f"got {transform!r}"):
        create_augmented_dataset(images, LABELS, transform)


@pytest.mark.parametrize(
    ("where", "got"),
    [
        ([True], "got (1,)"),
        ([[True] * 8], "got (1, 8)"),
        (True, "got ()"),
        ([0, 1, 0, 1, 0, 1, 0, 1], "got [0, 1, 0,"),  # positions, or booleans as numbers?
        ("yes", "got 'yes'"),
    ],
)
def test_bad_masks_are_refused(images, where, got, refuses):
    with refuses("where", got):
        AugmentedDataset(images, torch.zeros_like, where)


def test_bad_datasets_are_refused(images, refuses):
    class Stream(IterableDataset):
        def __iter__(self):
            yield 0

    with refuses("dataset", "expected one with a length, got Stream"):
        AugmentedDataset(Stream(), torch.zeros_like)
    with refuses("dataset", "expected one with a length, got Stream"):
        create_augmented_dataset(Stream(), LABELS, torch.zeros_like)
    with refuses("dataset", "expected samples (image, label), got Tensor"):
        AugmentedDataset(images.tensors[0], torch.zeros_like)[0]
    with refuses("labels", "expected 8 class numbers, one a sample, got 7"):
        create_augmented_dataset(images, LABELS[1:], torch.zeros_like)


def test_bad_labels_and_seeds_are_refused(images, bad_labels, refuses):
    labels, got = bad_labels
    with refuses("labels", got):
        create_augmented_dataset(images, labels, torch.zeros_like)
    with refuses("seed", "got -1"):
        create_augmented_dataset(images, LABELS, torch.zeros_like, seed=-1)
