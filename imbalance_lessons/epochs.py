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
    """Give the rows of one epoch, in order: a sampler's, or all of them shuffled.

    Parameters
    ----------
    sampler, samples
        An iterable of row numbers, read once, or None; and how many rows there are.

    Returns
    -------
    torch.Tensor
        Row numbers, int64.

    Raises
    ------
    ValueError
        If the sampler gives none, or one that is no row's number.

    Notes
    -----
    Without a sampler, the order comes from PyTorch's global generator.
    """
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
    """Cut the batches of an epoch, fetching the rows of several small ones at once.

    Parameters
    ----------
    inputs, targets
        Samples, a row each, and their class numbers, on one device.
    order, batch_size
        The rows of the epoch, on that device, and how many of them make a batch.

    Yields
    ------
    tuple of torch.Tensor
        Inputs and targets of a batch. A single row that is left over joins the last batch.

    Notes
    -----
    `DataLoader` asks for rows one by one, and then stacks them. For 256 rows of 30 numbers that
    takes about twice as long as the step of a small network that they are for.
    """
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
    """Take a step a batch; give the mean loss a sample, read from the device once.

    Parameters
    ----------
    model, loss, optimizer
        A module, put into training mode; a function of logits and targets to a mean; and what
        changes the module's parameters.
    batches
        Inputs and targets of one batch after the other.

    Returns
    -------
    float
        The mean of the losses, each counted by the samples of its batch.

    Raises
    ------
    ValueError
        If a batch has one sample, and the model normalises batches.
    """
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
    """Give labels and probabilities, in batches that fit memory.

    Parameters
    ----------
    model, inputs
        A module that gives logits of shape (N, C), put into evaluation mode; and its inputs, on
        its device.

    Returns
    -------
    tuple of np.ndarray
        The class with the largest logit, shape (N,); and the softmax, shape (N, C), float64.
    """
    model.eval()
    # To the CPU first: some devices, such as Apple's, have no float64.
    logits = torch.cat([model(rows) for rows in inputs.split(4096)]).cpu().double()
    return logits.argmax(dim=1).numpy(), logits.softmax(dim=1).numpy()
