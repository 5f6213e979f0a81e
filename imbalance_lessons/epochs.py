"""What an epoch of training is made of: an order, batches, steps; and predictions after it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

import numpy as np
import torch

from imbalance_lessons.balanced_sampler import BalancedSampler

__all__ = ["Loss", "cut_batches", "draw_order", "predict", "train_epoch"]

FETCH = 2**18
"""Numbers fetched at a time for the batches to come: few enough to stay in the cache."""

Loss = Callable[[torch.Tensor, torch.Tensor], torch.Tensor]


def draw_order(sampler: Iterable[int] | None, samples: int) -> torch.Tensor:
    """Give the rows of one epoch, in order: a sampler's, or all of them shuffled."""
    if sampler is None:
        return torch.randperm(samples)
    if type(sampler) is BalancedSampler:  # what it would give one by one, in less time
        return sampler.draw(len(sampler))
    order = torch.as_tensor(np.fromiter(sampler, dtype=np.int64))
    if len(order) == 0 or order.min() < 0 or order.max() >= samples:
        raise ValueError(
            f"sampler: expected row numbers from 0 to {samples - 1}, at least one, "
            f"got {order.tolist()!r:.60}"
        )
    return order


def cut_batches(
    inputs: torch.Tensor, targets: torch.Tensor, order: torch.Tensor, batch_size: int
) -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
    """Cut the batches of an epoch, fetching the rows of several small ones at once."""
    for rows in _pieces(order, batch_size * max(1, FETCH // (batch_size * inputs[0].numel()))):
        parts = (_pieces(values.index_select(0, rows), batch_size) for values in (inputs, targets))
        yield from zip(*parts, strict=True)


def _pieces(values: torch.Tensor, size: int) -> tuple[torch.Tensor, ...]:
    """Cut a tensor; a single last row joins the piece before, since batch normalisation needs two.

    A batch of one is also a poor step: one row would weigh as much as a whole batch of others.
    """
    pieces: tuple[torch.Tensor, ...] = values.split(size)
    if len(pieces) > 1 and len(pieces[-1]) == 1 < size:
        return (*pieces[:-2], values[-size - 1 :])
    return pieces


def train_epoch(
    model: torch.nn.Module,
    loss: Loss,
    optimizer: torch.optim.Optimizer,
    batches: Iterable[tuple[torch.Tensor, torch.Tensor]],
) -> float:
    """Take a step a batch; give the mean loss a sample, read from the device once."""
    model.train()
    losses, sizes = [], []
    for samples, targets in batches:
        optimizer.zero_grad()
        value = loss(_logits(model, samples), targets)
        value.backward()
        optimizer.step()
        losses.append(value.detach())
        sizes.append(len(targets))
    return float(np.average(torch.stack(losses).cpu().numpy(), weights=sizes))


def _logits(model: torch.nn.Module, samples: torch.Tensor) -> Any:
    try:
        return model(samples)
    except ValueError as error:
        if len(samples) > 1 or "more than 1 value per channel" not in str(error):
            raise
        raise ValueError(
            "batch_size: expected batches of two samples or more, as the model has batch "
            "normalisation, got a batch of one"
        ) from None


@torch.no_grad()  # type: ignore[untyped-decorator]  # PyTorch's types are not read
def predict(model: torch.nn.Module, inputs: torch.Tensor) -> tuple[np.ndarray, np.ndarray]:
    """Give labels and probabilities, in batches that fit memory."""
    model.eval()
    logits = torch.cat([model(rows) for rows in inputs.split(4096)]).double()
    return logits.argmax(dim=1).cpu().numpy(), logits.softmax(dim=1).cpu().numpy()
