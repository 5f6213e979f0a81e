"""The focal loss again, for speed: the same numbers as `focal_loss`, its gradient by hand."""

from __future__ import annotations

from typing import Any

import torch
import torch.nn.functional as F  # noqa: N812 - PyTorch's own name for it

from imbalance_lessons.loss_inputs import (
    REDUCTIONS,
    as_batch,
    as_class_tensor,
    as_float32_or_wider,
    reduce_losses,
)
from imbalance_lessons.validation import as_choice, as_number

NARROW = 64
"""Up to so many classes, `softmax` along a row takes longer than `logsumexp` does."""
SURE = -60.0
"""The logarithm of a probability that float32 holds with all its digits."""
TINY = 1e-30
"""In place of 0 in a divisor."""


class _FocalLosses(torch.autograd.Function):  # type: ignore[misc]  # PyTorch's types are not read
    """Loss of each sample, times a factor; saves the softmax, and one number a sample."""

    @staticmethod
    def forward(
        ctx: Any,
        logits: torch.Tensor,
        targets: torch.Tensor,
        gamma: float,
        factors: torch.Tensor | None,
    ) -> torch.Tensor:
        index = targets[:, None]
        if logits.shape[1] <= NARROW:
            softmax = logits - logits.logsumexp(dim=1, keepdim=True)
            log_p = softmax.gather(1, index).clamp_(max=0)  # rounding must not make p > 1
            softmax.exp_()
        else:
            softmax = logits.softmax(dim=1)
            log_p = softmax.gather(1, index).log_()
            if (lost := log_p[:, 0] < SURE).any():
                log_p[lost] = F.log_softmax(logits[lost], dim=1).gather(1, index[lost])
        rest = -torch.expm1(log_p)
        weights = rest**gamma
        if factors is not None:
            weights *= factors[:, None]
        losses = -weights * log_p
        if ctx.needs_input_grad[0]:
            # -d loss / d log p. Where 1 - p is 0 so is the loss, and any divisor will do.
            slopes = torch.addcdiv(weights, (1 - rest) * losses, rest.clamp(min=TINY), value=gamma)
            ctx.save_for_backward(softmax, index, slopes)
        return losses[:, 0]

    @staticmethod
    def backward(ctx: Any, upstream: torch.Tensor) -> tuple[torch.Tensor | None, None, None, None]:
        if torch.is_grad_enabled():  # its own gradient would leave terms out without a word
            raise RuntimeError(
                "fast_focal_loss: expected to be differentiated once, got create_graph=True; "
                "focal_loss can be differentiated again"
            )
        softmax, index, slopes = ctx.saved_tensors
        slopes = slopes * upstream[:, None]
        return (softmax * slopes).scatter_add_(1, index, -slopes), None, None, None


def fast_focal_loss(
    logits: torch.Tensor,
    targets: torch.Tensor,
    alpha: Any = None,
    gamma: float = 2.0,
    reduction: str = "mean",
    ignore_index: int = -100,
) -> torch.Tensor:
    r"""Compute what `focal_loss` does, for long training runs.

    Parameters
    ----------
    logits, targets, alpha, gamma, reduction, ignore_index
        As in `focal_loss`.

    Returns
    -------
    torch.Tensor
        One number, or N with reduction "none".

    Raises
    ------
    TypeError, ValueError
        If an argument is not of the kind above.
    RuntimeError
        If its gradient is differentiated again: `focal_loss` can do that.

    Notes
    -----
    With :math:`p` the softmax of the true class and z the logits,

    .. math:: \frac{\partial \ell}{\partial z_c} = s\, ([c = y] - \mathrm{softmax}(z)_c), \qquad
              s = -\alpha_y (1 - p)^\gamma \Big( 1 - \gamma\, p\, \frac{\log p}{1 - p} \Big),

    so that the backward pass is one product over the batch, where automatic differentiation
    makes three. All of s is finite for every :math:`\gamma \ge 0`.

    In float32, p is 1 from log-odds of about 17 on, and the loss 0, as in `nn.CrossEntropyLoss`;
    `focal_loss` keeps the digits there.

    Targets that are an int64 tensor beside the logits, without ignored ones, are checked in one
    pass. Others take the way over `as_batch`.

    Examples
    --------
    >>> logits = torch.tensor([[2.0, 0.0], [0.0, 0.0]])
    >>> fast_focal_loss(logits, torch.tensor([0, 1]), reduction="none")
    tensor([0.0018, 0.1733])
    """
    gamma = as_number(gamma, "gamma")
    as_choice(reduction, "reduction", REDUCTIONS)
    divisor, ignored = None, None
    if _fits(logits, targets, ignore_index):
        logits = as_float32_or_wider(logits, "logits")
    else:
        logits, targets, ignored = as_batch(logits, targets, ignore_index)
        divisor = (~ignored).sum()
    factors = None if alpha is None else as_class_tensor(alpha, logits, "alpha")[targets]
    losses = _FocalLosses.apply(logits, targets, gamma, factors)
    if ignored is not None:
        losses = losses.masked_fill(ignored, 0)
    return reduce_losses(losses, reduction, divisor)


def _fits(logits: Any, targets: Any, ignore_index: Any) -> bool:
    """Say whether a batch needs no preparation: class numbers, all of them of some column."""
    if not (isinstance(logits, torch.Tensor) and isinstance(targets, torch.Tensor)):
        return False
    if logits.ndim != 2 or logits.shape[1] < 2 or targets.shape != logits.shape[:1]:
        return False
    if targets.dtype != torch.int64 or targets.layout != torch.strided or not len(targets):
        return False
    if targets.device != logits.device or type(ignore_index) is not int:
        return False
    lowest, highest = (extreme.item() for extreme in targets.aminmax())
    return bool(lowest >= 0 and highest < logits.shape[1] and not 0 <= ignore_index <= highest)
