"""What the course's material does, in our words: a peer like the others, defects included.

Kept apart from the tests' copies of single defects, since here the whole has to run.
"""

from __future__ import annotations

import time

import numpy as np
import torch
from sklearn.metrics import balanced_accuracy_score
from torch import nn
from torch.utils.data import DataLoader, TensorDataset, WeightedRandomSampler


class MaterialFocalLoss(nn.Module):  # type: ignore[misc]  # PyTorch's types are not read
    """The material's focal loss: cross entropy a sample, its exponential, their product."""

    def __init__(self, gamma: float = 2.0) -> None:
        super().__init__()
        self.gamma = gamma

    def forward(self, logits: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
        """Give the mean over the samples."""
        cross_entropy = nn.functional.cross_entropy(logits, targets, reduction="none")
        true_probability = torch.exp(-cross_entropy)
        return ((1 - true_probability) ** self.gamma * cross_entropy).mean()


def material_sampler(labels: torch.Tensor) -> WeightedRandomSampler:
    """Make the material's balanced sampler: a weight a sample."""
    weights = 1.0 / torch.bincount(labels)[labels].float()
    return WeightedRandomSampler(weights, len(labels), replacement=True)


def material_epoch(
    rows: np.ndarray,
    labels: np.ndarray,
    held_rows: np.ndarray,
    held_labels: np.ndarray,
    model: nn.Module,
    batch_size: int,
) -> float:
    """Run one epoch of the material's loop, weighted sampling on; give the seconds it took."""
    targets = torch.as_tensor(labels)
    dataset = TensorDataset(torch.FloatTensor(rows), targets)
    loader = DataLoader(dataset, batch_size=batch_size, sampler=material_sampler(targets))
    held = TensorDataset(torch.FloatTensor(held_rows), torch.as_tensor(held_labels))
    held_loader = DataLoader(held, batch_size=batch_size)
    criterion = nn.CrossEntropyLoss()
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
    start = time.perf_counter()
    model.train()
    for inputs, wanted in loader:
        optimizer.zero_grad()
        criterion(model(inputs), wanted).backward()
        optimizer.step()
    model.eval()
    predicted: list[int] = []
    true: list[int] = []
    with torch.no_grad():
        for inputs, wanted in held_loader:
            predicted.extend(model(inputs).argmax(dim=1).tolist())
            true.extend(wanted.tolist())
    balanced_accuracy_score(true, predicted)
    return time.perf_counter() - start
