"""Right but unusual solutions of lesson 05 get full marks."""

import math

import numpy as np
import pytest
import torch
import torch.nn.functional as F  # noqa: N812 - PyTorch's own name for it
from torch import nn

from imbalance_lessons import focal
from imbalance_lessons.fast_focal import fast_focal_loss


def values_numpy(logits, targets, gamma=2.0):
    z = logits.numpy().astype(float)
    p = np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)
    p = p[np.arange(len(p)), targets.numpy()]
    return -((1 - p) ** gamma) * np.log(p)


def values_loop(logits, targets, gamma=2.0):
    result = []
    for row, target in zip(logits.tolist(), targets.tolist(), strict=True):
        shares = [math.exp(z) for z in row]
        p = shares[target] / sum(shares)
        result.append(-((1 - p) ** gamma) * math.log(p))
    return result


def values_one_hot(logits, targets, gamma=2.0):
    log_p = logits.log_softmax(dim=1)
    table = -((1 - log_p.exp()) ** gamma) * log_p
    return (table * F.one_hot(targets, logits.shape[1])).sum(dim=1)


def values_gather(logits, targets, gamma=2.0):
    log_p = F.log_softmax(logits.double(), dim=-1).gather(1, targets.unsqueeze(1)).squeeze(1)
    return torch.pow(-torch.expm1(log_p), gamma) * log_p.neg()


def values_nll(logits, targets, gamma=2.0):
    losses = F.nll_loss(F.log_softmax(logits, dim=1), targets, reduction="none")
    return losses.detach() * (1 - (-losses).exp()).pow(gamma)


def values_cross_entropy_module(logits, targets, gamma=2.0):
    losses = nn.CrossEntropyLoss(reduction="none")(logits, targets)
    print(losses)
    return tuple((torch.sub(1, torch.exp(-losses)) ** gamma * losses).tolist())


def values_stable(logits, targets, gamma=2.0):
    return focal.focal_loss(logits, targets, gamma=gamma, reduction="none")


def term_softplus(log_odds, gamma=2.0):
    return torch.exp(-gamma * F.softplus(log_odds)) * F.softplus(-log_odds)


def term_log_space(log_odds, gamma=2.0):
    log_p = -torch.logaddexp(torch.zeros_like(log_odds), -log_odds)
    return (gamma * (log_p - log_odds)).exp() * -log_p


def term_double(log_odds, gamma=2.0):
    x = log_odds.double()
    return -(F.logsigmoid(-x).mul(gamma).exp() * F.logsigmoid(x))


def term_two_logits(log_odds, gamma=2.0):
    both = torch.stack([log_odds, torch.zeros_like(log_odds)]).log_softmax(dim=0)
    return -(torch.e ** (gamma * both[1])) * both[0]


def term_clamped(log_odds, gamma=2.0):
    """Clamp only what is nothing anyway: 1 - p of a sample that is learned."""
    rest = torch.sigmoid(-log_odds).clamp_min(1e-30)
    return rest**gamma * F.softplus(-log_odds)


def term_binary_cross_entropy(log_odds, gamma=2.0):
    ones = torch.ones_like(log_odds)
    losses = F.binary_cross_entropy_with_logits(log_odds, ones, reduction="none")
    wrong = F.binary_cross_entropy_with_logits(log_odds, 1 - ones, reduction="none")
    return losses * torch.exp(-gamma * wrong)


class _ByHand(torch.autograd.Function):
    @staticmethod
    def forward(ctx, log_odds, gamma):
        log_p, log_rest = F.logsigmoid(log_odds), F.logsigmoid(-log_odds)
        ctx.gamma = gamma
        ctx.save_for_backward(log_p, log_rest)
        return -(gamma * log_rest).exp() * log_p

    @staticmethod
    def backward(ctx, upstream):
        log_p, log_rest = ctx.saved_tensors
        slope = ctx.gamma * log_p.exp() * log_p - log_rest.exp()
        return upstream * (ctx.gamma * log_rest).exp() * slope, None


def term_by_hand(log_odds, gamma=2.0):
    return _ByHand.apply(log_odds, gamma)


def batch_numpy(logits, targets, alpha=None, gamma=2.0, reduction="mean", ignore_index=-100):
    z, t = logits.numpy().astype(np.float64), targets.numpy()
    z, t = z[t != ignore_index], t[t != ignore_index]
    values = np.array(values_numpy(torch.tensor(z), torch.tensor(t), gamma))
    weights = np.ones(logits.shape[1]) if alpha is None else np.asarray(alpha) * np.ones(z.shape[1])
    values = values * weights[t]
    if reduction == "none":
        every = np.zeros(len(targets))
        every[targets.numpy() != ignore_index] = values
        return every
    return values.mean() if reduction == "mean" else values.sum()


def batch_loop(logits, targets, alpha=None, gamma=2.0, reduction="mean", ignore_index=-100):
    losses, counted = [], 0
    for row, target in zip(logits, targets.tolist(), strict=True):
        if target == ignore_index:
            losses.append(torch.tensor(0.0))
            continue
        counted += 1
        weight = 1 if alpha is None else alpha
        weight = weight[target] if hasattr(weight, "__len__") else weight
        log_p = row.log_softmax(dim=0)[target]
        losses.append(-weight * (1 - log_p.exp()) ** gamma * log_p)
    total = torch.stack(losses)
    return {"none": total, "sum": total.sum(), "mean": total.sum() / counted}[reduction]


def batch_cross_entropy(
    logits, targets, alpha=None, gamma=2.0, reduction="mean", ignore_index=-100
):
    """Let PyTorch look up the weights, and see to the ignored samples."""
    plain = F.cross_entropy(logits, targets, reduction="none", ignore_index=ignore_index)
    if alpha is None:
        alpha = 1.0
    weight = torch.as_tensor(alpha, dtype=logits.dtype).expand(logits.shape[1])
    weighted = F.cross_entropy(logits, targets, weight, reduction="none", ignore_index=ignore_index)
    losses = (1 - torch.exp(-plain)) ** gamma * weighted
    if reduction == "mean":
        return losses.sum() / sum(targets != ignore_index)
    return losses.sum() if reduction == "sum" else losses


def batch_fast(logits, targets, alpha=None, gamma=2.0, reduction="mean", ignore_index=-100):
    return (
        fast_focal_loss(logits, targets, alpha, gamma, reduction, ignore_index).item()
        if (reduction != "none")
        else fast_focal_loss(logits, targets, alpha, gamma, reduction, ignore_index)
    )


def batch_double(logits, targets, alpha=None, gamma=2.0, reduction="mean", ignore_index=-100):
    keep = targets != ignore_index
    safe = torch.where(keep, targets, torch.zeros_like(targets))
    losses = values_one_hot(logits.double(), safe, gamma) * keep
    if alpha is not None:
        weights = torch.ones(logits.shape[1], dtype=torch.float64) * torch.as_tensor(alpha)
        losses = losses * (F.one_hot(safe, logits.shape[1]) * weights).sum(dim=1)
    if reduction == "none":
        return losses.tolist()
    return losses.sum().reshape(1) / (keep.sum() if reduction == "mean" else 1)


class UnknownReductionError(ValueError):
    """An error of one's own, of the kind that was asked for."""


class InOnePlace(nn.Module):
    """Everything in the module itself, the reduction refused when it is used."""

    def __init__(self, alpha=None, gamma=2.0, reduction="mean", ignore_index=-100):
        super().__init__()
        self.register_buffer("alpha", None if alpha is None else torch.tensor(alpha).float())
        self.options = {"gamma": gamma, "reduction": reduction, "ignore_index": ignore_index}

    def forward(self, logits, targets):
        if self.options["reduction"] not in {"mean", "sum", "none"}:
            raise UnknownReductionError("reduction")
        return batch_cross_entropy(logits, targets, self.alpha, **self.options)


class InheritsCrossEntropy(nn.CrossEntropyLoss):
    """PyTorch's own module, whose `weight` is a buffer already."""

    def __init__(self, alpha=None, gamma=2.0, reduction="mean", ignore_index=-100):
        weight = None if alpha is None else torch.as_tensor(alpha, dtype=torch.float32)
        super().__init__(weight, reduction=reduction, ignore_index=ignore_index)
        nn.functional.cross_entropy(torch.zeros(1, 1), torch.tensor([0]), reduction=reduction)
        self.register_buffer("gamma", torch.tensor(float(gamma)))

    def forward(self, logits, targets):
        return batch_loop(
            logits, targets, self.weight, self.gamma, self.reduction, self.ignore_index
        )


class HoldsAModule(nn.Module):
    """A module inside, and a number as the loss."""

    def __init__(self, alpha=None, gamma=2.0, reduction="mean", ignore_index=-100):
        super().__init__()
        self.inner = focal.FocalLoss(alpha, gamma, reduction, ignore_index)

    def forward(self, logits, targets):
        loss = self.inner(logits, targets)
        return loss.item() if loss.ndim == 0 else loss.tolist()


class AlwaysAlpha(nn.Module):
    """One where there is no alpha, in float64; a frozen setting, and prints."""

    def __init__(self, alpha=None, gamma=2.0, reduction="mean", ignore_index=-100):
        super().__init__()
        if reduction not in ("mean", "sum", "none"):
            raise ValueError(f"reduction: {reduction}")
        print("made")
        alpha = torch.tensor([1.0] if alpha is None else alpha, dtype=torch.float64)
        self.register_buffer("alpha", alpha)
        self.rest = gamma, reduction, ignore_index

    def forward(self, inputs, targets):
        weights = self.alpha if len(self.alpha) > 1 else None
        return batch_double(inputs, targets, weights, *self.rest)


SOLUTIONS = [
    *(
        ("focal_values", solution)
        for solution in (
            values_numpy,
            values_loop,
            values_one_hot,
            values_gather,
            values_nll,
            values_cross_entropy_module,
            values_stable,
        )
    ),
    *(
        ("focal_term", solution)
        for solution in (
            term_softplus,
            term_log_space,
            term_double,
            term_two_logits,
            term_clamped,
            term_binary_cross_entropy,
            term_by_hand,
        )
    ),
    *(
        ("focal_loss", solution)
        for solution in (batch_numpy, batch_loop, batch_cross_entropy, batch_fast, batch_double)
    ),
    *(
        ("FocalLoss", solution)
        for solution in (InOnePlace, InheritsCrossEntropy, HoldsAModule, AlwaysAlpha)
    ),
]


@pytest.mark.parametrize(("name", "solution"), SOLUTIONS)
def test_it_gets_full_marks(judged, name, solution, seeds):
    for seed in seeds:
        report = judged(name, solution, seed)
        assert report.score == report.points, str(report)
        assert report.misconception is None


@pytest.mark.parametrize("name", ["focal_loss", "FocalLoss"])
def test_nobody_is_told_to_make_a_number_of_a_loss(judged, references, name):
    assert "item" not in str(judged(name, references[name], 0))


def test_a_loss_cut_off_from_its_input_is_told_so(judged):
    report = judged("focal_term", lambda m, gamma=2.0: focal.focal_term(m, gamma).detach())
    assert report.score < report.points
    assert "cuts the result off from `log_odds`" in str(report)
    assert "there is no gradient" in str(report)


def test_a_class_that_is_no_module_is_told_so(judged):
    class Plain:
        def __init__(self, **options):
            pass

        def __call__(self, logits, targets):
            return 0.5

    report = judged("FocalLoss", Plain)
    assert report.score == 0
    assert "It gave back a Plain" in str(report)


@pytest.mark.parametrize("letter", ["C", "c", " C "])
def test_the_letter_may_be_written_in_any_way(judged, letter):
    assert judged("quick_check_focal", letter).score == 1
