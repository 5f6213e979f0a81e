"""The geometry of SMOTE: near samples, the segments between them, and what lies on these."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograder.judges.labels import as_list


def members(inputs: Any, labels: Any, rare: int) -> np.ndarray:
    """Pick the rows of a class."""
    rows = [row for row, label in zip(inputs, as_list(labels), strict=True) if label == rare]
    return np.array(rows, dtype=np.float64)


def neighbours(own: np.ndarray, k: int, others: np.ndarray | None = None) -> np.ndarray:
    """Sort all distances, each sample's distance to itself left out."""
    distances = np.linalg.norm(own[:, None] - (own if others is None else others), axis=2)
    distances[distances == 0] = np.inf
    return np.argsort(distances, axis=1)[:, :k]


def segments(own: np.ndarray, k: int) -> np.ndarray:
    """List the pairs of a sample and a neighbour, those that go both ways once."""
    near = neighbours(own, min(k, len(own) - 1))
    pairs = {(min(i, j), max(i, j)) for i, ends in enumerate(near.tolist()) for j in ends}
    return np.array(sorted(pairs))


def locate(rows: np.ndarray, own: np.ndarray, pairs: np.ndarray) -> tuple[np.ndarray, ...]:
    """Find the segment that is nearest to each row; how far beside it, and along it, that is."""
    starts, ways = own[pairs[:, 0]], own[pairs[:, 1]] - own[pairs[:, 0]]
    lengths = (ways**2).sum(axis=1)
    along = np.einsum("rpd,pd->rp", rows[:, None] - starts, ways) / lengths
    along = np.clip(along, 0, 1)
    beside = np.linalg.norm(rows[:, None] - starts - along[..., None] * ways, axis=2)
    best = beside.argmin(axis=1)
    picked = np.arange(len(rows)), best
    return best, beside[picked], along[picked]
