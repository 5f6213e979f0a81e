"""The focal loss: cross entropy with less weight on what is easy."""

from __future__ import annotations

from typing import Any

import torch
import torch.nn.functional as F  # noqa: N812 - PyTorch's own name for it

from imbalance_lessons.loss_inputs import (
    REDUCTIONS,
    as_batch,
    as_binary_batch,
    as_class_tensor,
    as_class_weights,
    as_float32_or_wider,
    as_ignore_index,
    reduce_losses,
    true_class_log_odds,
)
from imbalance_lessons.validation import as_choice, as_number, as_targets


def focal_values(logits: torch.Tensor, targets: torch.Tensor, gamma: float = 2.0) -> torch.Tensor:
    r"""Compute the focal loss of each sample the way the formula is written.

    Parameters
    ----------
    logits, targets
        A model's output of shape (N, C), and N class numbers.
    gamma
        From 0 (cross entropy) on: the larger, the less an easy sample counts.

    Returns
    -------
    torch.Tensor
        Shape (N,): -(1 - p)^gamma log p, where p is the probability (softmax) of the true class.

    Raises
    ------
    TypeError, ValueError
        If `logits` is not a tensor of that shape, or `targets` are not class numbers that fit it.

    Notes
    -----
    To be read, not to train with: 1 - p has lost its digits where p is close to 1, and once p is
    rounded to 1 the gradient is NaN for :math:`0 < \gamma < 1`. See `focal_term`.

    References
    ----------
    T.-Y. Lin, P. Goyal, R. Girshick, K. He, P. Dollár, "Focal loss for dense object detection",
    ICCV 2017, equation 4.

    Examples
    --------
    >>> focal_values(torch.tensor([[2.0, 0.0], [0.0, 0.0]]), [0, 1])
    tensor([0.0018, 0.1733])
    """
    losses = F.cross_entropy(logits, as_targets(targets, logits), reduction="none")
    p = torch.exp(-losses)
    return (1 - p) ** gamma * losses


def focal_term(log_odds: torch.Tensor, gamma: float = 2.0) -> torch.Tensor:
    r"""Compute the focal loss of each sample from the log-odds of its true class.

    Parameters
    ----------
    log_odds
        log(p / (1 - p)), in any shape, where p is the probability of the true class.
    gamma
        From 0 (cross entropy) on: the larger, the less an easy sample counts.

    Returns
    -------
    torch.Tensor
        -(1 - p)^gamma log p, in the shape of `log_odds`. Loss and gradient are finite wherever the
        log-odds are.

    Raises
    ------
    TypeError, ValueError
        If `log_odds` is not a tensor of real numbers, or `gamma` is not a number from 0 on.

    Notes
    -----
    The power is taken as :math:`\exp(\gamma \log \sigma(-m))` for log-odds m. As
    :math:`(1 - p)^\gamma`, with p rounded to 1, its derivative would be infinite for
    :math:`0 < \gamma < 1`, and times 0 that makes a gradient of NaN.

    Against cross entropy, a sample with p = 0.9 counts 100 times less at :math:`\gamma = 2`, and
    one with :math:`p \le 0.5` at most 4 times. The gradient shrinks less than the loss, and where p
    is below about 0.3 it grows, by up to 22 % (at p = 0.10).

    References
    ----------
    T.-Y. Lin, P. Goyal, R. Girshick, K. He, P. Dollár, "Focal loss for dense object detection",
    ICCV 2017.

    Examples
    --------
    >>> easy = torch.logit(torch.tensor(0.9))
    >>> (focal_term(easy, gamma=0) / focal_term(easy, gamma=2)).round(decimals=2)
    tensor(100.)
    """
    log_odds = as_float32_or_wider(log_odds, "log_odds")
    gamma = as_number(gamma, "gamma")
    log_p, log_rest = F.logsigmoid(log_odds), F.logsigmoid(-log_odds)
    return -torch.exp(gamma * log_rest) * log_p


def focal_loss(
    logits: torch.Tensor,
    targets: torch.Tensor,
    alpha: Any = None,
    gamma: float = 2.0,
    reduction: str = "mean",
    ignore_index: int = -100,
) -> torch.Tensor:
    r"""Compute the focal loss of a batch: cross entropy with less weight on easy samples.

    Parameters
    ----------
    logits, targets
        A model's output of shape (N, C), and N class numbers.
    alpha, gamma
        C weights, one a class; or one number for all; or None for 1. Focusing, from 0 on.
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
        If an argument is not of the kind above.

    Notes
    -----
    :math:`\ell_i = -\alpha_{y_i} (1 - p_{i, y_i})^\gamma \log p_{i, y_i}`, with p the softmax.
    :math:`\gamma = 0` is cross entropy.

    - `alpha` with C numbers: entry c is the weight of class c. RetinaNet's "alpha = 0.25" (for the
      rare class, beside gamma = 2) is `alpha=[0.75, 0.25]` here if class 1 is the rare one.
    - `alpha` with one number: a factor for all classes alike. It does not tell them apart; the
      alpha in `binary_focal_loss` does.
    - "mean" divides by how many samples are not ignored, not by their weights as
      `weighted_cross_entropy` does: with alpha, the two means differ even at :math:`\gamma = 0`.
      Weights with mean 1 over the samples keep the size of the loss. If all are ignored, it is NaN.

    float16 and bfloat16 are computed in float32, and so is the result. The gradient is finite
    for all finite logits and every `gamma`.

    The loss is not proper: what minimises it are not the true probabilities but less certain ones
    (at :math:`\gamma = 2`, 0.306 for a true 0.1). `probabilities_after_focal_loss` undoes that.

    References
    ----------
    T.-Y. Lin, P. Goyal, R. Girshick, K. He, P. Dollár, "Focal loss for dense object detection",
    ICCV 2017. There, the sum is divided by the number of anchors assigned to an object.

    Examples
    --------
    >>> logits = torch.tensor([[2.0, 0.0], [0.0, 0.0]])
    >>> focal_loss(logits, [0, 1], reduction="none")
    tensor([0.0018, 0.1733])
    """
    logits, targets, ignored = as_batch(logits, targets, ignore_index)
    losses = focal_term(true_class_log_odds(logits, targets), gamma)
    losses = as_class_tensor(alpha, logits, "alpha")[targets] * losses
    return reduce_losses(losses.masked_fill(ignored, 0), reduction, divisor=(~ignored).sum())


class FocalLoss(torch.nn.Module):  # type: ignore[misc]  # PyTorch's types are not read
    """The focal loss as a module: `focal_loss`, which it calls, says what each argument means.

    `alpha` is kept as a buffer, so that it moves with the module and is saved with it. What can be
    seen to be wrong without a batch, such as an unknown `reduction`, is refused right away.

    Raises
    ------
    TypeError, ValueError
        If an argument is not of the kind above; what depends on the batch, when it is called.

    Notes
    -----
    The buffer has PyTorch's default dtype, whatever `alpha` came in: C weights, one a class; or one
    number for all; or None for 1, where there is no buffer to save. `gamma` is the focusing, from
    0 on; a sample whose target is `ignore_index` does not count.

    Examples
    --------
    >>> criterion = FocalLoss(alpha=[0.5, 2.0])
    >>> criterion
    FocalLoss(alpha=[0.5, 2.0], gamma=2.0, reduction='mean', ignore_index=-100)
    >>> criterion(torch.tensor([[2.0, 0.0], [0.0, 0.0]]), torch.tensor([0, 1]))
    tensor(0.1737)
    """

    alpha: torch.Tensor | None

    def __init__(
        self,
        alpha: Any = None,
        gamma: float = 2.0,
        reduction: str = "mean",
        ignore_index: int = -100,
    ) -> None:
        super().__init__()
        if alpha is not None:
            values = as_class_weights(alpha, "alpha")
            alpha = torch.as_tensor(values, dtype=torch.get_default_dtype())
        self.register_buffer("alpha", alpha)
        self.gamma = as_number(gamma, "gamma")
        self.reduction = as_choice(reduction, "reduction", REDUCTIONS)
        self.ignore_index = as_ignore_index(ignore_index)

    def forward(self, logits: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
        """Compute the loss of a batch: logits of shape (N, C), and N class numbers."""
        return focal_loss(
            logits, targets, self.alpha, self.gamma, self.reduction, self.ignore_index
        )

    def extra_repr(self) -> str:
        """Say how it was made."""
        alpha = None if self.alpha is None else self.alpha.tolist()
        return (
            f"alpha={alpha}, gamma={self.gamma}, reduction={self.reduction!r}, "
            f"ignore_index={self.ignore_index}"
        )


def binary_focal_loss(
    logits: torch.Tensor,
    targets: torch.Tensor,
    alpha: float | None = None,
    gamma: float = 2.0,
    reduction: str = "mean",
) -> torch.Tensor:
    r"""Compute the focal loss of yes-or-no questions, one logit each.

    Parameters
    ----------
    logits, targets
        Log-odds of "yes" in any shape, and 1 for yes or 0 for no in the same shape.
    alpha, gamma
        The weight of yes, from 0 to 1, where no has 1 - alpha; None for 1 each. Focusing, from 0.
    reduction
        "sum", "none", or "mean": the sum divided by the number of questions.

    Returns
    -------
    torch.Tensor
        One number, or the shape of `logits` with reduction "none".

    Raises
    ------
    TypeError, ValueError
        If an argument is not of the kind above.

    Notes
    -----
    :math:`\ell = -\alpha_t (1 - p_t)^\gamma \log p_t`, where :math:`p_t = \sigma(\pm z)` and
    :math:`\alpha_t` are those of the true answer. An `alpha` of 0.25, as in RetinaNet, makes the
    rare yes count *less* than no, because :math:`\gamma` has taken away most of the no already.

    The same as `torchvision.ops.sigmoid_focal_loss`, whose defaults are alpha = 0.25 and reduction
    "none", and whose -1 is our None; but finite in its gradient for :math:`0 < \gamma < 1` too.

    References
    ----------
    T.-Y. Lin, P. Goyal, R. Girshick, K. He, P. Dollár, "Focal loss for dense object detection",
    ICCV 2017.

    Examples
    --------
    >>> binary_focal_loss(torch.tensor([2.0, 0.0]), [1, 0], alpha=0.25, reduction="none")
    tensor([0.0005, 0.1300])
    """
    logits, targets = as_binary_batch(logits, targets)
    losses = focal_term(torch.where(targets == 1, logits, -logits), gamma)
    if alpha is not None:
        alpha = as_number(alpha, "alpha", maximum=1)
        losses = torch.where(targets == 1, alpha * losses, (1 - alpha) * losses)
    return reduce_losses(losses, reduction)


def probabilities_after_focal_loss(logits: torch.Tensor, gamma: float = 2.0) -> torch.Tensor:
    r"""Turn the logits of a model trained with focal loss into class probabilities.

    Parameters
    ----------
    logits
        The model's output of shape (N, C).
    gamma
        The focusing that it was trained with, from 0 on.

    Returns
    -------
    torch.Tensor
        Shape (N, C), float64: rows that sum to 1, in the same order as the logits.

    Raises
    ------
    TypeError, ValueError
        If `logits` is not a tensor of that shape, or `gamma` is not a number from 0 on.

    Notes
    -----
    Where the true probabilities are :math:`\eta_c`, the expected focal loss is least at softmax
    outputs p with :math:`\eta_c \propto h(p_c)`,

    .. math:: h(p) = \frac{p\, (1 - p)^{1 - \gamma}}{1 - p - \gamma\, p \log p},

    which pulls p towards the middle: a true 0.01, 0.1 or 0.3 of two classes becomes 0.154, 0.306
    or 0.422 at :math:`\gamma = 2`. This goes the other way. It assumes that training came close to
    that minimum, without alpha and without resampling: check the result on validation data.

    All is done with logarithms. The log-odds of the largest p come from the logits themselves,
    since 1 - p of a p close to 1 has lost its digits.

    References
    ----------
    N. Charoenphakdee, J. Vongkulbhisal, N. Chairatanakul, M. Sugiyama, "On focal loss for class-
    posterior probability estimation: a theoretical perspective", CVPR 2021.

    Examples
    --------
    >>> trained = torch.tensor([[0.306, 0.694]]).log()
    >>> probabilities_after_focal_loss(trained).round(decimals=2)
    tensor([[0.1000, 0.9000]], dtype=torch.float64)
    """
    gamma = as_number(gamma, "gamma")
    logits = as_float32_or_wider(logits, "logits").double()
    top = as_targets(logits.argmax(dim=-1), logits)[:, None]
    log_p = F.log_softmax(logits, dim=1)
    odds = log_p - torch.log1p(-log_p.exp())
    odds = odds.scatter(1, top, true_class_log_odds(logits, top[:, 0])[:, None])
    log_p, log_rest = F.logsigmoid(odds), F.logsigmoid(-odds)
    log_slope = torch.logaddexp(log_rest, log_p + torch.log(-gamma * log_p))
    return F.softmax(log_p + (1 - gamma) * log_rest - log_slope, dim=1)
