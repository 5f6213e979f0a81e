"""Right but unusual solutions of lesson 07 get full marks."""

import bisect
import itertools
import math
from fractions import Fraction

import numpy as np
import pytest
import torch
from scipy.optimize import brentq
from sklearn import metrics as peer


def as_array(values):
    return np.array([float(value) for value in values])


def is_positive(y_true, positive):
    return np.array([int(label) == positive for label in y_true])


# apply_threshold


def apply_loop(scores, threshold):
    flagged = []
    for score in scores:
        flagged.append(1 if score >= threshold else 0)
    return flagged


def apply_bool(scores, threshold):
    return torch.as_tensor(scores) >= threshold


def apply_digitize(scores, threshold):
    return np.digitize(as_array(scores), [threshold]).tolist()


def apply_heaviside(scores, threshold):
    return np.heaviside(as_array(scores) - threshold, 1.0)


def apply_bisect(scores, threshold):
    return tuple(bisect.bisect_right([threshold], float(score)) for score in scores)


def apply_not_below(scores, threshold):
    return np.where(np.asarray(scores, dtype=np.float64) < threshold, 0, 1).astype(np.uint8)


# best_f_threshold


def f_loop(y_true, scores, beta=1.0, positive=1):
    best_threshold, best_f = None, -1
    for threshold in sorted(set(map(float, scores))):
        tp = fp = fn = 0
        for label, score in zip(y_true, scores, strict=True):
            flagged = score >= threshold
            tp += flagged and label == positive
            fp += flagged and label != positive
            fn += (not flagged) and label == positive
        f = (1 + beta**2) * tp / ((1 + beta**2) * tp + beta**2 * fn + fp)
        if f > best_f:
            best_threshold, best_f = threshold, f
    return best_threshold, best_f


def f_lowest(y_true, scores, beta=1.0, positive=1):
    """Of several thresholds that are best, the lowest; and a dictionary's items as the pair."""
    truth, values = is_positive(y_true, positive), as_array(scores)
    fs = {
        t: peer.fbeta_score(truth, values >= t, beta=beta, zero_division=0)
        for t in np.unique(values)
    }
    best = min(fs, key=lambda t: (-fs[t], t))
    return [best, fs[best]]


def f_curve(y_true, scores, beta=1.0, positive=1):
    truth = is_positive(y_true, positive)
    p, r, levels = peer.precision_recall_curve(truth, as_array(scores))
    with np.errstate(invalid="ignore"):
        f = np.nan_to_num((1 + beta**2) * p * r / (beta**2 * p + r))
    best = np.argmax(f[:-1])
    return np.array([levels[best], f[best]])


def f_midpoint(y_true, scores, beta=1.0, positive=1):
    """Put the line half-way to the next lower score."""
    threshold, f = f_loop(y_true, scores, beta, positive)
    below = [s for s in map(float, scores) if s < threshold]
    return (threshold + max(below, default=threshold - 2)) / 2, f


def f_torch(y_true, scores, beta=1.0, positive=1):
    """Single precision, and tensors for an answer."""
    truth = torch.as_tensor(np.array(y_true)) == positive
    values = torch.as_tensor(np.array(scores)).float()
    levels = values.unique()
    flagged = values[None] >= levels[:, None]
    tp = (flagged & truth).sum(1)
    fp, fn = (flagged & ~truth).sum(1), (~flagged & truth).sum(1)
    f = (1 + beta**2) * tp / ((1 + beta**2) * tp + beta**2 * fn + fp)
    return levels[f.argmax()], f.max()


def f_cumulative(y_true, scores, beta=1.0, positive=1):
    truth, values = is_positive(y_true, positive), as_array(scores)
    order = np.argsort(values)[::-1]
    tp = np.cumsum(truth[order])
    f = (1 + beta**2) * tp / (beta**2 * truth.sum() + np.arange(1, len(order) + 1))
    last_of_its_tie = np.append(values[order][1:] < values[order][:-1], True)
    best = np.argmax(np.where(last_of_its_tie, f, 0))
    return values[order][best], f[best]


def f_of_positives_only(y_true, scores, beta=1.0, positive=1):
    """Try positives only: the best line always lies at one."""
    ours = [float(s) for s, y in zip(scores, y_true, strict=True) if y == positive]
    theirs = [float(s) for s, y in zip(scores, y_true, strict=True) if y != positive]
    b2 = Fraction(beta) ** 2

    def f(t):
        tp, fp = sum(s >= t for s in ours), sum(s >= t for s in theirs)
        return (1 + b2) * tp / ((1 + b2) * tp + b2 * (len(ours) - tp) + fp)

    best = max(ours, key=f)
    return best, float(f(best))


# precision_at_recall


def at_recall_loop(y_true, scores, least, positive=1):
    total = sum(int(label == positive) for label in y_true)
    best = (-1.0, 0.0)
    for threshold in map(float, scores):
        flagged = [y for y, s in zip(y_true, scores, strict=True) if s >= threshold]
        tp = sum(int(label == positive) for label in flagged)
        if tp / total >= least:
            best = max(best, (tp / len(flagged), threshold))
    return best[1], best[0]


def at_recall_curve(y_true, scores, least, positive=1):
    p, r, levels = peer.precision_recall_curve(is_positive(y_true, positive), as_array(scores))
    enough = np.flatnonzero(r[:-1] >= least)
    best = enough[np.argmax(p[enough])]
    return levels[best].item(), p[best].item()


def at_recall_torch(y_true, scores, least, positive=1):
    truth = torch.as_tensor(np.array(y_true)) == positive
    values = torch.as_tensor(np.array(scores)).float()
    flagged = values[None] >= values[:, None]
    hits = (flagged & truth).sum(1)
    precision = hits / flagged.sum(1)
    precision[hits < math.ceil(least * int(truth.sum()) - 1e-9)] = -1
    best = precision.argmax()
    return torch.stack([values[best], precision[best]])


def at_recall_between(y_true, scores, least, positive=1):
    threshold, precision = at_recall_curve(y_true, scores, least, positive)
    return threshold - 1e-4, np.float32(precision)


def at_recall_groups(y_true, scores, least, positive=1):
    total = int(is_positive(y_true, positive).sum())
    pairs = sorted(zip(map(float, scores), map(int, y_true), strict=True), reverse=True)
    hits = seen = 0
    found = []
    for threshold, group in itertools.groupby(pairs, key=lambda pair: pair[0]):
        labels = [label for _, label in group]
        hits, seen = hits + labels.count(positive), seen + len(labels)
        if hits >= least * total - 1e-9:
            found.append((hits / seen, threshold))
    precision, threshold = max(found, key=lambda pair: (pair[0], -pair[1]))
    return threshold, precision


# cost_threshold


def cost_odds(cost_fp, cost_fn):
    odds = cost_fp / cost_fn
    return odds / (1 + odds)


def cost_one_over(cost_fp, cost_fn):
    return 1 / (1 + cost_fn / cost_fp)


def cost_fraction(cost_fp, cost_fn):
    return Fraction(cost_fp) / (Fraction(cost_fp) + Fraction(cost_fn)) * 1.0


def cost_tensor(cost_fp, cost_fn):
    return torch.sigmoid(torch.tensor(math.log(cost_fp) - math.log(cost_fn)))


def cost_root(cost_fp, cost_fn):
    return brentq(lambda p: (1 - p) * cost_fp - p * cost_fn, 0, 1, xtol=1e-14)


def cost_complement(cost_fp, cost_fn):
    return np.array([1 - cost_fn / (cost_fp + cost_fn)])


# best_cost_threshold


def cheapest_loop(y_true, scores, cost_fp, cost_fn, positive=1):
    best = None
    for threshold in [*map(float, scores), float("inf")]:
        cost = 0
        for label, score in zip(y_true, scores, strict=True):
            if score >= threshold and label != positive:
                cost += cost_fp
            if score < threshold and label == positive:
                cost += cost_fn
        if best is None or cost < best[1]:
            best = threshold, cost
    return best[0], best[1] / len(y_true)


def cheapest_matrix(y_true, scores, cost_fp, cost_fn, positive=1):
    """Take a number above all scores in place of infinity."""
    truth, values = is_positive(y_true, positive), as_array(scores)
    levels = np.append(np.unique(values), values.max() + 1)
    flagged = values >= levels[:, None]
    costs = np.where(truth, cost_fn * ~flagged, cost_fp * flagged).mean(axis=1)
    return np.array([levels[costs.argmin()], costs.min()])


def cheapest_sklearn(y_true, scores, cost_fp, cost_fn, positive=1):
    truth, values = is_positive(y_true, positive), as_array(scores)
    fpr, tpr, levels = peer.roc_curve(truth, values, drop_intermediate=False)
    costs = (cost_fp * fpr * (~truth).sum() + cost_fn * (1 - tpr) * truth.sum()) / len(truth)
    best = len(costs) - 1 - np.argmin(costs[::-1])
    return levels[best], costs[best]


def cheapest_walk(y_true, scores, cost_fp, cost_fn, positive=1):
    """Go down the scores, and add what each group changes."""
    pairs = sorted(zip(map(float, scores), map(int, y_true), strict=True), reverse=True)
    cost = cost_fn * sum(label == positive for _, label in pairs)
    best = (cost, math.inf)
    for threshold, group in itertools.groupby(pairs, key=lambda pair: pair[0]):
        cost += sum(-cost_fn if label == positive else cost_fp for _, label in group)
        best = min(best, (cost, threshold), key=lambda pair: pair[0])
    return best[1], best[0] / len(pairs)


def cheapest_torch(y_true, scores, cost_fp, cost_fn, positive=1):
    truth = torch.as_tensor(np.array(y_true)) == positive
    values = torch.as_tensor(np.array(scores)).float()
    levels = torch.cat([values.unique(), torch.tensor([torch.inf])])
    flagged = values[None] >= levels[:, None]
    costs = cost_fp * (flagged & ~truth).sum(1) + cost_fn * (~flagged & truth).sum(1)
    best = costs.argmin()
    return levels[best], costs[best] / len(truth)


# tune_and_report


def tune_lists(search, measure, validation, test):
    threshold, _ = search(*validation)
    worth = [
        measure(y_true, [int(score >= threshold) for score in scores])
        for y_true, scores in (validation, test)
    ]
    return [threshold, *worth]


def tune_booleans(search, measure, validation, test):
    threshold = search(validation[0], validation[1])[0]
    on = {
        name: measure(y, as_array(scores) >= threshold)
        for name, (y, scores) in {"validation": validation, "test": test}.items()
    }
    return np.array([threshold, on["validation"], on["test"]])


def tune_tensors(search, measure, validation, test):
    threshold = torch.tensor(search(*validation)[0], dtype=torch.float64)
    flagged = [(torch.as_tensor(np.array(s)) >= threshold).long() for _, s in (validation, test)]
    values = [measure(y, f) for (y, _), f in zip((validation, test), flagged, strict=True)]
    return threshold, torch.tensor(values[0]), torch.tensor(values[1])


def tune_after_looking_at_the_test(search, measure, validation, test):
    """Search the test data too, and make no use of what is found."""
    overly_good = search(*test)
    threshold = search(*validation)[0]
    print("tuned on the test set, one would report", overly_good)
    return (
        threshold,
        measure(validation[0], apply_loop(validation[1], threshold)),
        measure(test[0], apply_loop(test[1], threshold)),
    )


SOLUTIONS = [
    (name, solution)
    for name, solutions in {
        "apply_threshold": [
            apply_loop,
            apply_bool,
            apply_digitize,
            apply_heaviside,
            apply_bisect,
            apply_not_below,
        ],
        "best_f_threshold": [
            f_loop,
            f_lowest,
            f_curve,
            f_midpoint,
            f_torch,
            f_cumulative,
            f_of_positives_only,
        ],
        "precision_at_recall": [
            at_recall_loop,
            at_recall_curve,
            at_recall_torch,
            at_recall_between,
            at_recall_groups,
        ],
        "cost_threshold": [
            cost_odds,
            cost_one_over,
            cost_fraction,
            cost_tensor,
            cost_root,
            cost_complement,
        ],
        "best_cost_threshold": [
            cheapest_loop,
            cheapest_matrix,
            cheapest_sklearn,
            cheapest_walk,
            cheapest_torch,
        ],
        "tune_and_report": [
            tune_lists,
            tune_booleans,
            tune_tensors,
            tune_after_looking_at_the_test,
        ],
    }.items()
    for solution in solutions
]


@pytest.mark.parametrize(("name", "solution"), SOLUTIONS)
def test_it_gets_full_marks(judged, name, solution, seeds):
    for seed in seeds:
        report = judged(name, solution, seed)
        assert report.score == report.points, str(report)
        assert report.misconception is None


@pytest.mark.parametrize("letter", ["B", "b", " B "])
def test_the_letter_may_be_written_in_any_way(judged, letter):
    assert judged("quick_check_threshold", letter).score == 1
