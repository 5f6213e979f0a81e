"""Counting again, for speed: the same numbers as `class_counts`, in one pass over the memory."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from imbalance_lessons.validation import MAX_CLASSES, as_integer, as_labels, as_numbers

__all__ = ["fast_class_counts"]

BLOCK = 2**17
"""Labels looked at at a time, an even number: they stay in the processor's cache."""

BYTE = 2**8
"""Class numbers below it fit one byte, and two of them a number of two bytes."""


def fast_class_counts(labels: ArrayLike, num_classes: int | None = None) -> NDArray[np.int64]:
    r"""Count what `class_counts` counts, in less time and without a copy of the labels.

    Parameters
    ----------
    labels, num_classes
        As for `class_counts`.

    Returns
    -------
    np.ndarray
        Shape (C,), whole numbers: entry c is the number of samples of class c, which may be 0.

    Raises
    ------
    TypeError, ValueError
        As `class_counts` does.

    Notes
    -----
    `numpy.bincount` goes over the labels twice, first for the smallest and the largest, and makes
    an int64 of every label. Done block by block, the second pass finds the block in the cache.

    It also has to wait: a count that has just been raised is needed again at once if most samples
    belong to one class. Two neighbouring labels below 256 are therefore counted as one number,
    :math:`y_{2i} + 256\, y_{2i+1}`; the counts of the pairs, in a square table, have those of the
    single labels as the sums of its rows and columns.

    Seen as unsigned, a negative number is a large one, so that one comparison finds both.

    Examples
    --------
    >>> fast_class_counts([0, 2, 2], num_classes=4)
    array([1, 0, 2, 0])
    """
    values = as_numbers(labels, "labels", "class numbers (0, 1, 2, ...)")
    if (
        values.ndim != 1
        or len(values) < BLOCK
        or not values.dtype.isnative
        or values.dtype.kind == "f"
    ):
        return np.bincount(as_labels(values, num_classes=num_classes), minlength=num_classes or 0)
    limit = MAX_CLASSES
    if num_classes is not None:
        limit = as_integer(num_classes, "num_classes", minimum=1, maximum=MAX_CLASSES)
    unsigned = values.view(f"u{values.itemsize}")
    counts, pairs = np.zeros(num_classes or 0, np.int64), np.zeros(BYTE**2, np.int64)
    for start in range(0, len(values), BLOCK):
        block = slice(start, start + BLOCK)
        highest = unsigned[block].max()
        if highest >= limit:
            as_labels(values, num_classes=num_classes)  # says which, and where
        if highest < BYTE and start + BLOCK <= len(values):
            two = unsigned[block].astype(np.uint8).view(np.uint16)
            pairs += np.bincount(two, minlength=len(pairs))
        else:
            counts = _sum(counts, np.bincount(values[block].astype(np.int64, copy=False)))
    square = pairs.reshape(BYTE, BYTE)
    singles = square.sum(axis=0) + square.sum(axis=1)
    return _sum(counts, np.trim_zeros(singles, "b"))


def _sum(counts: NDArray[np.int64], more: NDArray[np.int64]) -> NDArray[np.int64]:
    """Add two lists of counts, of which one may end earlier."""
    longer, shorter = (counts, more) if len(counts) >= len(more) else (more, counts)
    longer[: len(shorter)] += shorter
    return longer
