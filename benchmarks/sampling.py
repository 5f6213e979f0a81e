"""An epoch of balanced draws: a sampler is made, and gives as many indices as there are labels."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from typing import Any

import numpy as np
import torch

from benchmarks.harness import Contender, Reach, Work
from benchmarks.material import material_sampler
from benchmarks.memory import in_a_process
from imbalance_lessons.balanced_sampler import BalancedSampler

PEER = "WeightedRandomSampler"
CLASSES = 10
SIZES = [10**6, 10**7]
QUICK_SIZES = [10**4, 10**5]
BEYOND = 10**8
"""More labels than `torch.multinomial`, on which the peer rests, has categories for."""


def works(quick: bool) -> list[Work]:
    """List the rows: two sizes at which both work."""
    return [_work(size) for size in (QUICK_SIZES if quick else SIZES)]


def _work(size: int) -> Work:
    def make() -> list[Contender]:
        labels = rare_labels(size)
        return [
            Contender("BalancedSampler", lambda: exhaust(BalancedSampler(labels))),
            Contender(PEER, lambda: exhaust(material_sampler(torch.from_numpy(labels)))),
        ]

    return Work(
        "an epoch of balanced draws",
        f"{size:.0e} labels",
        make,
        (Reach(1 / 5, PEER),) if size == SIZES[-1] else (),
        lambda given: _check(given, size),
        amount=size,
        least=3,
        most_turns=5,
    )


def rare_labels(size: int) -> np.ndarray:
    """Make int64 labels: nine in ten of class 0, the others spread over the rest."""
    rng = np.random.default_rng(0)
    labels = np.zeros(size, dtype=np.int64)
    labels[rng.integers(size, size=size // 10)] = rng.integers(CLASSES, size=size // 10)
    return labels


def exhaust(indices: Iterable[int]) -> int:
    """Read all of them, keep the last."""
    return deque(indices, maxlen=1)[0]


def _check(given: dict[str, Any], size: int) -> None:
    assert all(0 <= last < size for last in given.values())


def notes(quick: bool) -> list[str]:
    """Tell how many labels it takes, with what memory, and what the peer says to as many."""
    size = 2**24 + 1 if quick else BEYOND
    ours = in_a_process("benchmarks.sampling", "draw_ours", size)
    theirs = in_a_process("benchmarks.sampling", "draw_theirs", size)
    return [f"{size:.0e} labels: BalancedSampler {ours}", f"{size:.0e} labels: {PEER} {theirs}"]


def draw_ours(size: int) -> Any:
    """Make the labels; give what is to be run and measured."""
    labels = rare_labels(size)
    return lambda: exhaust(BalancedSampler(labels))


def draw_theirs(size: int) -> Any:
    """Do the same with the peer."""
    labels = torch.from_numpy(rare_labels(size))
    return lambda: exhaust(material_sampler(labels))
