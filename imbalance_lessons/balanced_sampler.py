"""A sampler that draws a class first, then one of its members."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray
from torch.utils.data import Sampler

from imbalance_lessons.counting import fast_class_counts
from imbalance_lessons.randomness import as_draws, as_generator
from imbalance_lessons.validation import as_numbers

SORT_BLOCK = 2**20
"""Labels sorted at a time: they and their positions stay in the processor's cache."""

DRAW_BLOCK = 2**16
"""Draws made at a time: enough to be fast, few enough for the first batch not to wait."""


class BalancedSampler(Sampler[int]):  # type: ignore[misc]  # PyTorch's types are not read
    r"""Draw a class, then one of its samples: balanced, for any number of labels.

    Parameters
    ----------
    labels
        One class number (0, 1, 2, ...) a sample: a list, an array or a tensor.
    num_samples
        The number of draws an epoch. If None, as many as there are labels.
    generator
        What to draw with; if None, PyTorch's global generator.

    Attributes
    ----------
    num_samples, generator
        As given; read anew for each epoch.
    counts
        The number of samples of each class that has any: an array of shape (K,).

    Raises
    ------
    TypeError
        If an argument is of the wrong kind.
    ValueError
        If `labels` does not hold class numbers, or `num_samples` is below 1.

    Notes
    -----
    A class is drawn with probability 1 / K, a member of it with 1 / n_c, with replacement: the
    distribution of `create_balanced_sampler`, without a weight a sample and a sum over all of
    them. Making the sampler takes one counting sort, linear in N, and keeps 4 bytes a label (8
    from 2^31 labels on); a draw takes the same time whatever N is. Classes without samples are
    never drawn.

    Each draw takes two random numbers in a row from the generator, so the sequence depends on the
    generator's state alone: not on how many are drawn at a time.

    References
    ----------
    B. Kang et al., "Decoupling representation and classifier for long-tailed recognition", ICLR
    2020: "class-balanced sampling".

    Examples
    --------
    >>> labels = [0] * 900 + [2] * 100
    >>> sampler = BalancedSampler(labels, generator=torch.Generator().manual_seed(0))
    >>> np.bincount(np.array(labels)[list(sampler)]).tolist()
    [499, 0, 501]
    """

    def __init__(
        self,
        labels: ArrayLike,
        *,
        num_samples: int | None = None,
        generator: torch.Generator | None = None,
    ) -> None:
        super().__init__()
        values = as_numbers(labels, "labels", "class numbers (0, 1, 2, ...)")
        counts = fast_class_counts(values)
        self._order = _sorted_by_class(values, counts)
        self.num_samples = as_draws(num_samples, len(self._order))
        self.generator = as_generator(generator)
        self.counts = counts[counts > 0]
        self._first = np.cumsum(self.counts) - self.counts

    def __len__(self) -> int:
        return self.num_samples

    def __iter__(self) -> Iterator[int]:
        starts = range(0, self.num_samples, DRAW_BLOCK)
        sizes = (min(DRAW_BLOCK, self.num_samples - start) for start in starts)
        return chain.from_iterable(self.draw(size).tolist() for size in sizes)

    def draw(self, num_samples: int) -> torch.Tensor:
        """Draw some indices at once: what iterating would give next, as a tensor.

        Parameters
        ----------
        num_samples
            How many.

        Returns
        -------
        torch.Tensor
            Shape (num_samples,), int64.
        """
        size = (as_draws(num_samples, 0), 2)
        # On the CPU, as the generator is, whatever PyTorch's default device may be.
        options = {"dtype": torch.float64, "generator": self.generator, "device": "cpu"}
        chance = torch.rand(size, **options).numpy()
        # NumPy, for it looks up in one thread: PyTorch takes several, and on a busy machine waits
        # for the slowest of them at each step. Chances are below 1 by at least 2**-53, so that a
        # product with n rounds to less than n.
        classes = (chance[:, 0] * len(self.counts)).astype(np.int64)
        members = (chance[:, 1] * self.counts[classes]).astype(np.int64)
        indices = self._order[self._first[classes] + members]
        return torch.from_numpy(indices.astype(np.int64))


def _sorted_by_class(labels: np.ndarray, counts: NDArray[np.int64]) -> np.ndarray:
    """List the positions of the samples, class after class, by a counting sort in blocks."""
    # NumPy sorts numbers of one or two bytes by radix: in a time that is linear in how many.
    labels = labels.astype(np.min_scalar_type(len(counts) - 1), copy=False)
    order = np.empty(len(labels), dtype=np.int32 if len(labels) < 2**31 else np.int64)
    next_place = np.cumsum(counts) - counts
    step = max(SORT_BLOCK, len(counts))
    for start in range(0, len(labels), step):
        block = labels[start : start + step]
        sizes = np.bincount(block, minlength=len(counts))
        # Sorted, the block holds its classes one after the other: each moves on to its place.
        moves = next_place - (np.cumsum(sizes) - sizes)
        places = np.arange(len(block)) + np.repeat(moves, sizes)
        order[places] = start + np.argsort(block, kind="stable")
        next_place += sizes
    return order
