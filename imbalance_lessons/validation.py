"""Checks of arguments: early, and each message names the argument, what was expected, what came.

PyTorch is imported only where tensors are made or models are looked at, so that code which counts
labels does not wait for it.
"""

from __future__ import annotations

import math
import numbers
import operator
import reprlib
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

if TYPE_CHECKING:
    import torch

MAX_CLASSES = 2**24
"""More classes than `torch.multinomial` can draw from: such labels are not class numbers."""


def as_labels(
    labels: ArrayLike, name: str = "labels", num_classes: int | None = None
) -> NDArray[np.int64]:
    """Turn class labels into a one-dimensional array of class numbers.

    Parameters
    ----------
    labels
        One class number (0, 1, 2, ...) a sample: a list, an array, or a tensor on any device.
        Floats and booleans will do if they are whole numbers.
    name
        What the caller calls this argument; errors use it.
    num_classes
        The number of classes, where it is known: every label must lie below it.

    Returns
    -------
    np.ndarray
        A new array of shape (N,) and dtype int64, N > 0.

    Raises
    ------
    TypeError
        If the labels are not numbers, or `num_classes` is not a whole number.
    ValueError
        If there are none, they are not in one dimension, or one of them is not a class number
        (negative, fractional, NaN, from `num_classes` on, from `MAX_CLASSES` on).

    Examples
    --------
    >>> as_labels([0.0, 2.0, 1.0])
    array([0, 2, 1])
    >>> as_labels([0, 5], num_classes=2)
    Traceback (most recent call last):
        ...
    ValueError: labels: expected class numbers below num_classes=2, got 5 at position 1
    """
    limit = MAX_CLASSES
    if num_classes is not None:
        limit = as_integer(num_classes, "num_classes", minimum=1, maximum=MAX_CLASSES)
    values = as_numbers(labels, name, "class numbers (0, 1, 2, ...)")
    if values.dtype.kind == "f":
        # A float16 could not be compared with a number of classes above 65504.
        values = values.astype(np.float64)
    if values.ndim != 1:
        raise ValueError(
            f"{name}: expected one dimension, a class number a sample, got shape {values.shape}"
        )
    if values.size == 0:
        raise ValueError(f"{name}: expected at least one class number, got none")
    bound = "2**24" if num_classes is None else f"num_classes={limit}"
    if not _are_class_numbers(values, limit):
        # `not >=` rather than `<`: NaN compares false with everything.
        refuse(
            ~(values >= 0) | (np.floor(values) != values),
            values,
            f"{name}: expected class numbers (0, 1, 2, ...)",
        )
        refuse(values >= limit, values, f"{name}: expected class numbers below {bound}")
    return values.astype(np.int64)


def _are_class_numbers(values: np.ndarray, limit: int) -> bool:
    """Say whether all is well, at a fraction of what finding the first mistake takes."""
    if values.dtype.kind == "f":  # NaN and infinity have no whole number that equals them
        with np.errstate(invalid="ignore"):
            whole = values.astype(np.int64)
        return bool((whole == values).all()) and whole.min() >= 0 and whole.max() < limit
    return bool(values.min() >= 0 and values.max() < limit)


def paired_labels(
    y_true: ArrayLike, y_pred: ArrayLike
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Turn true and predicted labels into two arrays of the same length.

    Parameters
    ----------
    y_true, y_pred
        True and predicted class numbers, one each a sample, in any form that `as_labels` takes.

    Returns
    -------
    tuple of np.ndarray
        Both, as new int64 arrays of shape (N,).

    Raises
    ------
    TypeError, ValueError
        As `as_labels` does; and a ValueError if the two differ in length.

    Examples
    --------
    >>> paired_labels([0, 1], [True, False])
    (array([0, 1]), array([1, 0]))
    """
    true, predicted = as_labels(y_true, "y_true"), as_labels(y_pred, "y_pred")
    # NumPy would stretch a single prediction over all samples without a word.
    if len(true) != len(predicted):
        raise ValueError(
            f"y_pred: expected {len(true)} labels, as many as y_true, got {len(predicted)}"
        )
    return true, predicted


def as_targets(
    targets: ArrayLike, logits: torch.Tensor, num_classes: int | None = None
) -> torch.Tensor:
    """Turn class labels into the targets of a batch of logits.

    Parameters
    ----------
    targets
        N class numbers, in any form that `as_labels` takes.
    logits
        A model's output of shape (N, C), C >= 2.
    num_classes
        C, where the caller wants it checked.

    Returns
    -------
    torch.Tensor
        The targets as int64, of shape (N,), on the device of `logits`.

    Raises
    ------
    TypeError, ValueError
        As `as_labels` does; a TypeError if `logits` is not a tensor; a ValueError if its shape is
        not (N, C), or if the number of targets or `num_classes` does not fit it.

    Examples
    --------
    >>> import torch
    >>> as_targets([0, 2], torch.zeros(2, 3))
    tensor([0, 2])
    """
    import torch

    if not isinstance(logits, torch.Tensor):
        raise TypeError(f"logits: expected a tensor, got {type(logits).__name__}")
    if logits.ndim != 2 or logits.shape[1] < 2:
        raise ValueError(
            f"logits: expected shape (N, C), one column for each of 2 or more classes, "
            f"got {tuple(logits.shape)}"
        )
    samples, columns = logits.shape
    if num_classes is not None and as_integer(num_classes, "num_classes", minimum=1) != columns:
        raise ValueError(
            f"num_classes: expected {columns}, as many as the logits have columns, "
            f"got {num_classes}"
        )
    labels = as_labels(targets, "targets", num_classes=columns)
    if len(labels) != samples:
        raise ValueError(
            f"targets: expected {samples} class numbers, one for each row of the logits, "
            f"got {len(labels)}"
        )
    return torch.as_tensor(labels, device=logits.device)


def trainable_parameters(model: torch.nn.Module) -> list[torch.nn.Parameter]:
    """List the parameters of a model that training would change.

    Parameters
    ----------
    model
        Any PyTorch module.

    Returns
    -------
    list of torch.nn.Parameter
        Those with `requires_grad`, in the order of `model.parameters()`; at least one.

    Raises
    ------
    TypeError
        If `model` is not a module.
    ValueError
        If it has nothing to train.

    Examples
    --------
    >>> import torch
    >>> [tuple(p.shape) for p in trainable_parameters(torch.nn.Linear(4, 3))]
    [(3, 4), (3,)]
    """
    import torch

    if not isinstance(model, torch.nn.Module):
        raise TypeError(f"model: expected a torch.nn.Module, got {type(model).__name__}")
    parameters = [p for p in model.parameters() if p.requires_grad]
    if not parameters:
        raise ValueError(
            f"model: expected a parameter with requires_grad=True, got none in "
            f"{type(model).__name__}"
        )
    return parameters


def as_integer(value: Any, name: str, minimum: int = 0, maximum: int | None = None) -> int:
    """Turn a whole number of any type into an int.

    Parameters
    ----------
    value
        An int, a NumPy integer, or a tensor that holds one integer; no boolean.
    name
        What the caller calls this argument; errors use it.
    minimum, maximum
        The smallest and the largest number that will do; no `maximum`, no upper limit.

    Returns
    -------
    int
        The number.

    Raises
    ------
    TypeError
        If `value` is not a whole number.
    ValueError
        If it is too small or too large.

    Examples
    --------
    >>> as_integer(np.int64(3), "num_classes")
    3
    """
    value = as_scalar(value)
    if isinstance(value, bool) or not isinstance(value, numbers.Integral):
        raise TypeError(f"{name}: expected a whole number, got {reprlib.repr(value)}")
    number = operator.index(value)
    if number < minimum:
        raise ValueError(f"{name}: expected a whole number from {minimum} on, got {number}")
    if maximum is not None and number > maximum:
        raise ValueError(f"{name}: expected a whole number up to {maximum}, got {number}")
    return number


def as_ratio(ratio: Any, name: str = "ratio") -> float:
    """Turn an imbalance ratio into a float.

    Parameters
    ----------
    ratio
        Largest class divided by smallest class: a number from 1 on, infinity included.
    name
        What the caller calls this argument; errors use it.

    Returns
    -------
    float
        The ratio.

    Raises
    ------
    TypeError
        If `ratio` is not a real number (a boolean or a string is none).
    ValueError
        If it is below 1 or NaN.

    Examples
    --------
    >>> as_ratio(16)
    16.0
    """
    ratio = as_scalar(ratio)
    if isinstance(ratio, bool) or not isinstance(ratio, numbers.Real):
        raise TypeError(f"{name}: expected a number from 1 on, got {reprlib.repr(ratio)}")
    if math.isnan(ratio) or ratio < 1:
        raise ValueError(
            f"{name}: expected a number from 1 on (largest class divided by smallest), got {ratio}"
        )
    return float(ratio)


def as_number(value: Any, name: str, minimum: float = 0, maximum: float = math.inf) -> float:
    """Turn a finite real number of any type into a float.

    Raises a TypeError if `value` is no real number (a boolean or a string is none), a ValueError
    if it is infinite, NaN, below `minimum` or above `maximum`; `name` is what errors call it.

    Examples
    --------
    >>> as_number(np.float32(0.5), "beta", maximum=1)
    0.5
    """
    value = number = as_scalar(value)
    real = isinstance(value, numbers.Real) and not isinstance(value, bool)
    if real and minimum <= number <= maximum and abs(number) < 2**1023:  # near the largest float
        return float(number)
    limits = f"from {minimum:g} " + ("on" if maximum == math.inf else f"to {maximum:g}")
    error = ValueError if real else TypeError
    raise error(f"{name}: expected a number {limits}, got {reprlib.repr(value)}")


def as_choice(value: Any, name: str, choices: tuple[str, ...]) -> str:
    """Refuse what is not one of the choices, with a ValueError that lists them.

    Examples
    --------
    >>> as_choice("sum", "reduction", ("mean", "sum", "none"))
    'sum'
    """
    if not isinstance(value, str) or value not in choices:
        raise ValueError(
            f"{name}: expected one of {', '.join(map(repr, choices))}, got {reprlib.repr(value)}"
        )
    return value


def as_numbers(values: Any, name: str, what: str) -> np.ndarray:
    """Make an array of real numbers, of whatever type and shape, from what came, or refuse it.

    Raises a TypeError or a ValueError that says `what` was expected; `name` is what errors call
    the argument.

    Examples
    --------
    >>> as_numbers([0, 0.5], "scores", "numbers")
    array([0. , 0.5])
    """
    expected = f"{name}: expected {what} in a list, an array or a tensor"
    try:
        array = np.asarray(_to_cpu(values) if hasattr(values, "detach") else values)
    except (TypeError, ValueError, RuntimeError):  # ragged lists; lists of tensors on a device
        raise ValueError(f"{expected}, got {reprlib.repr(values)}") from None
    if array.dtype.kind not in "biuf":  # booleans, integers, unsigned integers, floats
        raise TypeError(f"{expected}, got {reprlib.repr(values)}")
    return array


def _to_cpu(tensor: torch.Tensor) -> torch.Tensor:
    """Bring a tensor to where NumPy can read it, in a dtype that NumPy has (bfloat16 is none)."""
    tensor = tensor.detach().cpu()
    return tensor.float() if tensor.is_floating_point() and tensor.itemsize < 4 else tensor


def as_scalar(value: Any) -> Any:
    """Take the number out of a NumPy scalar, or of an array or a tensor without dimensions."""
    return value.item() if getattr(value, "ndim", None) == 0 else value


def refuse(wrong: np.ndarray, values: np.ndarray, expected: str) -> None:
    """Point at the first wrong value, if there is one."""
    if wrong.any():
        position = int(wrong.argmax())
        raise ValueError(f"{expected}, got {values[position]} at position {position}")
