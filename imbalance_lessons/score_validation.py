"""Checks of scores, probabilities and settings, in the manner of `validation`.

A *score* is any number that is higher where a model thinks the positive class more likely; a
*probability* lies between 0 and 1. No PyTorch is needed here: tensors are recognised by what they
can do.
"""

from __future__ import annotations

import math
import numbers
import reprlib
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from imbalance_lessons.validation import as_integer, as_labels, as_numbers, as_scalar, refuse

ROW_SUM_TOLERANCE = 0.01
"""How far a row of class probabilities may be from a sum of 1: as much as bfloat16 needs."""


def as_share(value: Any, name: str) -> float:
    """Turn a number between 0 and 1, both excluded, into a float.

    Raises a TypeError if `value` is no real number (a boolean or a string is none), a ValueError if
    it lies outside; `name` is what errors call it.

    Examples
    --------
    >>> as_share(np.float32(0.5), "confidence")
    0.5
    """
    number = _as_real(value, f"{name}: expected a number between 0 and 1")
    if not 0 < number < 1:
        raise ValueError(f"{name}: expected a number between 0 and 1, got {value}")
    return number


def as_cost(value: Any, name: str) -> float:
    """Turn a finite number above 0 into a float; refuse others as `as_share` does.

    Examples
    --------
    >>> as_cost(10, "cost_fn")
    10.0
    """
    number = _as_real(value, f"{name}: expected a finite number above 0")
    if not 0 < number < math.inf:
        raise ValueError(f"{name}: expected a finite number above 0, got {value}")
    return number


def as_threshold(value: Any, name: str = "threshold") -> float:
    """Turn any number but NaN into a float; refuse others as `as_share` does.

    Examples
    --------
    >>> as_threshold(np.inf)
    inf
    """
    number = _as_real(value, f"{name}: expected a number")
    if math.isnan(number):
        raise ValueError(f"{name}: expected a number, got nan")
    return number


def as_scores(scores: ArrayLike, name: str = "scores") -> NDArray[np.float64]:
    """Turn scores into a one-dimensional array of floats.

    Parameters
    ----------
    scores
        One finite number a sample: a list, an array, or a tensor on any device.
    name
        What the caller calls this argument; errors use it.

    Returns
    -------
    np.ndarray
        A new array of shape (N,) and dtype float64, N > 0.

    Raises
    ------
    TypeError
        If the scores are not real numbers.
    ValueError
        If there are none, they are not in one dimension, or one of them is infinite or NaN.

    Examples
    --------
    >>> as_scores([1, -0.5])
    array([ 1. , -0.5])
    """
    values = _as_floats(scores, name, "numbers")
    if values.ndim != 1:
        raise ValueError(f"{name}: expected one dimension, a score a sample, got {values.shape}")
    if values.size == 0:
        raise ValueError(f"{name}: expected at least one score, got none")
    refuse(~np.isfinite(values), values, f"{name}: expected finite numbers")
    return values


def as_probabilities(probabilities: ArrayLike, name: str = "y_prob") -> NDArray[np.float64]:
    """Turn probabilities of the positive class into a one-dimensional array.

    Parameters
    ----------
    probabilities
        One number from 0 to 1 a sample: a list, an array, or a tensor on any device.
    name
        What the caller calls this argument; errors use it.

    Returns
    -------
    np.ndarray
        A new array of shape (N,) and dtype float64, N > 0.

    Raises
    ------
    TypeError, ValueError
        As `as_scores` does; and a ValueError if one of them lies outside [0, 1].

    Examples
    --------
    >>> as_probabilities([0, 0.25])
    array([0.  , 0.25])
    """
    values = as_scores(probabilities, name)
    refuse(
        (values < 0) | (values > 1),
        values,
        f"{name}: expected probabilities from 0 to 1 (a sigmoid or a softmax makes them of logits)",
    )
    return values


def as_class_probabilities(probabilities: ArrayLike, name: str = "y_prob") -> NDArray[np.float64]:
    """Turn probabilities, of one class or of all, into a column for each class.

    Parameters
    ----------
    probabilities
        Shape (N,): the probability of class 1 of two. Shape (N, C): a row a sample that sums to 1.
    name
        What the caller calls this argument; errors use it.

    Returns
    -------
    np.ndarray
        A new array of shape (N, C) and dtype float64, N > 0, C >= 2.

    Raises
    ------
    TypeError
        If they are not real numbers.
    ValueError
        If they have another shape, one of them lies outside [0, 1] or is NaN, or a row's sum is
        further than `ROW_SUM_TOLERANCE` from 1.

    Examples
    --------
    >>> as_class_probabilities([0.25, 1.0])
    array([[0.75, 0.25],
           [0.  , 1.  ]])
    """
    values = _as_floats(probabilities, name, "probabilities")
    if values.ndim == 1:
        positive = as_probabilities(values, name)
        return np.column_stack([1 - positive, positive])
    if values.ndim != 2 or values.shape[1] < 2 or not len(values):
        raise ValueError(
            f"{name}: expected shape (N,), or (N, C) with one column for each of 2 or more "
            f"classes, got {values.shape}"
        )
    as_probabilities(values.ravel(), name)
    sums = values.sum(axis=1)
    refuse(np.abs(sums - 1) > ROW_SUM_TOLERANCE, sums, f"{name}: expected rows that sum to 1")
    return values


def as_shares(shares: ArrayLike, name: str, num_classes: int | None = None) -> NDArray[np.float64]:
    """Turn the shares of the classes, or their sizes, into shares that sum to 1.

    Parameters
    ----------
    shares
        One positive number for each of C >= 2 classes: counts will do as well.
    name
        What the caller calls this argument; errors use it.
    num_classes
        C, where it is known.

    Returns
    -------
    np.ndarray
        Shape (C,), float64, summing to 1.

    Raises
    ------
    TypeError, ValueError
        As `as_scores` does; and a ValueError if one of them is not above 0, or there are not C.

    Examples
    --------
    >>> as_shares([900, 100], "shares")
    array([0.9, 0.1])
    """
    values = as_scores(shares, name)
    wanted = max(2, len(values)) if num_classes is None else num_classes
    if len(values) != wanted:
        raise ValueError(f"{name}: expected {wanted} numbers, one a class, got {len(values)}")
    refuse(values <= 0, values, f"{name}: expected numbers above 0, one a class")
    return np.asarray(values / values.sum())


def as_logits(logits: ArrayLike) -> NDArray[np.float64]:
    """Turn a model's outputs of shape (N, C), C >= 2, into an array of float64.

    Raises a TypeError if they are not real numbers, a ValueError if they have another shape, or one
    of them is infinite or NaN.

    Examples
    --------
    >>> as_logits([[1, -2]])
    array([[ 1., -2.]])
    """
    values = _as_floats(logits, "logits", "numbers")
    if values.ndim != 2 or values.shape[1] < 2 or not len(values):
        raise ValueError(
            f"logits: expected shape (N, C), one column for each of 2 or more classes, "
            f"got {values.shape}"
        )
    refuse(~np.isfinite(values).ravel(), values.ravel(), "logits: expected finite numbers")
    return values


def scored_labels(
    y_true: ArrayLike, scores: ArrayLike, positive: int = 1
) -> tuple[NDArray[np.bool_], NDArray[np.float64]]:
    """Turn labels and scores into "is it a positive?" and scores, of both kinds some.

    Parameters
    ----------
    y_true
        Class numbers, in any form that `as_labels` takes.
    scores
        As many numbers, higher where the positive class is thought more likely.
    positive
        The class that we are looking for; all others are negative.

    Returns
    -------
    tuple of np.ndarray
        Booleans and float64, both of shape (N,).

    Raises
    ------
    TypeError, ValueError
        As `as_labels` and `as_scores` do; and a ValueError if the two differ in length, or there
        are no positives or no negatives: then there is nothing to rank.

    Examples
    --------
    >>> scored_labels([0, 1], [0.2, 0.7])
    (array([False,  True]), array([0.2, 0.7]))
    """
    is_positive = as_labels(y_true, "y_true") == as_integer(positive, "positive")
    values = as_scores(scores)
    _check_length(values, len(is_positive), "scores")
    for kind, there in (("positives", is_positive.any()), ("negatives", not is_positive.all())):
        if not there:
            raise ValueError(
                f"y_true: expected positives (class {positive}) and negatives, got no {kind}"
            )
    return is_positive, values


def class_probabilities(
    y_true: ArrayLike, y_prob: ArrayLike
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Turn labels, and probabilities of either shape, into class numbers and a row for each.

    Raises what `as_labels` and `as_class_probabilities` do; and a ValueError if the two differ in
    length, or a label lies beyond the last column.

    Examples
    --------
    >>> class_probabilities([1], [0.75])
    (array([1]), array([[0.25, 0.75]]))
    """
    probabilities = as_class_probabilities(y_prob)
    labels = as_labels(y_true, "y_true", num_classes=probabilities.shape[1])
    _check_length(probabilities, len(labels), "y_prob")
    return labels, probabilities


def binary_probabilities(
    y_true: ArrayLike, y_prob: ArrayLike
) -> tuple[NDArray[np.bool_], NDArray[np.float64]]:
    """Turn labels 0 and 1, and probabilities of 1, into "is it a positive?" and probabilities.

    Raises what `as_labels` and `as_probabilities` do; and a ValueError if the two differ in length.

    Examples
    --------
    >>> binary_probabilities([1, 0], [0.75, 0.5])
    (array([ True, False]), array([0.75, 0.5 ]))
    """
    labels, probabilities = as_labels(y_true, "y_true", num_classes=2), as_probabilities(y_prob)
    _check_length(probabilities, len(labels), "y_prob")
    return labels == 1, probabilities


def as_predictions(
    y_true: ArrayLike, y_pred: ArrayLike
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Turn labels, and predictions of whatever kind, into arrays of the same length.

    Raises what `as_labels` does for `y_true`; for `y_pred` a TypeError if it does not hold real
    numbers, a ValueError if it is not as many of them, or rows of them, all finite.

    Examples
    --------
    >>> as_predictions([0, 1], [0.25, 0.5])
    (array([0, 1]), array([0.25, 0.5 ]))
    """
    labels, values = as_labels(y_true, "y_true"), _as_floats(y_pred, "y_pred", "numbers")
    if values.ndim not in (1, 2):
        raise ValueError(f"y_pred: expected shape (N,) or (N, C), got {values.shape}")
    _check_length(values, len(labels), "y_pred")
    refuse(~np.isfinite(values).ravel(), values.ravel(), "y_pred: expected finite numbers")
    return labels, values


def _check_length(values: NDArray[Any], length: int, name: str) -> None:
    """Refuse values that are not as many as the labels."""
    if len(values) != length:
        raise ValueError(f"{name}: expected {length}, as many as y_true, got {len(values)}")


def _as_floats(values: Any, name: str, what: str) -> NDArray[np.float64]:
    """Make a new float64 array of whatever came, or refuse it."""
    return as_numbers(values, name, what).astype(np.float64)


def _as_real(value: Any, expected: str) -> float:
    """Make a float of a real number of any type, or refuse it."""
    value = as_scalar(value)
    if isinstance(value, bool) or not isinstance(value, numbers.Real):
        raise TypeError(f"{expected}, got {reprlib.repr(value)}")
    return float(value)
