"""Right but unusual solutions of lesson 04 get full marks."""

import math
from fractions import Fraction

import numpy as np
import pytest
import torch
import torch.nn.functional as F  # noqa: N812 - PyTorch's own name for it
from scipy.special import expit, logit
from sklearn.utils.class_weight import compute_class_weight, compute_sample_weight

from imbalance_lessons import priors, weighting


def frequency_loop(counts):
    present = 0
    for n in counts:
        if n > 0:
            present += 1
    return [float(sum(counts)) / (present * float(n)) if n > 0 else 0 for n in counts]


def frequency_fractions(counts):
    counts = [int(n) for n in counts]
    mean = Fraction(sum(counts), len([n for n in counts if n]))
    return tuple(float(mean / n) if n else 0.0 for n in counts)


def frequency_where(counts):
    counts = np.array(counts, dtype=float)
    with np.errstate(divide="ignore"):
        return np.where(counts > 0, counts[counts > 0].mean() / counts, 0)


def frequency_divide(counts):
    counts = np.asarray(counts)
    mean = counts.sum() / np.count_nonzero(counts)
    return np.divide(mean, counts, out=np.zeros(len(counts)), where=counts > 0)


def frequency_torch(counts):
    counts = torch.as_tensor(counts)
    weights = counts.sum() / ((counts > 0).sum() * counts)
    return weights.masked_fill(counts == 0, 0)


def frequency_nan_to_num(counts):
    counts = torch.as_tensor(counts, dtype=torch.float32)
    return torch.nan_to_num(counts[counts > 0].mean() / counts, posinf=0.0)


def frequency_sklearn(counts):
    labels = np.repeat(np.arange(len(counts)), counts)
    weights = np.zeros(len(counts), dtype=np.float32)
    there = np.unique(labels)
    weights[there] = compute_class_weight("balanced", classes=there, y=labels)
    return weights


def frequency_of_samples(counts):
    labels = np.repeat(np.arange(len(counts)), counts)
    of_samples = compute_sample_weight("balanced", labels)
    return [of_samples[labels == c].max(initial=0) for c in range(len(counts))]


def root_loop(counts):
    roots = [math.sqrt(n) for n in counts]
    scale = sum(float(n) for n in counts) / sum(roots)
    return [scale / root if root else 0 for root in roots]


def root_average(counts):
    counts = np.asarray(counts)
    weights = np.where(counts > 0, np.maximum(counts, 1) ** -0.5, 0)
    return weights / np.average(weights, weights=counts)


def root_of_the_first(counts):
    weights = np.sqrt(frequency_where(counts))
    labels = np.repeat(np.arange(len(counts)), counts)
    return weights / weights[labels].mean()


def root_torch(counts):
    counts = torch.as_tensor(counts, dtype=torch.float64)
    weights = torch.where(counts > 0, counts.rsqrt(), 0)
    return weights * counts.sum() / (weights @ counts)


def root_log(counts):
    counts = np.asarray(counts, dtype=np.float32)
    weights = np.zeros_like(counts)
    weights[counts > 0] = np.exp(-0.5 * np.log(counts[counts > 0]))
    return (weights / (weights * counts / counts.sum()).sum()).tolist()


def root_library(counts):
    weights = np.divide(1, np.sqrt(counts), out=np.zeros(len(counts)), where=np.asarray(counts) > 0)
    return weighting.normalize_weights(weights, counts)


def scaled(weights, counts):
    return weights * counts.sum() / (weights * counts).sum()


def effective_loop(counts, beta=0.9999):
    weights = []
    for n in counts:
        weights.append((1 - beta) / (1 - beta ** int(n)) if n else 0)
    total = sum(int(n) * w for n, w in zip(counts, weights, strict=True))
    return [w * sum(int(n) for n in counts) / total for w in weights]


def effective_expm1(counts, beta=0.9999):
    counts = np.asarray(counts, dtype=float)
    if beta == 0:
        return (counts > 0).astype(int)
    with np.errstate(divide="ignore"):
        return scaled(np.where(counts > 0, -1 / np.expm1(counts * np.log(beta)), 0), counts)


def effective_torch(counts, beta=0.9999):
    counts = torch.as_tensor(counts)
    weights = (1.0 - beta) / (1.0 - torch.pow(beta, counts))
    return scaled(torch.where(counts > 0, weights, 0), counts)


def effective_float32(counts, beta=0.9999):
    counts = np.array(counts, dtype=np.float32)
    weights = np.zeros_like(counts)
    weights[counts > 0] = 1 / (1 - np.float32(beta) ** counts[counts > 0])
    return scaled(weights, counts)


def effective_of_the_paper(counts, beta=0.9999):
    effective = 1.0 - np.power(beta, np.asarray(counts))
    weights = np.divide(1.0 - beta, effective, out=np.zeros(len(counts)), where=effective > 0)
    weights = weights / np.sum(weights) * len(counts)
    return scaled(weights, np.asarray(counts))


def effective_library(counts, beta=0.9999):
    weights = np.zeros(len(counts))
    there = np.asarray(counts) > 0
    weights[there] = 1 / weighting.effective_number(counts, beta)[there]
    return weighting.normalize_weights(weights, counts, "samples")


def loss_pytorch(logits, targets, weights):
    return F.cross_entropy(logits, targets, weight=weights)


def loss_module(logits, targets, weights):
    return torch.nn.CrossEntropyLoss(weights)(logits, targets).item()


def loss_nll(logits, targets, weights):
    return F.nll_loss(F.log_softmax(logits, dim=-1), targets, weights)


def loss_one_hot(logits, targets, weights):
    rows = F.one_hot(targets, logits.shape[1]) * weights
    return -(rows * logits.log_softmax(1)).sum() / rows.sum()


def loss_repeated_mean(logits, targets, weights):
    w = weights[targets]
    return (w / w.mean() * F.cross_entropy(logits, targets, reduction="none")).mean()


def loss_loop(logits, targets, weights):
    above, below = 0.0, 0.0
    for row, y in zip(logits.tolist(), targets.tolist(), strict=True):
        top = max(row)
        log_sum = top + math.log(sum(math.exp(z - top) for z in row))
        above += float(weights[y]) * (log_sum - row[y])
        below += float(weights[y])
    return above / below


def loss_numpy(logits, targets, weights):
    z, y = logits.numpy().astype(np.float64), targets.numpy()
    log_sums = np.logaddexp.reduce(z, axis=1)
    return np.average(log_sums - z[np.arange(len(y)), y], weights=weights.numpy()[y])


def loss_by_class(logits, targets, weights):
    total, weight = torch.zeros(()), torch.zeros(())
    for c in targets.unique():
        mine = targets == c
        total += weights[c] * F.cross_entropy(logits[mine], targets[mine], reduction="sum")
        weight += weights[c] * mine.sum()
    return total / weight


def loss_ratio_of_sums(logits, targets, weights):
    total = F.cross_entropy(logits.double(), targets, weights.double(), reduction="sum")
    return (total / weights.take(targets).sum()).reshape(1)


def corrected_odds(probabilities, factor):
    answers = []
    for p in probabilities:
        p = float(p)
        odds = math.inf if p == 1 else factor * p / (1 - p)
        answers.append(1.0 if math.isinf(odds) else odds / (1 + odds))
    return answers


def corrected_logit(probabilities, factor):
    with np.errstate(divide="ignore"):
        return expit(logit(np.asarray(probabilities, dtype=float)) + np.log(factor))


def corrected_torch(probabilities, factor):
    p = torch.as_tensor(probabilities, dtype=torch.float32)
    return torch.sigmoid(torch.logit(p) + math.log(factor))


def corrected_softmax(probabilities, factor):
    p = torch.as_tensor(probabilities).double()
    return torch.stack([(1 - p).log(), (p * factor).log()]).softmax(dim=0)[1]


def corrected_reciprocal(probabilities, factor):
    p = np.asarray(probabilities)
    with np.errstate(divide="ignore"):
        return 1 / (1 + (1 / p - 1) / factor)


def corrected_prior(probabilities, factor):
    """Odds of 1 before, and of the factor after."""
    return priors.correct_prior(probabilities, 0.5, factor / (1 + factor))


def corrected_from_the_other_side(probabilities, factor):
    rest = [1 - float(p) for p in probabilities]
    return np.array([1 - q / (q + (1 - q) * factor) for q in rest], dtype=np.float32)


SOLUTIONS = {
    "inverse_frequency": (
        frequency_loop,
        frequency_fractions,
        frequency_where,
        frequency_divide,
        frequency_torch,
        frequency_nan_to_num,
        frequency_sklearn,
        frequency_of_samples,
    ),
    "inverse_sqrt": (
        root_loop,
        root_average,
        root_of_the_first,
        root_torch,
        root_log,
        root_library,
    ),
    "inverse_effective_number": (
        effective_loop,
        effective_expm1,
        effective_torch,
        effective_float32,
        effective_of_the_paper,
        effective_library,
    ),
    "weighted_loss": (
        loss_pytorch,
        loss_module,
        loss_nll,
        loss_one_hot,
        loss_repeated_mean,
        loss_loop,
        loss_numpy,
        loss_by_class,
        loss_ratio_of_sums,
    ),
    "corrected_probabilities": (
        corrected_odds,
        corrected_logit,
        corrected_torch,
        corrected_softmax,
        corrected_reciprocal,
        corrected_prior,
        corrected_from_the_other_side,
    ),
}


@pytest.mark.parametrize(
    ("name", "solution"), [(name, one) for name, several in SOLUTIONS.items() for one in several]
)
def test_it_gets_full_marks(judged, name, solution, seeds):
    for seed in seeds:
        report = judged(name, solution, seed)
        assert report.score == report.points, str(report)
        assert report.misconception is None


@pytest.mark.parametrize(
    "answers",
    [
        {"square_root": 0.125, "both": 0.98, "both_square_root": 0.5, "threshold": 0.02},
        {"square_root": 1 / 8, "both": 49 / 50, "both_square_root": 1 / 2, "threshold": 1 / 50},
        {
            "threshold": np.float32(0.02),
            "both_square_root": torch.tensor([0.5]),
            "both": np.array([0.98]),
            "square_root": torch.tensor(0.125, dtype=torch.float64),
            "a remark": "49 negatives for each positive",
        },
        {
            key: corrected_logit([0.02], factor)
            for key, factor in (
                ("square_root", 7),
                ("both", 49**2),
                ("both_square_root", 49),
                ("threshold", 1),
            )
        },
    ],
)
def test_a_right_prediction_gets_full_marks(judged, answers):
    report = judged("double_correction", answers)
    assert report.score == 1, str(report)


def test_each_entry_of_a_prediction_counts_for_itself(judged):
    answers = {"square_root": 0.125, "both": 0.98, "both_square_root": None, "threshold": 0.3}
    report = judged("double_correction", answers)
    assert report.score == 0.5
    assert "Not solved yet." in str(report)


@pytest.mark.parametrize("letter", ["E", "e", " E "])
def test_the_letter_may_be_written_in_any_way(judged, letter):
    assert judged("quick_check_weights", letter).score == 1
