"""Right but unusual solutions of lesson 02 get full marks."""

import bisect
import itertools
import math
from collections import Counter, defaultdict
from fractions import Fraction

import numpy as np
import pytest
import torch
import torch.nn.functional as F  # noqa: N812 - PyTorch's own name for it


def counts_loop(labels, num_classes=None):
    counts = [0] * (num_classes or int(max(labels)) + 1)
    for label in labels:
        counts[label] += 1
    return counts


def counts_counter(labels, num_classes=None):
    counts = Counter(map(int, labels))
    return tuple(counts[c] for c in range(num_classes or max(counts) + 1))


def counts_groupby(labels, num_classes=None):
    labels = sorted(map(int, labels))
    sizes = {label: len(list(group)) for label, group in itertools.groupby(labels)}
    return [sizes.get(c, 0) for c in range(num_classes or labels[-1] + 1)]


def counts_unique(labels, num_classes=None):
    classes, sizes = np.unique(np.asarray(labels), return_counts=True)
    counts = np.zeros(num_classes or int(classes[-1]) + 1)
    counts[classes] = sizes
    return counts


def counts_add_at(labels, num_classes=None):
    labels = np.asarray(labels)
    counts = np.zeros(num_classes or int(labels.max()) + 1, dtype=int)
    np.add.at(counts, labels, 1)
    return counts


def counts_compare(labels, num_classes=None):
    labels = np.asarray(labels)
    classes = np.arange(num_classes or int(labels.max()) + 1)
    return (labels[:, None] == classes).sum(axis=0)


def counts_torch(labels, num_classes=None):
    return torch.bincount(torch.as_tensor(labels), minlength=num_classes or 0)


def counts_one_hot(labels, num_classes=None):
    return F.one_hot(torch.as_tensor(labels).long(), num_classes or -1).sum(dim=0)


def counts_scatter(labels, num_classes=None):
    labels = torch.as_tensor(labels).long()
    counts = torch.zeros(num_classes or int(labels.max()) + 1)
    return counts.scatter_add(0, labels, torch.ones(len(labels)))


def ratio_loop(labels, num_classes=None):
    sizes = defaultdict(int)
    for label in labels:
        sizes[int(label)] += 1
    for c in range(num_classes or max(sizes) + 1):
        if sizes[c] == 0:
            return math.inf
    return max(sizes.values()) / min(sizes.values())


def ratio_counter(labels, num_classes=None):
    sizes = Counter(map(int, labels))
    largest = sizes.most_common(1)[0][1]
    classes = num_classes or max(sizes) + 1
    return largest / min(sizes.values()) if len(sizes) == classes else float("inf")


def ratio_try(labels, num_classes=None):
    counts = counts_loop(labels, num_classes)
    try:
        return float(Fraction(max(counts), min(counts)))
    except ZeroDivisionError:
        return math.inf


def ratio_numpy_with_a_warning(labels, num_classes=None):
    counts = np.bincount(np.asarray(labels), minlength=num_classes or 0)
    return np.max(counts) / np.min(counts)


def ratio_torch(labels, num_classes=None):
    counts = torch.bincount(torch.as_tensor(labels), minlength=num_classes or 0)
    return counts.max() / counts.min()


def ratio_all_pairs(labels, num_classes=None):
    counts = counts_compare(labels, num_classes).tolist()
    return max(a / b if b else math.inf for a, b in itertools.product(counts, counts) if a)


NAMES = ["Mild", "Moderate", "Significant", "Extreme"]


def severity_bisect(ratio):
    return NAMES[bisect.bisect([3, 10, 100], ratio)]


def severity_digitize(ratio):
    return NAMES[int(np.digitize(ratio, [3, 10, 100]))]


def severity_select(ratio):
    return np.select([ratio < 3, ratio < 10, ratio < 100], NAMES[:3], "Extreme")


def severity_torch(ratio):
    return NAMES[torch.bucketize(float(ratio), torch.tensor([3.0, 10.0, 100.0]), right=True)]


def severity_loop(ratio):
    names = iter(NAMES)
    name = next(names)
    for boundary in (3, 10, 100):
        if ratio >= boundary:
            name = next(names)
    return name


def severity_lower_case(ratio):
    return next(
        name.lower()
        for name, end in zip(NAMES, (3, 10, 100, math.inf), strict=True)
        if ratio < end or end == math.inf
    )


def severity_from_the_top(ratio):
    if ratio >= 100:
        return "Extreme"
    if ratio >= 10:
        return "Significant"
    return "Moderate" if ratio >= 3 else "Mild"


SOLUTIONS = [
    *(
        ("class_counts", solution)
        for solution in (
            counts_loop,
            counts_counter,
            counts_groupby,
            counts_unique,
            counts_add_at,
            counts_compare,
            counts_torch,
            counts_one_hot,
            counts_scatter,
        )
    ),
    *(
        ("imbalance_ratio", solution)
        for solution in (
            ratio_loop,
            ratio_counter,
            ratio_try,
            ratio_numpy_with_a_warning,
            ratio_torch,
            ratio_all_pairs,
        )
    ),
    *(
        ("severity", solution)
        for solution in (
            severity_bisect,
            severity_digitize,
            severity_select,
            severity_torch,
            severity_loop,
            severity_lower_case,
            severity_from_the_top,
        )
    ),
]


@pytest.mark.parametrize(("name", "solution"), SOLUTIONS)
def test_it_gets_full_marks(judged, name, solution, seeds):
    for seed in seeds:
        report = judged(name, solution, seed)
        assert report.score == report.points, str(report)
        assert report.misconception is None


SIZES = np.array([8000, 1500, 500])


@pytest.mark.parametrize(
    "diagnosis",
    [
        {"ratio": 16.0, "severity": "Significant", "baseline": 0.8, "smallest_share": 0.05},
        {"ratio": 16, "severity": " significant ", "baseline": 4 / 5, "smallest_share": 1 / 20},
        {
            "smallest_share": SIZES.min() / SIZES.sum(),
            "baseline": SIZES.max() / SIZES.sum(),
            "severity": np.str_("Significant"),
            "ratio": SIZES.max() / SIZES.min(),
        },
        {
            "ratio": torch.tensor(16.0),
            "severity": "Significant",
            "baseline": torch.tensor(0.8),
            "smallest_share": torch.tensor([0.05]),
            "a remark": "weights first",
        },
    ],
)
def test_a_right_diagnosis_gets_full_marks(judged, diagnosis):
    report = judged("diagnosis", diagnosis)
    assert report.score == 2, str(report)


def test_a_half_filled_diagnosis_gets_its_half(judged):
    diagnosis = {"ratio": 16, "severity": "Significant", "baseline": None, "smallest_share": None}
    report = judged("diagnosis", diagnosis)
    assert report.score == 1
    assert report.misconception is None
    assert "Not solved yet." in str(report)


@pytest.mark.parametrize("letter", ["B", "b", " B "])
def test_the_letter_may_be_written_in_any_way(judged, letter):
    assert judged("quick_check_ratio", letter).score == 1
