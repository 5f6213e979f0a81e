"""What the losses share: checks and forms of their arguments, and the reduction at their end."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from imbalance_lessons.validation import (
    as_choice,
    as_integer,
    as_labels,
    as_number,
    as_targets,
)
from imbalance_lessons.weighting import as_class_values

REDUCTIONS = ("mean", "sum", "none")


def as_batch(
    logits: torch.Tensor, targets: Any, ignore_index: int = -100
) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Check a batch, and tell the samples to be ignored from the others.

    Parameters
    ----------
    logits
        A model's output of shape (N, C), C >= 2.
    targets
        N class numbers, in any form that `as_labels` takes, or `ignore_index` in place of one.
    ignore_index
        Any whole number.

    Returns
    -------
    tuple of torch.Tensor
        The logits, in float32 if they came in less; the targets as int64, 0 where they are
        ignored; and where that is, as booleans. All on the device of the logits.

    Raises
    ------
    TypeError, ValueError
        If `logits` is not a tensor of real numbers of that shape, `targets` does not fit it, or
        `ignore_index` is not a whole number.

    Examples
    --------
    >>> _, targets, ignored = as_batch(torch.zeros(3, 4), [3, -100, 1])
    >>> targets, ignored
    (tensor([3, 0, 1]), tensor([False,  True, False]))
    """
    logits = as_float32_or_wider(logits, "logits")
    ignore_index = as_ignore_index(ignore_index)
    if isinstance(targets, torch.Tensor) and targets.is_floating_point():
        # NumPy has no bfloat16, and some devices have no float64.
        targets = targets.detach().cpu().double()
    try:
        values = np.asarray(targets.detach().cpu() if hasattr(targets, "detach") else targets)
        ignored = np.equal(values, ignore_index)
    except (TypeError, ValueError, RuntimeError):  # no numbers: as_targets says so
        ignored = np.zeros(0, dtype=bool)
    targets = as_targets(np.where(ignored, 0, values) if ignored.any() else targets, logits)
    return logits, targets, torch.as_tensor(ignored, device=logits.device)


def as_ignore_index(value: Any) -> int:
    """Refuse what cannot stand for a class number: all but whole numbers of 64 bits.

    Examples
    --------
    >>> as_ignore_index(-100)
    -100
    """
    return as_integer(value, "ignore_index", minimum=-(2**63), maximum=2**63 - 1)


def true_class_log_odds(logits: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
    r"""Compute the log-odds that the model gives to each sample's true class.

    Parameters
    ----------
    logits, targets
        A model's output of shape (N, C), and N class numbers.

    Returns
    -------
    torch.Tensor
        Shape (N,): log(p / (1 - p)), where p is the probability (softmax) of the true class.

    Raises
    ------
    TypeError, ValueError
        If `logits` is not a tensor of that shape, or `targets` are not class numbers that fit it.

    Notes
    -----
    :math:`m_i = z_{i, y_i} - \log \sum_{c \ne y_i} \exp z_{i, c}`, from the logits z. Both
    probabilities follow without loss of digits: :math:`p = \sigma(m)` and :math:`1 - p =
    \sigma(-m)`, where 1 - p in float32 is 0 from about m = 17. With two classes, m is the
    difference of the two logits.

    Examples
    --------
    >>> true_class_log_odds(torch.tensor([[2.0, 0.0], [0.0, 0.0]]), [0, 1])
    tensor([2., 0.])
    """
    targets = as_targets(targets, logits)[:, None]
    true = logits.gather(1, targets)
    others = logits.scatter(1, targets, -torch.inf)
    return (true - others.logsumexp(dim=1, keepdim=True))[:, 0]


def as_binary_batch(logits: torch.Tensor, targets: Any) -> tuple[torch.Tensor, torch.Tensor]:
    """Check a batch of yes-or-no questions.

    Parameters
    ----------
    logits
        One number a question, in any shape.
    targets
        0 or 1 for each, in the same shape: nested lists, an array or a tensor.

    Returns
    -------
    tuple of torch.Tensor
        The logits, in float32 if they came in less, and the targets as int64 on their device.

    Raises
    ------
    TypeError, ValueError
        If `logits` is not a tensor of real numbers, or `targets` does not hold a 0 or 1 for each.

    Examples
    --------
    >>> as_binary_batch(torch.zeros(2, 1), [[1], [0]])
    (tensor([[0.],
            [0.]]), tensor([[1],
            [0]]))
    """
    logits = as_float32_or_wider(logits, "logits")
    if isinstance(targets, torch.Tensor):
        shape, flat = tuple(targets.shape), targets.flatten()
    else:
        try:
            array = np.asarray(targets)
            shape, flat = array.shape, array.ravel() if array.dtype.kind in "biuf" else targets
        except ValueError:  # ragged lists: as_labels says so
            shape, flat = (), targets
    labels = as_labels(flat, "targets", num_classes=2)
    # PyTorch would stretch shapes (N, 1) and (N,) to N x N questions without a word.
    if shape != tuple(logits.shape):
        raise ValueError(
            f"targets: expected shape {tuple(logits.shape)}, the same as the logits, got {shape}"
        )
    return logits, torch.as_tensor(labels.reshape(shape), device=logits.device)


def as_float32_or_wider(tensor: torch.Tensor, name: str) -> torch.Tensor:
    """Turn a tensor of real numbers into float32, or leave it in float64.

    Parameters
    ----------
    tensor
        Half-precision, float32, float64, or whole numbers.
    name
        What the caller calls this argument; errors use it.

    Returns
    -------
    torch.Tensor
        The same numbers; gradients flow back in the dtype that came.

    Raises
    ------
    TypeError
        If it is not a tensor of real numbers.

    Examples
    --------
    >>> as_float32_or_wider(torch.ones(2, dtype=torch.bfloat16), "logits").dtype
    torch.float32
    """
    if not isinstance(tensor, torch.Tensor):
        raise TypeError(f"{name}: expected a tensor, got {type(tensor).__name__}")
    if tensor.is_complex() or tensor.dtype == torch.bool:
        raise TypeError(f"{name}: expected a tensor of real numbers, got {tensor.dtype}")
    return tensor.to(torch.promote_types(tensor.dtype, torch.float32))


def as_class_weights(
    weights: Any, name: str, num_classes: int | None = None
) -> float | NDArray[np.float64]:
    """Check weights: one number for all classes, or one a class.

    Parameters
    ----------
    weights
        A number from 0 on; or such numbers in a list, an array or a tensor.
    name
        What the caller calls this argument; errors use it.
    num_classes
        How many there must be, where that is known.

    Returns
    -------
    float or np.ndarray
        The number, or an array of shape (C,).

    Raises
    ------
    TypeError, ValueError
        If they are not such numbers.

    Examples
    --------
    >>> as_class_weights(2, "alpha"), as_class_weights([1, 2], "alpha")
    (2.0, array([1., 2.]))
    """
    if hasattr(weights, "__len__") and getattr(weights, "ndim", 1) > 0:
        return as_class_values(weights, name, num_classes)
    return as_number(weights, name)


def as_class_tensor(weights: Any, logits: torch.Tensor, name: str) -> torch.Tensor:
    """Turn weights into one number for each column of the logits.

    Parameters
    ----------
    weights
        What `as_class_weights` takes, or None for all 1.
    logits
        Of shape (N, C).
    name
        What the caller calls this argument; errors use it.

    Returns
    -------
    torch.Tensor
        Shape (C,), with the dtype and on the device of the logits.

    Raises
    ------
    TypeError, ValueError
        If there are not C such numbers.

    Examples
    --------
    >>> as_class_tensor([3, 1], torch.zeros(1, 2), "alpha")
    tensor([3., 1.])
    """
    classes = logits.shape[1]
    values = as_class_weights(1 if weights is None else weights, name, classes)
    return torch.as_tensor(values, dtype=logits.dtype, device=logits.device).expand(classes)


def as_priors(priors: Any, logits: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
    """Turn class counts or shares into shares, and see to it that the targets can occur.

    Parameters
    ----------
    priors
        C numbers from 0 on: a list, an array or a tensor.
    logits
        Of shape (N, C).
    targets
        Class numbers below C.

    Returns
    -------
    torch.Tensor
        Shape (C,), of sum 1, with the dtype and on the device of the logits.

    Raises
    ------
    TypeError, ValueError
        If there are not C such numbers, all are 0, or that of a target's class is 0.

    Examples
    --------
    >>> as_priors([3, 1], torch.zeros(1, 2), torch.tensor([0]))
    tensor([0.7500, 0.2500])
    """
    values = as_class_values(priors, "priors", num_classes=logits.shape[1])
    if not values.any():
        raise ValueError("priors: expected a number above 0, got only zeros")
    shares = torch.as_tensor(values / values.sum(), dtype=logits.dtype, device=logits.device)
    if (impossible := shares[targets] == 0).any():
        c = int(targets[impossible][0])
        raise ValueError(f"priors: expected a number above 0 for class {c}, a target, got 0")
    return shares


def reduce_losses(
    losses: torch.Tensor, reduction: str = "mean", divisor: torch.Tensor | float | None = None
) -> torch.Tensor:
    """Turn the losses of a batch into what a criterion returns.

    Parameters
    ----------
    losses
        One a sample, in any shape.
    reduction
        "mean" for their sum divided by `divisor`, "sum", or "none" for the losses as they are.
    divisor
        What the mean divides by. If None, how many losses there are.

    Returns
    -------
    torch.Tensor
        One number, or with "none" the losses.

    Raises
    ------
    ValueError
        If there is no such reduction: a typo does not pass for "none".

    Examples
    --------
    >>> reduce_losses(torch.tensor([1.0, 2.0, 6.0]))
    tensor(3.)
    >>> reduce_losses(torch.tensor([1.0, 2.0, 6.0]), divisor=4.5)
    tensor(2.)
    """
    as_choice(reduction, "reduction", REDUCTIONS)
    if reduction == "none":
        return losses
    if reduction == "sum":
        return losses.sum()
    return losses.mean() if divisor is None else losses.sum() / divisor
