"""SMOTE: as many new samples as the rare class lacks."""

from __future__ import annotations

from typing import Any

import numpy as np
from imblearn.over_sampling import SMOTE

from benchmarks.harness import Contender, Reach, Work
from imbalance_lessons.synthesis import smote

FEATURES = 30
SIZES = [2_000, 20_000]
QUICK_SIZES = [50, 500]


def works(quick: bool) -> list[Work]:
    """List the rows: two sizes of the rare class, with three times as many others."""
    return [_work(size) for size in (QUICK_SIZES if quick else SIZES)]


def _work(rare: int) -> Work:
    def make() -> list[Contender]:
        rng = np.random.default_rng(0)
        labels = rng.permutation(np.repeat([0, 1], [3 * rare, rare]))
        rows = rng.normal(size=(len(labels), FEATURES)) + labels[:, None]
        return [
            Contender("smote", lambda: smote(rows, labels, seed=0)),
            Contender("imbalanced-learn", lambda: SMOTE(random_state=0).fit_resample(rows, labels)),
        ]

    return Work(
        "SMOTE (neighbours: quadratic for both)",
        f"{rare:,} rare of {4 * rare:,} rows x {FEATURES}",
        make,
        (Reach(1.0),) if rare == SIZES[-1] else (),
        _same,
        amount=rare,
        least=5,
    )


def _same(given: dict[str, Any]) -> None:
    """Hold shapes, order, and the mean of the new rows: the draws are not the same."""
    (rows, labels), (other_rows, other_labels) = given.values()
    assert rows.shape == other_rows.shape
    assert np.array_equal(labels, other_labels)
    old = len(rows) - np.count_nonzero(labels[: len(rows)] == 1) // 3 * 2
    assert np.array_equal(rows[:old], other_rows[:old])
    assert np.allclose(rows[old:].mean(), other_rows[old:].mean(), atol=0.1)
