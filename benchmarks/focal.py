"""Focal loss, forward and backward."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torchvision.ops import sigmoid_focal_loss

from benchmarks.harness import Contender, Reach, Work, cores, peer
from benchmarks.material import MaterialFocalLoss
from imbalance_lessons.fast_focal import fast_binary_focal_loss, fast_focal_loss
from imbalance_lessons.focal import binary_focal_loss, focal_loss

SIZES = [(256, 2), (6_554, 10), (65_536, 10), (8_192, 1_000)]
QUICK_SIZES = [(256, 2), (1_000, 10), (200, 1_000)]

Loss = Callable[[torch.Tensor, torch.Tensor], torch.Tensor]


def works(quick: bool) -> list[Work]:
    """List the rows: the softmax and the sigmoid form, by size, with one thread and with two."""
    numbers = [n for n in (1, 2) if n <= cores()]
    sizes = QUICK_SIZES if quick else SIZES
    softmax = [_softmax_work(*size, n) for n in numbers for size in sizes]
    return softmax + [_sigmoid_work(*size, n) for n in numbers for size in sizes]


def _softmax_work(samples: int, classes: int, threads: int) -> Work:
    kornia, no_kornia = peer("kornia.losses", "kornia")
    imbalanced, no_imbalanced = peer("imbalanced_losses", "imbalanced-losses")

    def make() -> list[Contender]:
        torch.manual_seed(0)
        logits = (2 * torch.randn(samples, classes)).requires_grad_()
        targets = torch.randint(classes, (samples,))
        losses: dict[str, Loss] = {"fast_focal_loss": fast_focal_loss}
        if kornia:  # its mean divides by the classes as well
            losses["kornia"] = lambda z, y: kornia.focal_loss(z, y, None, 2.0, "sum") / samples
        if imbalanced:
            losses["imbalanced-losses"] = imbalanced.SoftmaxFocalLoss()
        if classes == 2:
            yes = targets.float()
            losses["torchvision"] = lambda z, _: sigmoid_focal_loss(
                z[:, 1] - z[:, 0], yes, -1, 2.0, "mean"
            )
        losses["material"] = MaterialFocalLoss()
        losses["focal_loss"] = focal_loss
        return _contenders(losses, logits, targets, own="focal_loss")

    skipped = {"kornia": no_kornia, "imbalanced-losses": no_imbalanced}
    return Work(
        "focal loss, forward and backward",
        f"{samples:,} x {classes:,}",
        make,
        (Reach(1.0),) if (samples, classes) in SIZES else (),
        _same,
        threads,
        amount=samples * classes,
        skipped={name: why for name, why in skipped.items() if why},
        most_turns=25,
    )


def _sigmoid_work(samples: int, questions: int, threads: int) -> Work:
    kornia, no_kornia = peer("kornia.losses", "kornia")
    imbalanced, no_imbalanced = peer("imbalanced_losses", "imbalanced-losses")
    # Two classes are one question.
    shape = (samples,) if questions == 2 else (samples, questions)

    def make() -> list[Contender]:
        torch.manual_seed(0)
        logits = (2 * torch.randn(shape)).requires_grad_()
        targets = (torch.rand(shape) < 0.3).float()
        losses: dict[str, Loss] = {
            "fast_binary_focal_loss": lambda z, y: fast_binary_focal_loss(z, y, 0.25),
            "torchvision": lambda z, y: sigmoid_focal_loss(z, y, 0.25, 2.0, "mean"),
        }
        if kornia:
            losses["kornia"] = lambda z, y: kornia.binary_focal_loss_with_logits(
                z[None], y[None], 0.25, 2.0, "mean"
            )
        if imbalanced:
            losses["imbalanced-losses"] = imbalanced.SigmoidFocalLoss(0.25)
        losses["binary_focal_loss"] = lambda z, y: binary_focal_loss(z, y, 0.25)
        return _contenders(losses, logits, targets, own="binary_focal_loss")

    skipped = {"kornia": no_kornia, "imbalanced-losses": no_imbalanced}
    return Work(
        "binary focal loss, forward and backward",
        " x ".join(f"{n:,}" for n in shape),
        make,
        (Reach(1.0),) if (samples, questions) in SIZES else (),
        _same,
        threads,
        amount=torch.Size(shape).numel(),
        skipped={name: why for name, why in skipped.items() if why},
        most_turns=25,
    )


def _contenders(
    losses: dict[str, Loss], logits: torch.Tensor, targets: torch.Tensor, own: str
) -> list[Contender]:
    def step(loss: Loss) -> Callable[[], Any]:
        def run() -> tuple[torch.Tensor, torch.Tensor]:
            logits.grad = None
            value = loss(logits, targets)
            value.backward()
            return value.detach(), logits.grad

        return run

    return [Contender(name, step(loss), own=name == own) for name, loss in losses.items()]


def _same(given: dict[str, tuple[torch.Tensor, torch.Tensor]]) -> None:
    """Compare values and gradients with the clear version's."""
    value, gradient = list(given.values())[-1]
    for name, (other, slope) in given.items():
        message = name.__add__
        torch.testing.assert_close(other, value, rtol=1e-4, atol=1e-6, msg=message)
        torch.testing.assert_close(slope, gradient, rtol=1e-3, atol=1e-7, msg=message)
