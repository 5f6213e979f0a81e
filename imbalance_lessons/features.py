"""Checks of features and of positions: what is interpolated, what is repeated.

NumPy is all that this needs, as for the checks in `imbalance_lessons.validation`.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from imbalance_lessons.validation import as_numbers

__all__ = ["as_indices", "as_rows", "as_segments"]


def as_rows(samples: ArrayLike, name: str = "samples") -> np.ndarray:
    """Turn features into an array with one row a sample.

    Parameters
    ----------
    samples
        N rows of D numbers each: lists, an array, or a tensor on any device.
    name
        What the caller calls this argument; errors use it.

    Returns
    -------
    np.ndarray
        Shape (N, D), N and D > 0: float32 if that is what came, otherwise float64. What came is
        never changed through it by the functions of this package, and may share its memory.

    Raises
    ------
    TypeError
        If the features are not numbers.
    ValueError
        If there are none, they are not in two dimensions, or one of them is infinite or NaN.

    Examples
    --------
    >>> as_rows([[1, 2], [3, 4]])
    array([[1., 2.],
           [3., 4.]])
    """
    values = _as_floats(samples, name, "rows of numbers")
    if values.ndim != 2:
        raise ValueError(f"{name}: expected shape (N, D), one row a sample, got {values.shape}")
    if values.size == 0:
        raise ValueError(
            f"{name}: expected at least one row and one column, got shape {values.shape}"
        )
    return values


def as_segments(
    starts: ArrayLike, ends: ArrayLike, gaps: ArrayLike
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Turn pairs of samples, and how far to go from one to the other, into arrays that fit.

    Parameters
    ----------
    starts, ends
        M rows of D numbers each, in any form that `as_rows` takes.
    gaps
        M numbers from 0 to 1.

    Returns
    -------
    tuple of np.ndarray
        Starts and ends of shape (M, D), gaps of shape (M,), all of one dtype.

    Raises
    ------
    TypeError, ValueError
        As `as_rows` does; and a ValueError if the shapes do not fit or a gap is out of range.

    Examples
    --------
    >>> as_segments([[0, 0]], [[2, 8]], [0.25])
    (array([[0., 0.]]), array([[2., 8.]]), array([0.25]))
    """
    starts, ends = as_rows(starts, "starts"), as_rows(ends, "ends")
    if starts.shape != ends.shape:
        raise ValueError(f"ends: expected shape {starts.shape}, as starts have, got {ends.shape}")
    steps = _as_floats(gaps, "gaps", "numbers from 0 to 1")
    if steps.shape != starts.shape[:1]:
        raise ValueError(
            f"gaps: expected shape ({len(starts)},), one number for each pair, got {steps.shape}"
        )
    outside = (steps < 0) | (steps > 1)
    if outside.any():
        position = int(outside.argmax())
        raise ValueError(
            f"gaps: expected numbers from 0 to 1, got {steps[position]} at position {position}"
        )
    dtype = np.result_type(starts, ends)
    return starts.astype(dtype, copy=False), ends.astype(dtype, copy=False), steps.astype(dtype)


def as_indices(indices: ArrayLike, name: str = "indices") -> NDArray[np.int64]:
    """Turn positions of samples into an array.

    Parameters
    ----------
    indices
        Whole numbers from 0 on, in one dimension: a list, an array, or a tensor; none will do.
    name
        What the caller calls this argument; errors use it.

    Returns
    -------
    np.ndarray
        A new array of shape (N,) and dtype int64.

    Raises
    ------
    TypeError
        If the positions are not numbers.
    ValueError
        If they are not in one dimension, or one of them is negative or not whole.

    Examples
    --------
    >>> as_indices([3.0, 1.0])
    array([3, 1])
    """
    values = _as_floats(indices, name, "positions (0, 1, 2, ...)")
    if values.ndim != 1:
        raise ValueError(f"{name}: expected one dimension, got shape {values.shape}")
    wrong = (values < 0) | (values != np.floor(values))
    if wrong.any():
        position = int(wrong.argmax())
        raise ValueError(
            f"{name}: expected positions (0, 1, 2, ...), got {values[position]:g} "
            f"at position {position}"
        )
    return values.astype(np.int64)


def _as_floats(values: Any, name: str, what: str) -> np.ndarray:
    """Make an array of finite floats from whatever came, or refuse it."""
    array = as_numbers(values, name, what)
    array = array.astype(np.float32 if array.dtype == np.float32 else np.float64, copy=False)
    wrong = ~np.isfinite(array)
    if wrong.any():
        position = tuple(int(i) for i in np.argwhere(wrong)[0])
        at = position[0] if len(position) == 1 else position
        where = f" at position {at}" if position else ""
        raise ValueError(f"{name}: expected finite numbers, got {array[position]}{where}")
    return array
