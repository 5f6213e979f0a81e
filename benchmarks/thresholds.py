"""The exact best F1 threshold of many scores."""

from __future__ import annotations

import numpy as np
from sklearn.metrics import precision_recall_curve

from benchmarks.harness import Contender, Reach, Work
from imbalance_lessons.thresholds import best_f_threshold, fast_f_threshold

PEER = "precision_recall_curve + argmax"
SIZES = [10**5, 10**6]
QUICK_SIZES = [10**3, 10**4]


def works(quick: bool) -> list[Work]:
    """List the rows: two sizes."""
    return [_work(size) for size in (QUICK_SIZES if quick else SIZES)]


def _work(size: int) -> Work:
    def make() -> list[Contender]:
        rng = np.random.default_rng(0)
        labels = (rng.random(size) < 0.05).astype(np.int64)
        scores = 1 / (1 + np.exp(3 - rng.normal(size=size) - 1.5 * labels))
        return [
            Contender("fast_f_threshold", lambda: fast_f_threshold(labels, scores)),
            Contender(PEER, lambda: peers_best(labels, scores)),
            Contender("best_f_threshold", lambda: best_f_threshold(labels, scores), own=True),
        ]

    return Work(
        "exact best F1",
        f"{size:.0e} scores",
        make,
        (Reach(1 / 2, PEER),) if size == SIZES[-1] else (),
        _same,
        amount=size,
    )


def peers_best(labels: np.ndarray, scores: np.ndarray) -> tuple[float, float]:
    """Take the peer's curve, and the largest F1 on it; 0/0 is 0, for NaN would win."""
    precision, recall, thresholds = precision_recall_curve(labels, scores)
    total = precision + recall
    f1 = np.divide(2 * precision * recall, total, out=np.zeros_like(total), where=total > 0)
    best = int(f1.argmax())
    return float(thresholds[best]), float(f1[best])


def _same(given: dict[str, tuple[float, float]]) -> None:
    """Hold the same optimum: the threshold too, as scores without ties have one best."""
    threshold, f1 = given[PEER]
    for name, (ours, own_f1) in given.items():
        assert ours == threshold, name
        assert np.isclose(own_f1, f1, rtol=1e-12), name
