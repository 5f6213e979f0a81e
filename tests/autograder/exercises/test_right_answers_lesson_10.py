"""Right but unusual solutions of lesson 10 get full marks."""

from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest
import torch
from scipy.special import expit, logit
from scipy.stats import binned_statistic
from sklearn.calibration import calibration_curve
from sklearn.metrics import brier_score_loss, d2_brier_score, r2_score

from imbalance_lessons.calibration import ReliabilityCurve
from imbalance_lessons.priors import correct_priors


def skill_loop(y_true, y_prob, base_rate=None):
    labels = [int(y) for y in y_true]
    if base_rate is None:
        base_rate = sum(labels) / len(labels)
    score = baseline = 0
    for y, p in zip(labels, y_prob, strict=True):
        score += (float(p) - y) ** 2
        baseline += (base_rate - y) ** 2
    return (baseline - score) / baseline


def skill_fractions(y_true, y_prob, base_rate=None):
    labels = list(map(int, y_true))
    rate = Fraction(sum(labels), len(labels)) if base_rate is None else Fraction(base_rate)
    pairs = zip(labels, map(float, y_prob), strict=True)
    score = sum((Fraction(p) - y) ** 2 for y, p in pairs)
    return float(1 - score / sum((rate - y) ** 2 for y in labels))


def skill_torch_single(y_true, y_prob, base_rate=None):
    y = torch.as_tensor(y_true).float()
    p = torch.as_tensor(y_prob).float()
    constant = y.mean() if base_rate is None else torch.tensor(base_rate)
    mse = torch.nn.functional.mse_loss
    return 1 - mse(p, y) / mse(constant.expand(len(y)), y)


def skill_sklearn(y_true, y_prob, base_rate=None):
    y, p = np.asarray(y_true), np.asarray(y_prob)
    if base_rate is None:
        return d2_brier_score(y, p)
    return 1 - brier_score_loss(y, p) / brier_score_loss(y, np.full(len(y), base_rate))


def skill_as_r2(y_true, y_prob, base_rate=None):
    """Take the R2 of a regression on the labels, which is the Brier skill."""
    y = np.asarray(y_true, dtype=float)
    skill = r2_score(y, np.asarray(y_prob))
    if base_rate is None:
        return skill
    variance = y.var()
    return 1 - (1 - skill) * variance / (variance + (base_rate - y.mean()) ** 2)


def skill_of_two_columns(y_true, y_prob, base_rate=None):
    """Both columns double both scores, which cancels."""
    y, p = np.asarray(y_true).astype(int), np.asarray(y_prob)
    truth, rate = np.eye(2)[y], y.mean() if base_rate is None else base_rate
    score = np.square(np.stack([1 - p, p], axis=1) - truth).sum()
    return np.array([1 - score / np.square([1 - rate, rate] - truth).sum()])


def inner_edges(p, bins, quantiles):
    edges = np.linspace(0, 1, bins + 1)
    return np.quantile(p, edges)[1:-1] if quantiles else edges[1:-1]


def curve_masks(y_true, y_prob, bins=10, quantiles=False):
    y, p = np.asarray(y_true, dtype=float), np.asarray(y_prob, dtype=float)
    edges = np.concatenate([[-np.inf], inner_edges(p, bins, quantiles), [np.inf]])
    rows = []
    for low, high in pairwise(edges):
        there = (low <= p) & (p < high)  # [a, b) is as good as (a, b]
        if there.any():
            rows.append((p[there].mean(), y[there].mean(), there.sum()))
    return tuple(np.array(column) for column in zip(*rows, strict=True))


def curve_dictionary(y_true, y_prob, bins=10, quantiles=False):
    pairs = sorted((float(p), int(y)) for y, p in zip(y_true, y_prob, strict=True))
    full = {}
    for place, (p, y) in enumerate(pairs):
        which = place * bins // len(pairs) if quantiles else min(int(p * bins), bins - 1)
        full.setdefault(which, []).append((p, y))
    groups = [full[which] for which in sorted(full)]
    return {
        "counts": [len(group) for group in groups],
        "observed": [sum(y for _, y in group) / len(group) for group in groups],
        "predicted": [sum(p for p, _ in group) / len(group) for group in groups],
    }


def curve_digitize(y_true, y_prob, bins=10, quantiles=False):
    y, p = np.asarray(y_true), np.asarray(y_prob)
    which = np.digitize(p, inner_edges(p, bins, quantiles))
    there = np.unique(which)
    means = [[v[which == b].mean() for b in there] for v in (p, y)]
    return ReliabilityCurve(*map(np.array, means), np.array([(which == b).sum() for b in there]))


def curve_torch(y_true, y_prob, bins=10, quantiles=False):
    y, p = (torch.as_tensor(v, dtype=torch.float32) for v in (y_true, y_prob))
    edges = torch.linspace(0, 1, bins + 1)[1:-1]
    which = torch.bucketize(p, torch.quantile(p, edges) if quantiles else edges)
    counts = torch.bincount(which, minlength=bins)
    sums = [torch.zeros(bins).index_add(0, which, v) for v in (p, y)]
    there = counts > 0
    return [*(s[there] / counts[there] for s in sums), counts[there]]


def curve_sklearn(y_true, y_prob, bins=10, quantiles=False):
    y, p = np.asarray(y_true), np.asarray(y_prob, dtype=float)
    strategy = "quantile" if quantiles else "uniform"
    observed, predicted = calibration_curve(y, p, n_bins=bins, strategy=strategy)
    counts = np.bincount(np.searchsorted(inner_edges(p, bins, quantiles), p))
    return predicted, observed, counts[counts > 0]


def curve_scipy(y_true, y_prob, bins=10, quantiles=False):
    y, p = np.asarray(y_true, dtype=float), np.asarray(y_prob, dtype=float)
    edges = np.concatenate([[0], inner_edges(p, bins, quantiles), [1]])
    counts, *_ = binned_statistic(p, p, "count", edges)
    sums, *_ = binned_statistic(p, [p, y], "sum", edges)
    there = counts > 0
    return np.vstack([sums[:, there] / counts[there], counts[there]])


def prior_odds(probabilities, trained_share, true_share):
    p = np.array([float(value) for value in probabilities])
    factor = true_share / (1 - true_share) * (1 - trained_share) / trained_share
    with np.errstate(divide="ignore"):
        return 1 / (1 + (1 / p - 1) / factor)


def prior_logits(probabilities, trained_share, true_share):
    shift = logit(true_share) - logit(trained_share)
    return expit(logit(np.asarray(probabilities, dtype=float)) + shift)


def prior_loop(probabilities, trained_share, true_share):
    mended = []
    for p in probabilities:
        positive = float(p) / trained_share * true_share
        negative = (1 - float(p)) / (1 - trained_share) * (1 - true_share)
        mended.append(positive / (positive + negative))
    return mended


def prior_dal_pozzolo(probabilities, trained_share, true_share):
    """Use the paper's formula: beta is the share of negatives that undersampling keeps."""
    p = np.asarray(probabilities, dtype=float)
    beta = true_share / (1 - true_share) * (1 - trained_share) / trained_share
    return beta * p / (beta * p - p + 1)


def prior_torch_single(probabilities, trained_share, true_share):
    p = torch.as_tensor(probabilities, dtype=torch.float32)
    both = torch.stack([1 - p, p], dim=1)
    ratios = torch.tensor([(1 - true_share) / (1 - trained_share), true_share / trained_share])
    return torch.nn.functional.normalize(both * ratios, p=1, dim=1)[:, 1]


def prior_library(probabilities, trained_share, true_share):
    p = np.asarray(probabilities, dtype=float)
    shares = [[1 - share, share] for share in (trained_share, true_share)]
    return correct_priors(np.column_stack([1 - p, p]), *shares)[:, 1:].ravel()


def logits_loop(logits, shares, tau=1.0):
    total = sum(float(share) for share in shares)
    return [
        [float(z) - tau * np.log(float(s) / total) for z, s in zip(row, shares, strict=True)]
        for row in logits
    ]


def logits_with_counts(logits, shares, tau=1.0):
    """Leave counts as they are: the same number in all columns makes no difference."""
    return np.asarray(logits) - tau * np.log(shares)


def logits_relative_to_the_largest(logits, shares, tau=1.0):
    shares = np.asarray(shares, dtype=float)
    return np.asarray(logits) + tau * np.log(shares.max() / shares)


def logits_torch_single(logits, shares, tau=1.0):
    z = torch.as_tensor(logits, dtype=torch.float32)
    shares = torch.as_tensor(shares, dtype=torch.float32)
    return torch.sub(z, (shares / shares.sum()).log(), alpha=tau)


def logits_log_probabilities(logits, shares, tau=1.0):
    z = torch.as_tensor(logits, dtype=torch.float64)
    divided = z.softmax(dim=1) / torch.as_tensor(shares) ** tau
    return (divided / divided.sum(dim=1, keepdim=True)).log()


def logits_through_a_layer(logits, shares, tau=1.0):
    """Let the bias of one more layer do it, so that the answer needs a gradient."""
    z = torch.as_tensor(logits, dtype=torch.float64)
    layer = torch.nn.Linear(z.shape[1], z.shape[1], dtype=torch.float64, device="meta")
    layer.weight = torch.nn.Parameter(torch.eye(z.shape[1], dtype=torch.float64))
    layer.bias = torch.nn.Parameter(-tau * torch.as_tensor(shares, dtype=torch.float64).log())
    return layer(z)


RIGHT = {
    "forecast_skill": [
        skill_loop,
        skill_fractions,
        skill_torch_single,
        skill_sklearn,
        skill_as_r2,
        skill_of_two_columns,
    ],
    "reliability_curve": [
        curve_masks,
        curve_dictionary,
        curve_digitize,
        curve_torch,
        curve_sklearn,
        curve_scipy,
    ],
    "correct_prior": [
        prior_odds,
        prior_logits,
        prior_loop,
        prior_dal_pozzolo,
        prior_torch_single,
        prior_library,
    ],
    "adjust_logits": [
        logits_loop,
        logits_with_counts,
        logits_relative_to_the_largest,
        logits_torch_single,
        logits_log_probabilities,
        logits_through_a_layer,
    ],
}
SOLUTIONS = [(name, solution) for name, solutions in RIGHT.items() for solution in solutions]


@pytest.mark.parametrize(("name", "solution"), SOLUTIONS)
def test_it_gets_full_marks(judged, name, solution, seeds):
    for seed in seeds:
        report = judged(name, solution, seed)
        assert report.score == report.points, str(report)
        assert report.misconception is None


READING = {
    "calibrated": "C",
    "balanced_training": "B",
    "overfitted": "A",
    "focal_loss": "D",
    "positives_of_100": 50,
    "flag_from": 0.7,
}


@pytest.mark.parametrize(
    "reading",
    [
        READING,
        READING | {name: READING[name].lower() for name in list(READING)[:4]},
        READING | {"positives_of_100": 48, "flag_from": np.float32(0.7)},
        READING | {"positives_of_100": torch.tensor(52.0), "calibrated": " c ", "why": "diagonal"},
        dict(reversed(READING.items())),
    ],
)
def test_a_right_reading_gets_full_marks(judged, reading):
    report = judged("diagram_reading", reading)
    assert report.score == 2, str(report)


def test_a_half_filled_reading_gets_its_half(judged):
    report = judged("diagram_reading", READING | dict.fromkeys(list(READING)[3:]))
    assert report.score == 1
    assert report.misconception is None
    assert "Not solved yet." in str(report)


@pytest.mark.parametrize("number", [40, 60, 0.5, 90, -50])
def test_a_number_read_off_badly_is_wrong(judged, number):
    assert judged("diagram_reading", READING | {"positives_of_100": number}).score < 2


@pytest.mark.parametrize("letter", ["B", "b", " B "])
def test_the_letter_may_be_written_in_any_way(judged, letter):
    assert judged("quick_check_calibration", letter).score == 1


def test_a_solution_that_works_in_place_loses_half(judged):
    def in_place(logits, shares, tau=1.0):
        logits = torch.as_tensor(logits)
        logits -= tau * torch.as_tensor(shares).log()
        return logits

    report = judged("adjust_logits", in_place)
    assert 1 < report.score < 2
    assert "changed its argument `logits`" in str(report)
