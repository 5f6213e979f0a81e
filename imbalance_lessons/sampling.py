"""Balance by choosing: which samples a model sees, and how often."""

from __future__ import annotations

from collections.abc import Sized
from typing import Any

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray
from torch.utils.data import Dataset, Subset, WeightedRandomSampler

from imbalance_lessons.balanced_sampler import BalancedSampler
from imbalance_lessons.distribution import class_counts
from imbalance_lessons.randomness import as_draws, as_generator, as_rng
from imbalance_lessons.validation import as_labels

__all__ = [
    "BalancedSampler",
    "create_balanced_sampler",
    "create_undersampled_dataset",
    "expected_distinct",
    "oversampled_indices",
    "sample_weights",
    "undersampled_indices",
]


def sample_weights(labels: ArrayLike) -> np.ndarray:
    r"""Weigh each sample by one over the size of its class.

    Parameters
    ----------
    labels
        One class number (0, 1, 2, ...) a sample: a list, an array or a tensor.

    Returns
    -------
    np.ndarray
        Shape (N,), floats: the weights of the samples of each class sum to 1.

    Raises
    ------
    TypeError, ValueError
        If `labels` does not hold class numbers.

    Notes
    -----
    :math:`w_i = 1 / n_{y_i}`. Draw with these as probabilities, and each class that has samples is
    as likely as any other. A class without samples has nothing to weigh. Only the proportions
    matter to a sampler: multiplied by N / C these are the weights that make each loss count as
    `sklearn.utils.class_weight.compute_sample_weight("balanced", labels)` does.

    References
    ----------
    `torch.utils.data.WeightedRandomSampler`, which takes one weight a sample, not one a class.

    Examples
    --------
    >>> sample_weights([0, 0, 0, 0, 1])
    array([0.25, 0.25, 0.25, 0.25, 1.  ])
    """
    labels = as_labels(labels)
    counts = class_counts(labels)
    return np.asarray(1 / counts[labels])


def create_balanced_sampler(
    labels: ArrayLike,
    *,
    num_samples: int | None = None,
    replacement: bool = True,
    generator: torch.Generator | None = None,
) -> WeightedRandomSampler:
    r"""Make a sampler for which each draw is as likely to give one class as another.

    Parameters
    ----------
    labels
        One class number (0, 1, 2, ...) a sample: a list, an array or a tensor.
    num_samples, replacement, generator
        How many to draw an epoch (None: as many as there are labels), whether a sample may come
        more than once, and what to draw with: as for `WeightedRandomSampler`.

    Returns
    -------
    WeightedRandomSampler
        For `DataLoader(..., sampler=...)`, in place of `shuffle=True`.

    Raises
    ------
    TypeError
        If an argument is of the wrong kind.
    ValueError
        If `labels` does not hold class numbers or holds more than 2^24 of them, `num_samples` is
        below 1, or it is above the number of labels without replacement.

    Notes
    -----
    "Equally often" is meant in expectation: in a batch of B the number of samples of one of C
    classes is binomial, B / C on average, give or take :math:`\sqrt{B (C - 1)} / C`. And an epoch
    repeats rare samples while it misses many common ones: `expected_distinct` says how many.

    Without replacement each sample comes at most once. Rare classes are then drawn first, until
    they are used up; with `num_samples` = N everything is drawn, and nothing balanced.

    Without a `generator`, draws come from PyTorch's global one, as in PyTorch's own samplers.

    References
    ----------
    `torch.utils.data.WeightedRandomSampler`. `BalancedSampler` draws from the same distribution,
    in less time and from more labels.

    Examples
    --------
    >>> labels = [0] * 900 + [1] * 100
    >>> sampler = create_balanced_sampler(labels, generator=torch.Generator().manual_seed(0))
    >>> drawn = np.array(labels)[list(sampler)]
    >>> len(drawn), 450 < int(drawn.sum()) < 550
    (1000, True)
    """
    weights = sample_weights(labels)
    num_samples = as_draws(num_samples, len(weights), replacement)
    generator = as_generator(generator)
    if len(weights) > 2**24:
        raise ValueError(f"labels: expected up to 2**24, or a BalancedSampler, got {len(weights)}")
    return WeightedRandomSampler(weights, num_samples, replacement, generator)


def expected_distinct(labels: ArrayLike, num_samples: int | None = None) -> np.ndarray:
    r"""Compute how many different samples of each class an epoch of balanced draws is to show.

    Parameters
    ----------
    labels
        One class number (0, 1, 2, ...) a sample: a list, an array or a tensor.
    num_samples
        The number of draws, with replacement. If None, as many as there are labels.

    Returns
    -------
    np.ndarray
        Shape (C,), one entry a class, up to the largest label: a mean over many epochs.

    Raises
    ------
    TypeError, ValueError
        If `labels` does not hold class numbers, or `num_samples` is not a whole number from 1 on.

    Notes
    -----
    With K classes that have samples, a draw gives one certain sample of class c with probability
    :math:`1 / (K n_c)`, and m draws miss it with probability :math:`(1 - 1 / (K n_c))^m`:

    .. math:: E_c = n_c \left(1 - \left(1 - \frac{1}{K n_c}\right)^m\right).

    A class without samples has 0. This is why balanced sampling oversamples and undersamples at
    once: of 900 and 100 samples, 1000 draws show 384 and 99.

    References
    ----------
    W. Feller, "An Introduction to Probability Theory and Its Applications", volume 1, chapter IV:
    the classical occupancy problem.

    Examples
    --------
    >>> expected_distinct([0] * 900 + [1] * 100).round(1)
    array([383.7,  99.3])
    """
    counts = class_counts(labels)
    draws = as_draws(num_samples, counts.sum())
    chance = 1 / (np.count_nonzero(counts) * np.maximum(counts, 1))
    return np.asarray(counts * (1 - (1 - chance) ** draws))


def oversampled_indices(labels: ArrayLike, seed: Any = None) -> np.ndarray:
    r"""Repeat random samples of the smaller classes until all classes have the same size.

    Parameters
    ----------
    labels
        One class number (0, 1, 2, ...) a sample: a list, an array or a tensor.
    seed
        A whole number, a NumPy generator, or None for another result every time.

    Returns
    -------
    np.ndarray
        Shape (K · max n_c,), indices in random order: every sample once, and then the repeats.
        Of the K classes that have samples, each comes as often as the largest.

    Raises
    ------
    TypeError, ValueError
        If `labels` does not hold class numbers, or `seed` is none of the above.

    Notes
    -----
    Class c gets :math:`\max_k n_k - n_c` repeats, drawn from it with replacement. No sample is
    lost, unlike in an epoch of a balanced sampler, and every epoch has the same repeats.

    Oversample the training data alone, after the split: a sample whose copy is in the test set
    has its answer learned by heart.

    References
    ----------
    `imblearn.over_sampling.RandomOverSampler`.

    Examples
    --------
    >>> sorted(oversampled_indices([0, 0, 0, 1]).tolist())
    [0, 1, 2, 3, 3, 3]
    """
    labels = as_labels(labels)
    rng = as_rng(seed)
    members = [np.flatnonzero(labels == c) for c in np.unique(labels)]
    largest = max(map(len, members))
    repeats = [rng.choice(m, largest - len(m)) for m in members]
    return rng.permutation(np.concatenate([*members, *repeats]))


def undersampled_indices(labels: ArrayLike, seed: Any = None) -> np.ndarray:
    r"""Keep random samples of the larger classes, as many as the smallest class has.

    Parameters
    ----------
    labels
        One class number (0, 1, 2, ...) a sample: a list, an array or a tensor.
    seed
        A whole number, a NumPy generator, or None for another result every time.

    Returns
    -------
    np.ndarray
        Shape (K · min n_c,), different indices in random order, as many of each of the K classes
        that have samples.

    Raises
    ------
    TypeError, ValueError
        If `labels` does not hold class numbers, or `seed` is none of the above.

    Notes
    -----
    The smallest class is kept whole, and of N samples :math:`K \min_c n_c` remain: 300 of 10,000
    at sizes 9000, 900 and 100. A class without samples is left aside, as it would leave nothing.

    The order is random because a list sorted by class gives batches of a single class to whoever
    reads it without shuffling.

    References
    ----------
    `imblearn.under_sampling.RandomUnderSampler`, which sorts by class.

    Examples
    --------
    >>> kept = undersampled_indices([0, 0, 0, 1, 1, 2], seed=0)
    >>> len(kept), 5 in kept
    (3, True)
    """
    labels = as_labels(labels)
    rng = as_rng(seed)
    members = [np.flatnonzero(labels == c) for c in np.unique(labels)]
    smallest = min(map(len, members))
    kept = [rng.choice(m, smallest, replace=False) for m in members]
    return rng.permutation(np.concatenate(kept))


def create_undersampled_dataset(
    dataset: Dataset[Any], labels: ArrayLike, *, seed: Any = None
) -> Subset[Any]:
    """Shrink a data set to classes of equal size, in random order.

    Parameters
    ----------
    dataset, labels
        The data set, and the class number (0, 1, 2, ...) of each of its samples.
    seed
        A whole number, a NumPy generator, or None for another result every time.

    Returns
    -------
    Subset
        As many samples of each class as the smallest class has.

    Raises
    ------
    TypeError
        If `dataset` has no length, or an argument is of the wrong kind.
    ValueError
        If `labels` does not hold class numbers, one for each sample of `dataset`.

    References
    ----------
    `undersampled_indices`, which chooses; `torch.utils.data.Subset`, which copies nothing.

    Examples
    --------
    >>> dataset = torch.utils.data.TensorDataset(torch.arange(5))
    >>> len(create_undersampled_dataset(dataset, [0, 0, 0, 1, 1]))
    4
    """
    labels = labels_of(dataset, labels)
    return Subset(dataset, undersampled_indices(labels, seed).tolist())


def labels_of(dataset: Any, labels: ArrayLike) -> NDArray[np.int64]:
    """Turn the labels of a data set into an array, one class number for each of its samples.

    Parameters
    ----------
    dataset
        Anything with a length.
    labels
        Class numbers in any form that `as_labels` takes.

    Returns
    -------
    np.ndarray
        A new array of shape (N,) and dtype int64.

    Raises
    ------
    TypeError, ValueError
        As `as_labels` does; a TypeError if `dataset` has no length; a ValueError if that is not
        the number of labels.

    Examples
    --------
    >>> labels_of(["a", "b"], [1, 0])
    array([1, 0])
    """
    numbers = as_labels(labels)
    if not isinstance(dataset, Sized):
        raise TypeError(f"dataset: expected one with a length, got {type(dataset).__name__}")
    if len(dataset) != len(numbers):
        raise ValueError(
            f"labels: expected {len(dataset)} class numbers, one a sample, got {len(numbers)}"
        )
    return numbers
