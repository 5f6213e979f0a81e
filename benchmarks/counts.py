"""Counts and ratio of many labels."""

from __future__ import annotations

from typing import Any

import numpy as np

from benchmarks.harness import Contender, Reach, Work
from imbalance_lessons.distribution import class_counts, class_distribution, imbalance_ratio

SIZES = [10**7, 10**8]
QUICK_SIZES = [10**4, 10**5]


def works(quick: bool) -> list[Work]:
    """List the rows: two sizes, with few classes and with more than fit a byte."""
    sizes = QUICK_SIZES if quick else SIZES
    return [_work(size, classes) for classes in (10, 1000) for size in sizes]


def _work(size: int, classes: int) -> Work:
    def make() -> list[Contender]:
        labels = skewed_labels(size, classes)
        return [
            Contender("class_distribution", lambda: class_distribution(labels)),
            Contender("np.bincount", lambda: np.bincount(labels)),
            Contender(
                "class_counts + imbalance_ratio",
                lambda: (class_counts(labels), imbalance_ratio(labels))[0],
                own=True,
            ),
        ]

    return Work(
        f"counts and ratio, {classes} classes",
        f"{size:.0e} labels (int64)",
        make,
        (Reach(1.1, "np.bincount"),) if size == SIZES[-1] else (),
        _same,
        amount=size,
        reason="bincount does not check that labels are class numbers: that takes one more look, "
        "and only labels below 256 can be counted in pairs to make up for it",
    )


def skewed_labels(size: int, classes: int) -> np.ndarray:
    """Make int64 labels of which class 0 has the most, and each class some."""
    rng = np.random.default_rng(0)
    labels = np.empty(size, dtype=np.int64)
    for part in np.array_split(labels, max(1, size // 2**20)):
        part[:] = rng.random(len(part)) ** 3 * classes
    return labels


def _same(given: dict[str, Any]) -> None:
    ours = np.array(given["class_distribution"].counts)
    for name in ("np.bincount", "class_counts + imbalance_ratio"):
        assert np.array_equal(ours, given[name]), name
