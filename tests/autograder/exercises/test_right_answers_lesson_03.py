"""Right but unusual solutions of lesson 03 get full marks."""

import itertools
import random
from collections import Counter

import numpy as np
import pytest
import torch
import torch.nn.functional as F  # noqa: N812 - PyTorch's own name for it
from imblearn.over_sampling import SMOTE
from imblearn.under_sampling import RandomUnderSampler
from scipy.spatial.distance import cdist
from sklearn.neighbors import KDTree, NearestNeighbors
from sklearn.utils.class_weight import compute_sample_weight
from torch.utils.data import Sampler, WeightedRandomSampler

from imbalance_lessons.balanced_sampler import BalancedSampler
from imbalance_lessons.sampling import create_balanced_sampler as reference_sampler
from imbalance_lessons.synthesis import smote_samples


def weights_loop(labels):
    labels = [int(label) for label in labels]
    return [1 / labels.count(label) for label in labels]


def weights_counter(labels):
    counts = Counter(map(int, labels))
    return tuple(len(labels) / counts[int(label)] for label in labels)


def weights_unique(labels):
    _, places, counts = np.unique(np.asarray(labels), return_inverse=True, return_counts=True)
    return (1000 / counts[places]).astype(np.float32)


def weights_sklearn(labels):
    return compute_sample_weight("balanced", np.asarray(labels))


def weights_torch(labels):
    labels = torch.as_tensor(labels).long()
    return 1.0 / torch.bincount(labels)[labels]


def weights_one_hot(labels):
    members = F.one_hot(torch.as_tensor(labels).long()).double()
    members.requires_grad_()
    return members @ (1 / members.sum(dim=0).clamp(min=1))


def weights_pairs(labels):
    labels = np.asarray(labels)
    return 1 / (labels[:, None] == labels).mean(axis=1)


def weights_that_sum_to_one(labels):
    weights = np.array(weights_loop(labels))
    return weights / weights.sum()


class ClassFirst(Sampler):
    """Draws a class, then a member, in plain Python."""

    def __init__(self, labels, num_samples, replacement, generator):
        self.labels, self.num_samples = [int(label) for label in labels], num_samples
        self.replacement, self.generator = replacement, generator

    def __len__(self):
        return self.num_samples

    def below(self, n):
        return int(torch.randint(n, (1,), generator=self.generator))

    def __iter__(self):
        left = [[i for i, x in enumerate(self.labels) if x == c] for c in sorted({*self.labels})]
        for _ in range(self.num_samples):
            own = left[self.below(len(left))]
            place = self.below(len(own))
            yield own[place] if self.replacement else own.pop(place)


def sampler_class_first(labels, *, num_samples=None, replacement=True, generator=None):
    return ClassFirst(labels, num_samples or len(labels), replacement, generator)


def sampler_material(labels, num_samples=None, replacement=True, generator=None):
    labels = torch.as_tensor(labels).long()
    weights = 1.0 / torch.bincount(labels)[labels]
    num_samples = len(labels) if num_samples is None else num_samples
    return WeightedRandomSampler(
        weights=weights, num_samples=num_samples, replacement=replacement, generator=generator
    )


def sampler_keywords(labels, **options):
    options.setdefault("num_samples", None)
    options["num_samples"] = options["num_samples"] or len(labels)
    return WeightedRandomSampler(weights_counter(labels), **options)


def sampler_balanced(labels, *, num_samples=None, replacement=True, generator=None):
    if not replacement:
        return reference_sampler(
            labels, num_samples=num_samples, replacement=False, generator=generator
        )
    return BalancedSampler(labels, num_samples=num_samples, generator=generator)


class InTurn:
    """Lets the classes take turns: balanced exactly, where the length allows it."""

    def __init__(self, labels, num_samples, replacement, generator):
        labels = np.asarray(labels)
        self.members = [np.flatnonzero(labels == c) for c in np.unique(labels)]
        self.num_samples, self.replacement, self.generator = num_samples, replacement, generator

    def __iter__(self):
        state = torch.randint(2**31, (1,), generator=self.generator).item()
        rng = np.random.default_rng(state)
        share = -(-self.num_samples // len(self.members))
        drawn = [rng.choice(m, share, replace=self.replacement) for m in self.members]
        # Whoever is cut off at the end of an epoch must not always be the same class.
        turns = rng.permutation([rng.permutation(rows) for rows in drawn])
        return iter(turns.T.ravel()[: self.num_samples])


def sampler_in_turn(labels, *, num_samples=None, replacement=True, generator=None):
    return InTurn(labels, num_samples or len(labels), replacement, generator)


def under_loop(labels, seed=None):
    labels = [int(label) for label in labels]
    rng = random.Random(seed)
    fewest = min(Counter(labels).values())
    kept = []
    for c in set(labels):
        kept += rng.sample([i for i, label in enumerate(labels) if label == c], fewest)
    rng.shuffle(kept)
    return kept


def under_shuffle_first(labels, seed=None):
    labels = np.asarray(labels)
    order = np.random.default_rng(seed).permutation(len(labels))
    fewest = np.unique(labels, return_counts=True)[1].min()
    rank = np.zeros(len(labels), dtype=int)
    for c in np.unique(labels):
        members = order[labels[order] == c]
        rank[members] = np.arange(len(members))
    return torch.as_tensor(order[rank[order] < fewest])


def under_torch(labels, seed=None):
    labels = torch.as_tensor(labels).long()
    generator = torch.Generator()
    generator.seed() if seed is None else generator.manual_seed(seed)
    counts = torch.bincount(labels)
    fewest = int(counts[counts > 0].min())
    kept = []
    for c in labels.unique():
        members = (labels == c).nonzero().flatten()
        kept.append(members[torch.randperm(len(members), generator=generator)[:fewest]])
    kept = torch.cat(kept)
    return kept[torch.randperm(len(kept), generator=generator)].to(torch.int32)


def under_imblearn(labels, seed=None):
    sampler = RandomUnderSampler(random_state=None if seed is None else seed % 2**32)
    sampler.fit_resample(np.zeros((len(labels), 1)), np.asarray(labels))
    return np.random.default_rng(seed).permutation(sampler.sample_indices_).astype(float)


def under_global_seed(labels, seed=None):
    state = np.random.RandomState(None if seed is None else seed % 2**32)
    labels = np.array([int(label) for label in labels])
    groups = {c: np.where(labels == c)[0] for c in labels.tolist()}
    fewest = min(len(group) for group in groups.values())
    kept = np.hstack([state.choice(group, fewest, replace=False) for group in groups.values()])
    state.shuffle(kept)
    return tuple(kept.tolist())


def smote_own(inputs, labels, rare, k):
    own = np.asarray(inputs, dtype=float)[np.asarray(labels) == rare]
    return own, min(k, len(own) - 1)


def smote_loop(inputs, labels, rare, num_samples, k=5, seed=None):
    own, k = smote_own(inputs, labels, rare, k)
    rng = random.Random(seed)
    rows = []
    for _ in range(num_samples):
        i = rng.randrange(len(own))
        near = sorted(range(len(own)), key=lambda j: sum((own[i] - own[j]) ** 2))[1 : k + 1]
        end, gap = own[rng.choice(near)], rng.random()
        rows.append([float(a + gap * (b - a)) for a, b in zip(own[i], end, strict=True)])
    return rows


def smote_from_the_neighbour(inputs, labels, rare, num_samples, k=5, seed=None):
    own, k = smote_own(inputs, labels, rare, k)
    rng = np.random.default_rng(seed)
    near = np.argsort(cdist(own, own), axis=1)[:, 1 : k + 1]
    starts = rng.integers(len(own), size=num_samples)
    bases = own[near[starts, rng.integers(k, size=num_samples)]]
    gaps = rng.uniform(size=num_samples)[:, None]
    return bases + gaps * (own[starts] - bases)


def smote_each_in_turn(inputs, labels, rare, num_samples, k=5, seed=None):
    own, k = smote_own(inputs, labels, rare, k)
    rng = np.random.default_rng(seed)
    near = KDTree(own).query(own, k + 1, return_distance=False)[:, 1:]
    starts = np.resize(rng.permutation(len(own)), num_samples)
    ends = own[[rng.choice(near[start]) for start in starts]]
    gap = 1 - rng.random((num_samples, 1))
    return gap * own[starts] + (1 - gap) * ends


def smote_torch(inputs, labels, rare, num_samples, k=5, seed=None):
    own, k = smote_own(inputs, labels, rare, k)
    own = torch.as_tensor(own, dtype=torch.float32)
    generator = torch.Generator()
    generator.seed() if seed is None else generator.manual_seed(seed)
    distances = torch.cdist(own, own).fill_diagonal_(float("inf"))
    near = distances.topk(k, largest=False).indices
    starts = torch.randint(len(own), (num_samples,), generator=generator)
    ends = near[starts, torch.randint(k, (num_samples,), generator=generator)]
    gaps = torch.rand(num_samples, 1, generator=generator)
    return torch.lerp(own[starts], own[ends], gaps)


def smote_imblearn(inputs, labels, rare, num_samples, k=5, seed=None):
    own, k = smote_own(inputs, labels, rare, k)
    smote = SMOTE(
        sampling_strategy={1: len(own) + num_samples},
        k_neighbors=NearestNeighbors(n_neighbors=k + 1),
        random_state=None if seed is None else seed % 2**32,
    )
    is_rare = (np.asarray(labels) == rare).astype(int)
    if is_rare.sum() * 2 > len(is_rare):  # then imbalanced-learn would call it no minority
        is_rare = np.append(is_rare, np.zeros(len(is_rare), dtype=int))
        inputs = np.concatenate([inputs, np.asarray(inputs) + 100])
    return smote.fit_resample(np.asarray(inputs), is_rare)[0][-num_samples:]


def smote_of_one_class(inputs, labels, rare, num_samples, k=5, seed=None):
    own, k = smote_own(inputs, labels, rare, k)
    return smote_samples(own, num_samples, k, seed)


RIGHT = {
    "sample_weights": [
        weights_loop,
        weights_counter,
        weights_unique,
        weights_sklearn,
        weights_torch,
        weights_one_hot,
        weights_pairs,
        weights_that_sum_to_one,
    ],
    "create_balanced_sampler": [
        sampler_class_first,
        sampler_material,
        sampler_keywords,
        sampler_balanced,
        sampler_in_turn,
    ],
    "undersampled_indices": [
        under_loop,
        under_shuffle_first,
        under_torch,
        under_imblearn,
        under_global_seed,
    ],
    "synthetic_samples": [
        smote_loop,
        smote_from_the_neighbour,
        smote_each_in_turn,
        smote_torch,
        smote_imblearn,
        smote_of_one_class,
    ],
}
SOLUTIONS = [*itertools.chain(*([(name, f) for f in found] for name, found in RIGHT.items()))]


@pytest.mark.parametrize(("name", "solution"), SOLUTIONS)
def test_it_gets_full_marks(judged, name, solution, seeds):
    for seed in seeds:
        report = judged(name, solution, seed)
        assert report.score == report.points, str(report)
        assert report.misconception is None


LINES = {"one": 1, "two": 0, "three": 3, "four": 2, "five": 0, "six": 2}


@pytest.mark.parametrize(
    "lines",
    [
        LINES,
        {key: float(line) for key, line in reversed(LINES.items())},
        {key: np.int64(line) for key, line in LINES.items()},
        {key: torch.tensor(line) for key, line in LINES.items()} | {"seven": "no such pipeline"},
    ],
)
def test_the_right_lines_may_be_written_in_any_way(judged, lines):
    assert judged("first_wrong_line", lines).score == 2


def test_half_of_the_lines_get_half_of_the_points(judged):
    report = judged("first_wrong_line", {"one": 1, "two": 0, "three": 3})
    assert report.score == 1
    assert "Not solved yet." in str(report)


@pytest.mark.parametrize("letter", ["C", "c", " C "])
def test_the_letter_may_be_written_in_any_way(judged, letter):
    assert judged("quick_check_sampler", letter).score == 1
