"""One epoch of training, weighted sampling on."""

from __future__ import annotations

import time

import numpy as np
import torch
from torch import nn

from benchmarks.harness import Contender, Reach, Work
from benchmarks.material import material_epoch
from imbalance_lessons.multiclass import balanced_accuracy
from imbalance_lessons.training import train_imbalanced_classifier

FEATURES, HIDDEN = 30, 64
SIZE, QUICK_SIZE = 100_000, 2_000
HELD = 1000

Data = tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]
"""Rows and labels to train on, rows and labels held out."""

OURS = "train_imbalanced_classifier"
BARE = "bare loop over cut batches"
MATERIAL = "material"


def works(quick: bool) -> list[Work]:
    """List the rows: two batch sizes, and at the larger of the two a tenth of the rows."""
    size = QUICK_SIZE if quick else SIZE
    return [_work(size // 10, 256), _work(size, 256), _work(size, 32)]


def _work(size: int, batch_size: int) -> Work:
    def make() -> list[Contender]:
        rng = np.random.default_rng(0)
        labels = (rng.random(size + HELD) < 0.05).astype(np.int64)
        rows = (rng.normal(size=(size + HELD, FEATURES)) + labels[:, None]).astype(np.float32)
        data = (rows[:size], labels[:size], rows[size:], labels[size:])
        return [
            Contender(OURS, lambda: our_epoch(data, batch_size), clocked=True),
            Contender(BARE, lambda: bare_epoch(data, batch_size), own=True, clocked=True),
            Contender(MATERIAL, lambda: material_epoch(*data, _model(), batch_size), clocked=True),
        ]

    reaches = [Reach(1.15, BARE)] if size == SIZE else []
    if size == SIZE and batch_size == 256:
        reaches.append(Reach(1 / 2.5, MATERIAL))
    return Work(
        f"an epoch of training, batches of {batch_size}",
        f"{size:,} x {FEATURES}",
        make,
        tuple(reaches),
        amount=size,
        least=5,
    )


def _model() -> nn.Module:
    torch.manual_seed(0)
    return nn.Sequential(nn.Linear(FEATURES, HIDDEN), nn.ReLU(), nn.Linear(HIDDEN, 2))


def our_epoch(data: Data, batch_size: int) -> float:
    """Train for two epochs; give the seconds from the end of the first to that of the second.

    That is a whole epoch with all that belongs to it: its draws, its steps, its validation, and
    the copy of the weights where the first was best. What is done once a call is not in it.
    """
    ends: list[float] = []

    def score(y_true: np.ndarray, y_pred: np.ndarray) -> float:
        value = balanced_accuracy(y_true, y_pred)
        ends.append(time.perf_counter())
        return value

    train_imbalanced_classifier(
        *data, _model(), 2, batch_size, True, False, score=score, seed=0, verbose=False
    )
    return ends[1] - ends[0]


def bare_epoch(data: Data, batch_size: int) -> float:
    """Go over batches that were cut before, in the order of the rows; give the seconds."""
    model = _model()
    parts = [torch.as_tensor(values).split(batch_size) for values in data[:2]]
    batches = list(zip(*parts, strict=True))
    criterion = nn.CrossEntropyLoss()
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
    model.train()
    start = time.perf_counter()
    for inputs, wanted in batches:
        optimizer.zero_grad()
        criterion(model(inputs), wanted).backward()
        optimizer.step()
    return time.perf_counter() - start
