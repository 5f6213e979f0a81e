"""How much of the training signal each class gives."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812 - PyTorch's own name for it

from imbalance_lessons.validation import as_targets, trainable_parameters


def gradient_share(
    model: torch.nn.Module, inputs: Any, targets: torch.Tensor, num_classes: int | None = None
) -> np.ndarray:
    r"""Measure each class's share of the gradient over all trainable parameters.

    Parameters
    ----------
    model, inputs, targets, num_classes
        `model(inputs)` gives logits of shape (N, C); `targets` holds N class numbers;
        `num_classes`, if given, must be C.

    Returns
    -------
    np.ndarray
        Shape (C,): ‖g_c‖ / Σ_k ‖g_k‖, with g_c from the cross entropy summed over class c.

    Raises
    ------
    TypeError
        If `model` is not a module, its output is not a tensor, or `targets` are not numbers.
    ValueError
        If `model` has nothing to train, its output is not of shape (N, C), or `targets` or
        `num_classes` does not fit it.
    RuntimeError
        If called under `torch.no_grad()`, where there are no gradients to measure.

    Notes
    -----
    The cross entropy summed over a batch is a sum over classes, and so is its gradient with respect
    to all trainable parameters together:

    .. math:: g = \sum_c g_c, \qquad g_c = \sum_{i : y_i = c} \nabla_\theta\, \ell_i .

    Dividing by N, as the mean over the batch does, changes no share. A class without samples has
    share 0. If every g_c is zero the shares are undefined, and NaN.

    A model that starts out indifferent is pulled by each class roughly in proportion to its size.
    Not so at a minimum of this loss: there the g_c cancel, so that of two classes each has a half,
    and of more than two none has more than a half.

    The model's `.grad`, mode and parameters stay as they are. One forward pass is made in the mode
    that the model is in: in training mode, dropout is drawn and batch norm updates its statistics.

    References
    ----------
    R. Anand, K. G. Mehrotra, C. K. Mohan, S. Ranka, "An improved algorithm for neural network
    classification of imbalanced training sets", IEEE Transactions on Neural Networks 4 (1993),
    962-969.

    Examples
    --------
    >>> model = torch.nn.Linear(1, 2)
    >>> _ = torch.nn.init.zeros_(model.weight), torch.nn.init.zeros_(model.bias)
    >>> gradient_share(model, torch.ones(10, 1), torch.tensor([0] * 9 + [1])).round(6)
    array([0.9, 0.1])
    """
    parameters = trainable_parameters(model)
    logits = model(inputs)
    targets = as_targets(targets, logits, num_classes)
    norms = torch.zeros(logits.shape[1], dtype=torch.float64)
    for c in range(len(norms)):
        loss = F.cross_entropy(logits[targets == c], targets[targets == c], reduction="sum")
        gradient = torch.autograd.grad(loss, parameters, retain_graph=True, materialize_grads=True)
        norms[c] = torch.nn.utils.get_total_norm(gradient)
    return np.asarray(norms / norms.sum())
