"""The focal loss again, for speed: the same numbers as `focal_loss`, its gradient by hand."""

from __future__ import annotations

import contextlib
from typing import Any

import torch
import torch.nn.functional as F  # noqa: N812 - PyTorch's own name for it

from imbalance_lessons.loss_inputs import (
    REDUCTIONS,
    as_batch,
    as_binary_batch,
    as_class_tensor,
    as_float32_or_wider,
    reduce_losses,
)
from imbalance_lessons.validation import as_choice, as_number

FEW = 2**14
"""Up to so many logits, the time goes into calling operators, not into what they do."""
NARROW = 64
"""Up to so many classes, `softmax` along a row takes longer than `logsumexp` does."""
SURE = -60.0
"""The logarithm of a probability that float32 holds with all its digits."""
TINY = 1e-30
"""In place of 0 in a divisor."""


def _softmax_and_log_p(
    logits: torch.Tensor, index: torch.Tensor
) -> tuple[torch.Tensor, torch.Tensor]:
    """Give the softmax, and the logarithm of the true class's, as is fastest for this shape."""
    if logits.numel() <= FEW:
        softmax = logits.log_softmax(dim=1)
        log_p = softmax.gather(1, index)
        return softmax.exp_(), log_p
    if logits.shape[1] <= NARROW:
        softmax = logits - logits.logsumexp(dim=1, keepdim=True)
        log_p = softmax.gather(1, index).clamp_(max=0)  # rounding must not make p > 1
        return softmax.exp_(), log_p
    softmax = logits.softmax(dim=1)
    log_p = softmax.gather(1, index).log_()
    if (lost := log_p[:, 0] < SURE).any():
        log_p[lost] = F.log_softmax(logits[lost], dim=1).gather(1, index[lost])
    return softmax, log_p


class _FocalLosses(torch.autograd.Function):  # type: ignore[misc]  # PyTorch's types are not read
    """Losses, weighted and reduced; saves softmax less truth, and one slope a sample."""

    @staticmethod
    def forward(
        ctx: Any,
        logits: torch.Tensor,
        targets: torch.Tensor,
        gamma: float,
        factors: torch.Tensor | None,
        reduction: str,
    ) -> torch.Tensor:
        index = targets[:, None]
        softmax, log_p = _softmax_and_log_p(logits, index)
        minus_rest = torch.expm1(log_p)
        weights = minus_rest.neg() ** gamma
        if factors is not None:
            weights *= factors[:, None]
        losses = (weights * log_p).neg_()
        if ctx.needs_input_grad[0]:
            # The softmax less 1 at the true class. Not p - 1, which has lost the digits of 1 - p.
            residuals = softmax.scatter_(1, index, minus_rest)
            # -d loss / d log p. Where 1 - p is 0 so is the loss, and any divisor will do.
            p_times_loss = torch.addcmul(losses, losses, minus_rest)
            divisors = minus_rest.clamp_(max=-TINY)
            slopes = torch.addcdiv(weights, p_times_loss, divisors, value=-gamma)
            ctx.save_for_backward(residuals, slopes)
            ctx.divisor = len(losses) if reduction == "mean" else 1
        return losses[:, 0] if reduction == "none" else reduce_losses(losses, reduction)

    @staticmethod
    def backward(ctx: Any, upstream: torch.Tensor) -> tuple[torch.Tensor | None, ...]:
        _once("focal_loss")
        residuals, slopes = ctx.saved_tensors
        slopes = slopes * (upstream[:, None] if upstream.ndim else upstream / ctx.divisor)
        return residuals * slopes, None, None, None, None


class _BinaryFocalLosses(torch.autograd.Function):  # type: ignore[misc]
    """Loss of each question, reduced; saves one number a question."""

    @staticmethod
    def forward(
        ctx: Any,
        logits: torch.Tensor,
        yes: torch.Tensor,
        alpha: float | None,
        gamma: float,
        reduction: str,
    ) -> torch.Tensor:
        signs = torch.rsub(yes, 1, alpha=2)  # -1 for yes, 1 for no
        odds = logits * signs  # log-odds of the wrong answer
        rest = odds.sigmoid()
        weights = rest**gamma
        if alpha is not None:
            weights *= torch.lerp(torch.full_like(yes, 1 - alpha), torch.full_like(yes, alpha), yes)
        losses = F.softplus(odds, threshold=40) * weights
        if ctx.needs_input_grad[0]:
            p_times_loss = torch.addcmul(losses, losses, rest, value=-1)
            slopes = weights.mul_(rest).add_(p_times_loss, alpha=gamma).mul_(signs)
            ctx.save_for_backward(slopes)
            ctx.divisor = losses.numel() if reduction == "mean" else 1
        return reduce_losses(losses, reduction)

    @staticmethod
    def backward(ctx: Any, upstream: torch.Tensor) -> tuple[torch.Tensor | None, ...]:
        _once("binary_focal_loss")
        return ctx.saved_tensors[0] * (upstream / ctx.divisor), None, None, None, None


def _once(clear: str) -> None:
    """Refuse a second derivative: a gradient by hand would leave terms out without a word."""
    if torch.is_grad_enabled():
        raise RuntimeError(
            f"fast_{clear}: expected to be differentiated once, got create_graph=True; "
            f"{clear} can be differentiated again"
        )


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

    Targets that are an int64 tensor beside logits of float32 or float64, without ignored ones, need
    no pass of their own to be checked. Others take the way over `as_batch`.

    Examples
    --------
    >>> logits = torch.tensor([[2.0, 0.0], [0.0, 0.0]])
    >>> fast_focal_loss(logits, torch.tensor([0, 1]), reduction="none")
    tensor([0.0018, 0.1733])
    """
    gamma = as_number(gamma, "gamma")
    as_choice(reduction, "reduction", REDUCTIONS)
    if _fits(logits, targets, ignore_index):
        # A target that is no column stops it; as_batch then says which.
        with contextlib.suppress(RuntimeError, IndexError):
            factors = None if alpha is None else as_class_tensor(alpha, logits, "alpha")[targets]
            return _FocalLosses.apply(logits, targets, gamma, factors, reduction)
    logits, targets, ignored = as_batch(logits, targets, ignore_index)
    factors = None if alpha is None else as_class_tensor(alpha, logits, "alpha")[targets]
    losses = _FocalLosses.apply(logits, targets, gamma, factors, "none").masked_fill(ignored, 0)
    return reduce_losses(losses, reduction, divisor=(~ignored).sum())


def fast_binary_focal_loss(
    logits: torch.Tensor,
    targets: torch.Tensor,
    alpha: float | None = None,
    gamma: float = 2.0,
    reduction: str = "mean",
) -> torch.Tensor:
    r"""Compute what `binary_focal_loss` does, for long training runs.

    Parameters
    ----------
    logits, targets, alpha, gamma, reduction
        As in `binary_focal_loss`.

    Returns
    -------
    torch.Tensor
        One number, or the shape of `logits` with reduction "none".

    Raises
    ------
    TypeError, ValueError
        If an argument is not of the kind above.
    RuntimeError
        If its gradient is differentiated again: `binary_focal_loss` can do that.

    Notes
    -----
    With p the probability of the true answer, and m its log-odds,

    .. math:: \frac{\partial \ell}{\partial m} =
              -\alpha_t (1 - p)^\gamma \big( 1 - p - \gamma\, p \log p \big),

    where nothing is divided: it is finite for every :math:`\gamma \ge 0`.

    Examples
    --------
    >>> fast_binary_focal_loss(torch.tensor([2.0, 0.0]), [1, 0], alpha=0.25, reduction="none")
    tensor([0.0005, 0.1300])
    """
    gamma = as_number(gamma, "gamma")
    as_choice(reduction, "reduction", REDUCTIONS)
    if alpha is not None:
        alpha = as_number(alpha, "alpha", maximum=1)
    if _answers(logits, targets):
        logits = as_float32_or_wider(logits, "logits")
    else:
        logits, targets = as_binary_batch(logits, targets)
    return _BinaryFocalLosses.apply(logits, targets.to(logits.dtype), alpha, gamma, reduction)


def _fits(logits: Any, targets: Any, ignore_index: Any) -> bool:
    """Say whether a batch needs no preparation: class numbers, none of them to be ignored.

    On the CPU, PyTorch checks that each is the number of a column; elsewhere it is done here.
    """
    if not (isinstance(logits, torch.Tensor) and isinstance(targets, torch.Tensor)):
        return False
    if logits.ndim != 2 or logits.shape[1] < 2 or targets.shape != logits.shape[:1]:
        return False
    if targets.dtype != torch.int64 or targets.layout != torch.strided or not len(targets):
        return False
    if logits.dtype not in (torch.float32, torch.float64) or targets.device != logits.device:
        return False
    columns = logits.shape[1]
    if type(ignore_index) is not int or 0 <= ignore_index < columns:
        return False
    return targets.is_cpu or bool(targets.min() >= 0 and targets.max() < columns)


def _answers(logits: Any, targets: Any) -> bool:
    """Say whether questions need no preparation: 0 or 1 for each logit."""
    if not (isinstance(logits, torch.Tensor) and isinstance(targets, torch.Tensor)):
        return False
    if targets.shape != logits.shape or not targets.numel() or targets.layout != torch.strided:
        return False
    if targets.device != logits.device or targets.is_complex():
        return False
    return bool(torch.equal(targets.bool().to(targets.dtype), targets))
