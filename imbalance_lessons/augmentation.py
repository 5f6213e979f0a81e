"""Balance by variation: repeated samples of a rare class, each transformed at random."""

from __future__ import annotations

import copy
import reprlib
from collections.abc import Callable, Sized
from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from torch.utils.data import Dataset, Subset

from imbalance_lessons.features import as_indices
from imbalance_lessons.sampling import labels_of, oversampled_indices

__all__ = ["AugmentedDataset", "create_augmented_dataset", "is_repeat"]


def is_repeat(indices: ArrayLike) -> np.ndarray:
    """Mark each index that has come before.

    Parameters
    ----------
    indices
        Positions of samples (0, 1, 2, ...), as a sampler or `oversampled_indices` gives them.

    Returns
    -------
    np.ndarray
        Booleans, one an index: False where a position comes for the first time.

    Raises
    ------
    TypeError, ValueError
        If `indices` does not hold whole numbers from 0 on.

    References
    ----------
    `pandas.Series.duplicated`, which has the same convention.

    Examples
    --------
    >>> is_repeat([3, 1, 3, 3]).tolist()
    [False, False, True, True]
    """
    indices = as_indices(indices)
    repeated = np.ones(len(indices), dtype=bool)
    repeated[np.unique(indices, return_index=True)[1]] = False
    return repeated


class AugmentedDataset(Dataset[Any]):  # type: ignore[misc]  # PyTorch's types are not read
    """Give some samples of a data set through a random transform, the others as they are.

    Parameters
    ----------
    dataset
        A data set with a length, whose samples are tuples that start with the image.
    transform
        What to do to an image: any transform of `torchvision.transforms` or its `v2`, or another
        function of one image.
    where
        One boolean a sample: whether it is to be transformed. None for all.

    Raises
    ------
    TypeError
        If `dataset` has no length, its samples are no such tuples (when one is asked for),
        `transform` cannot be called, or `where` does not hold booleans.
    ValueError
        If `where` does not have one entry for each sample of `dataset`.

    Notes
    -----
    Every access transforms anew, so each epoch sees other variants. Labels stay, and so does the
    image in `dataset`: the transform gets a copy, as some work in place.

    With a balanced sampler, `where=labels == rare` transforms the samples of a rare class, which
    the sampler repeats. With `create_augmented_dataset`, it is the repeats themselves.

    torchvision's transforms draw from PyTorch's global random state: `torch.manual_seed` repeats
    them, and in a `DataLoader` with workers its `generator` does.

    References
    ----------
    torchvision, "Transforming images, videos, boxes and more".

    Examples
    --------
    >>> dataset = [("b", 0), ("a", 1)]
    >>> list(AugmentedDataset(dataset, str.upper, where=[False, True]))
    [('b', 0), ('A', 1)]
    """

    def __init__(
        self, dataset: Any, transform: Callable[[Any], Any], where: ArrayLike | None = None
    ) -> None:
        super().__init__()
        if not callable(transform):
            raise TypeError(
                f"transform: expected a function of an image, got {reprlib.repr(transform)}"
            )
        self.dataset = dataset
        self.transform = transform
        self.where = _as_mask(where, dataset)

    def __len__(self) -> int:
        return len(self.where)

    def __getitem__(self, index: int) -> tuple[Any, ...]:
        transformed = self.where[index]
        sample = self.dataset[index]
        if not isinstance(sample, tuple | list) or not sample:
            raise TypeError(
                f"dataset: expected samples (image, label), got {type(sample).__name__}"
            )
        image, *rest = sample
        return (self.transform(copy.deepcopy(image)) if transformed else image, *rest)


def create_augmented_dataset(
    dataset: Dataset[Any], labels: ArrayLike, transform: Callable[[Any], Any], *, seed: Any = None
) -> AugmentedDataset:
    """Repeat samples of smaller classes until all have the same size, and transform the repeats.

    Parameters
    ----------
    dataset, labels
        The data set, whose samples are tuples (image, label), and the class number of each.
    transform
        What to do to the image of a repeat: any transform of torchvision, or another function.
    seed
        A whole number, a NumPy generator, or None: chooses the samples to repeat.

    Returns
    -------
    AugmentedDataset
        In random order, each sample once as it is, and the repeats, transformed at each access.

    Raises
    ------
    TypeError
        If `dataset` has no length, `transform` cannot be called, or an argument is of the wrong
        kind.
    ValueError
        If `labels` does not hold class numbers, one for each sample of `dataset`.

    Notes
    -----
    Plain oversampling shows a rare sample again and again, and a network learns it by heart.
    Choose a transform that keeps the label: a mirrored cat is a cat, a digit turned upside down
    may be another digit.

    References
    ----------
    C. Shorten, T. M. Khoshgoftaar, "A survey on image data augmentation for deep learning",
    Journal of Big Data 6:60 (2019).

    Examples
    --------
    >>> dataset = [("a", 0), ("b", 0), ("c", 0), ("d", 1)]
    >>> augmented = create_augmented_dataset(dataset, [0, 0, 0, 1], str.upper, seed=0)
    >>> sorted(augmented)
    [('D', 1), ('D', 1), ('a', 0), ('b', 0), ('c', 0), ('d', 1)]
    """
    indices = oversampled_indices(labels_of(dataset, labels), seed)
    repeated = Subset(dataset, indices.tolist())
    return AugmentedDataset(repeated, transform, where=is_repeat(indices))


def _as_mask(where: Any, dataset: Any) -> np.ndarray:
    """Turn `where` into one boolean for each sample of the data set."""
    if not isinstance(dataset, Sized):
        raise TypeError(f"dataset: expected one with a length, got {type(dataset).__name__}")
    if where is None:
        return np.ones(len(dataset), dtype=bool)
    mask = np.asarray(where.detach().cpu() if hasattr(where, "detach") else where).copy()
    if mask.dtype != bool:
        raise TypeError(
            f"where: expected a boolean for each sample of the dataset, got {reprlib.repr(where)}"
        )
    if mask.shape != (len(dataset),):
        raise ValueError(
            f"where: expected shape ({len(dataset)},), a boolean for each sample of the dataset, "
            f"got {mask.shape}"
        )
    return mask
