"""Losses for unequal classes: weighted cross entropy, logit-adjusted loss, and the focal losses."""

from __future__ import annotations

from typing import Any

import torch
import torch.nn.functional as F  # noqa: N812 - PyTorch's own name for it

from imbalance_lessons.focal import (
    FocalLoss,
    binary_focal_loss,
    focal_loss,
    focal_term,
    focal_values,
    probabilities_after_focal_loss,
)
from imbalance_lessons.loss_inputs import (
    as_batch,
    as_class_tensor,
    as_priors,
    reduce_losses,
    true_class_log_odds,
)
from imbalance_lessons.validation import as_number

__all__ = [
    "FocalLoss",
    "binary_focal_loss",
    "focal_loss",
    "focal_term",
    "focal_values",
    "logit_adjusted_loss",
    "probabilities_after_focal_loss",
    "reduce_losses",
    "true_class_log_odds",
    "weighted_cross_entropy",
]


def weighted_cross_entropy(
    logits: torch.Tensor,
    targets: torch.Tensor,
    weight: Any = None,
    reduction: str = "mean",
    ignore_index: int = -100,
) -> torch.Tensor:
    r"""Compute the cross entropy with a weight for each class.

    Parameters
    ----------
    logits, targets
        A model's output of shape (N, C), and N class numbers.
    weight
        C numbers, one a class; None for all 1.
    reduction, ignore_index
        "sum", "none", or "mean": the sum divided by the sum of the samples' weights. A sample
        with `ignore_index` as its target has weight 0.

    Returns
    -------
    torch.Tensor
        One number, or N with reduction "none".

    Raises
    ------
    TypeError, ValueError
        If an argument is not of the kind above.

    Notes
    -----
    :math:`\ell_i = -w_{y_i} \log p_{i, y_i}`, and the mean is
    :math:`\sum_i \ell_i / \sum_i w_{y_i}`, as in `nn.CrossEntropyLoss(weight=...)`. So weights that
    are all ten times as large give the same mean, and in a batch of one sample the weight cancels.
    The divisor varies from batch to batch with how many rare samples are in it, so that the mean
    of the batches' losses is not the loss of the whole. If no weight is left, it is NaN.

    References
    ----------
    `torch.nn.CrossEntropyLoss`.

    Examples
    --------
    >>> logits = torch.tensor([[2.0, 0.0], [0.0, 0.0]])
    >>> weighted_cross_entropy(logits, [0, 1], weight=[1, 3])
    tensor(0.5516)
    """
    logits, targets, ignored = as_batch(logits, targets, ignore_index)
    weights = as_class_tensor(weight, logits, "weight")[targets].masked_fill(ignored, 0)
    log_probabilities = F.log_softmax(logits, dim=1).gather(1, targets[:, None])[:, 0]
    return reduce_losses(-weights * log_probabilities, reduction, divisor=weights.sum())


def logit_adjusted_loss(
    logits: torch.Tensor,
    targets: torch.Tensor,
    priors: Any,
    tau: float = 1.0,
    reduction: str = "mean",
    ignore_index: int = -100,
) -> torch.Tensor:
    r"""Compute the cross entropy of logits that are raised where the training set has more samples.

    Parameters
    ----------
    logits, targets
        A model's output of shape (N, C), and N class numbers.
    priors, tau
        C class shares of the training set, or its counts; how much of their log is added, from 0.
    reduction, ignore_index
        "sum", "none", or "mean": the sum divided by the number of samples. A sample with
        `ignore_index` as its target has loss 0 and is not counted.

    Returns
    -------
    torch.Tensor
        One number, or N with reduction "none".

    Raises
    ------
    TypeError, ValueError
        If an argument is not of the kind above, or a target is of a class whose prior is 0.

    Notes
    -----
    With logits z and priors :math:`\pi`,

    .. math:: \ell = -\log \frac{\pi_y^\tau \exp z_y}{\sum_c \pi_c^\tau \exp z_c}
              = \log \Big( 1 + \sum_{c \ne y} (\pi_c / \pi_y)^\tau \exp(z_c - z_y) \Big).

    A rare class has to win by a margin while training. At :math:`\tau = 1` the best z is the log of
    the probabilities that the classes would have if all were equally common, so predict with the
    largest z as it is: the adjustment is for training only. :math:`\tau = 0` is cross entropy. The
    same correction made afterwards, on a model trained with plain cross entropy, subtracts
    :math:`\tau \log \pi` before taking the largest.

    For :math:`\tau > 0`, a class with prior 0 takes no part: it adds nothing to any sample's loss.

    References
    ----------
    A. K. Menon et al., "Long-tail learning via logit adjustment", ICLR 2021, equation 10.

    Examples
    --------
    >>> logit_adjusted_loss(torch.zeros(2, 2), [0, 1], priors=[900, 100], reduction="none")
    tensor([0.1054, 2.3026])
    """
    logits, targets, ignored = as_batch(logits, targets, ignore_index)
    priors = as_priors(priors, logits, targets[~ignored])
    adjusted = logits + torch.xlogy(as_number(tau, "tau"), priors)
    losses = F.cross_entropy(adjusted, targets, reduction="none").masked_fill(ignored, 0)
    return reduce_losses(losses, reduction, divisor=(~ignored).sum())
