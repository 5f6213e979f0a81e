"""Right but unusual solutions of lesson 06 get full marks."""

import math
import statistics
import warnings
from collections import Counter, defaultdict
from fractions import Fraction

import numpy as np
import pytest
import torch
from sklearn import metrics as sk


def quietly(score, *inputs, **options):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return score(*inputs, **options)


def masks(y_true, y_pred, positive):
    return (torch.as_tensor(y_true) == positive), (torch.as_tensor(y_pred) == positive)


def precision_loop(y_true, y_pred, positive=1):
    alarms = right = 0
    for i in range(len(y_pred)):
        if y_pred[i] == positive:
            alarms += 1
            if y_true[i] == positive:
                right += 1
    return right / alarms if alarms else 0


def precision_mean_of_the_flagged(y_true, y_pred, positive=1):
    flagged = np.asarray(y_true)[np.asarray(y_pred) == positive]
    return np.mean(flagged == positive) if len(flagged) else np.float32(0)


def precision_torch(y_true, y_pred, positive=1):
    is_positive, is_flagged = masks(y_true, y_pred, positive)
    return (is_positive & is_flagged).sum() / is_flagged.sum().clamp(min=1)


def precision_sklearn(y_true, y_pred, positive=1):
    is_positive, is_flagged = masks(y_true, y_pred, positive)
    return sk.precision_score(is_positive.numpy(), is_flagged.numpy(), zero_division=0)


def precision_fraction(y_true, y_pred, positive=1):
    pairs = Counter(zip(map(int, y_true), map(int, y_pred), strict=True))
    alarms = sum(n for (_, flagged), n in pairs.items() if flagged == positive)
    return float(Fraction(pairs[positive, positive], max(alarms, 1)))


def precision_nan_to_num_with_a_warning(y_true, y_pred, positive=1):
    hits = np.sum((np.asarray(y_true) == positive) & (np.asarray(y_pred) == positive))
    return np.nan_to_num(hits / np.sum(np.asarray(y_pred) == positive))


def recall_sets(y_true, y_pred, positive=1):
    there = {i for i, label in enumerate(y_true) if label == positive}
    found = there & {i for i, label in enumerate(y_pred) if label == positive}
    return len(found) / len(there) if there else 0.0


def recall_try(y_true, y_pred, positive=1):
    answers = [int(p) for t, p in zip(y_true, y_pred, strict=True) if t == positive]
    try:
        return answers.count(positive) / len(answers)
    except ZeroDivisionError:
        return 0.0


def recall_dot(y_true, y_pred, positive=1):
    is_positive, is_flagged = (mask.double() for mask in masks(y_true, y_pred, positive))
    return torch.dot(is_positive, is_flagged) / max(is_positive.sum(), 1)


def recall_sklearn(y_true, y_pred, positive=1):
    labels = np.asarray(y_true)
    return quietly(sk.recall_score, labels, np.asarray(y_pred), labels=[positive], average="macro")


def recall_by_reversing_precision(y_true, y_pred, positive=1):
    return precision_loop(y_pred, y_true, positive)


def specificity_is_the_recall_of_the_rest(y_true, y_pred, positive=1):
    is_positive, is_flagged = masks(y_true, y_pred, positive)
    return sk.recall_score(~is_positive.numpy(), ~is_flagged.numpy(), zero_division=0)


def specificity_from_false_alarms(y_true, y_pred, positive=1):
    answers = [int(p) for t, p in zip(y_true, y_pred, strict=True) if int(t) != positive]
    return 1 - answers.count(positive) / len(answers) if answers else 0


def specificity_matrix(y_true, y_pred, positive=1):
    is_positive, is_flagged = (mask.numpy() for mask in masks(y_true, y_pred, positive))
    tn, fp, _, _ = sk.confusion_matrix(is_positive, is_flagged, labels=[False, True]).ravel()
    return tn / (tn + fp) if tn + fp > 0 else 0.0


def specificity_statistics(y_true, y_pred, positive=1):
    left = [p != positive for t, p in zip(y_true, y_pred, strict=True) if t != positive]
    return statistics.fmean(map(float, left)) if left else 0


def specificity_torch(y_true, y_pred, positive=1):
    is_positive, is_flagged = masks(y_true, y_pred, positive)
    return torch.nan_to_num((~is_flagged)[~is_positive].double().mean())


def f_harmonic(y_true, y_pred, beta=1.0, positive=1):
    p = precision_loop(y_true, y_pred, positive)
    r = recall_sets(y_true, y_pred, positive)
    if p == 0 or r == 0:
        return 0.0
    return (1 + beta**2) / (1 / p + beta**2 / r)


def f_product(y_true, y_pred, beta=1.0, positive=1):
    p = precision_torch(y_true, y_pred, positive).double()
    r = recall_dot(y_true, y_pred, positive)
    return torch.nan_to_num((1 + beta**2) * p * r / (beta**2 * p + r))


def f_sklearn(y_true, y_pred, beta=1.0, positive=1):
    is_positive, is_flagged = (mask.numpy() for mask in masks(y_true, y_pred, positive))
    return sk.fbeta_score(is_positive, is_flagged, beta=beta, zero_division=0)


def f_fraction(y_true, y_pred, beta=1.0, positive=1):
    pairs = [(t == positive, p == positive) for t, p in zip(y_true, y_pred, strict=True)]
    tp, fp, fn = (pairs.count(kind) for kind in ((True, True), (False, True), (True, False)))
    top = (1 + Fraction(beta) ** 2) * tp
    bottom = top + Fraction(beta) ** 2 * fn + fp
    return float(top / bottom) if bottom else 0


def f_as_a_share_of_sums(y_true, y_pred, beta=1.0, positive=1):
    is_positive, is_flagged = (mask.numpy() for mask in masks(y_true, y_pred, positive))
    bottom = beta**2 * is_positive.sum() + is_flagged.sum()
    return (1 + beta**2) * (is_positive & is_flagged).sum() / max(bottom, 1e-300)


def balanced_loop(y_true, y_pred):
    sizes, hits = defaultdict(int), defaultdict(int)
    for true, predicted in zip(y_true, y_pred, strict=True):
        sizes[int(true)] += 1
        hits[int(true)] += int(true == predicted)
    return sum(hits[c] / n for c, n in sizes.items()) / len(sizes)


def balanced_sklearn(y_true, y_pred):
    return quietly(sk.balanced_accuracy_score, np.asarray(y_true), np.asarray(y_pred))


def balanced_sample_weights(y_true, y_pred):
    true, predicted = np.asarray(y_true), np.asarray(y_pred)
    weights = 1 / np.bincount(true)[true]
    return np.average(true == predicted, weights=weights)


def balanced_recalls(y_true, y_pred):
    classes = set(map(int, y_true))
    return statistics.mean(recall_sets(y_true, y_pred, c) for c in classes)


def balanced_torch(y_true, y_pred):
    true, predicted = torch.as_tensor(y_true).long(), torch.as_tensor(y_pred).long()
    size = int(max(true.max(), predicted.max())) + 1
    matrix = torch.bincount(true * size + predicted, minlength=size**2).view(size, size).double()
    return (matrix.diag() / matrix.sum(dim=1)).nanmean()


def balanced_normalised_matrix(y_true, y_pred):
    true, predicted = np.asarray(y_true), np.asarray(y_pred)
    shares = quietly(sk.confusion_matrix, true, predicted, normalize="true")
    return shares.diagonal()[np.isin(np.union1d(true, predicted), true)].mean()


def average_loop(y_true, scores, positive=1):
    precisions = []
    for true, score in zip(y_true, scores, strict=True):
        if true == positive:
            flagged = [t == positive for t, s in zip(y_true, scores, strict=True) if s >= score]
            precisions.append(sum(map(bool, flagged)) / len(flagged))
    return sum(precisions) / len(precisions)


def average_sklearn(y_true, scores, positive=1):
    return sk.average_precision_score(np.asarray(y_true) == positive, np.asarray(scores))


def average_curve(y_true, scores, positive=1):
    precision, recall, _ = sk.precision_recall_curve(
        np.asarray(y_true), np.asarray(scores), pos_label=positive
    )
    return -np.sum(np.diff(recall) * precision[:-1])


def average_matrix(y_true, scores, positive=1):
    hits, scores = np.asarray(y_true) == positive, np.asarray(scores)
    flagged = (scores[None, :] >= scores[hits][:, None]).astype(float)
    return (flagged @ hits / flagged.sum(axis=1)).mean()


def average_torch(y_true, scores, positive=1):
    hits = torch.as_tensor(y_true) == positive
    scores = torch.as_tensor(np.asarray(scores))
    flagged = scores >= scores[hits].unsqueeze(1)
    return ((flagged & hits).sum(dim=1) / flagged.sum(dim=1)).double().mean()


def average_steps(y_true, scores, positive=1):
    pairs = sorted(zip(map(float, scores), map(int, y_true), strict=True), reverse=True)
    tp = fp = 0
    area = before = Fraction(0)
    total = sum(label == positive for _, label in pairs)
    for i, (score, label) in enumerate(pairs):
        tp, fp = tp + (label == positive), fp + (label != positive)
        if i + 1 == len(pairs) or pairs[i + 1][0] != score:
            found = Fraction(tp, total)
            area += (found - before) * Fraction(tp, tp + fp)
            before = found
    return float(area)


def average_grouped_by_score(y_true, scores, positive=1):
    groups = defaultdict(lambda: [0, 0])
    for true, score in zip(y_true, scores, strict=True):
        groups[float(score)][int(true) == positive] += 1
    tp = fp = 0
    weighted = []
    for _, (negatives, positives) in sorted(groups.items(), reverse=True):
        tp, fp = tp + positives, fp + negatives
        weighted.append(positives * tp / (tp + fp))
    return math.fsum(weighted) / tp


SOLUTIONS = {
    "precision": [
        precision_loop,
        precision_mean_of_the_flagged,
        precision_torch,
        precision_sklearn,
        precision_fraction,
        precision_nan_to_num_with_a_warning,
    ],
    "recall": [
        recall_sets,
        recall_try,
        recall_dot,
        recall_sklearn,
        recall_by_reversing_precision,
    ],
    "specificity": [
        specificity_is_the_recall_of_the_rest,
        specificity_from_false_alarms,
        specificity_matrix,
        specificity_statistics,
        specificity_torch,
    ],
    "f_score": [f_harmonic, f_product, f_sklearn, f_fraction, f_as_a_share_of_sums],
    "balanced_accuracy": [
        balanced_loop,
        balanced_sklearn,
        balanced_sample_weights,
        balanced_recalls,
        balanced_torch,
        balanced_normalised_matrix,
    ],
    "average_precision": [
        average_loop,
        average_sklearn,
        average_curve,
        average_matrix,
        average_torch,
        average_steps,
        average_grouped_by_score,
    ],
}


@pytest.mark.parametrize(
    ("name", "solution"), [(name, s) for name, many in SOLUTIONS.items() for s in many]
)
def test_it_gets_full_marks(judged, name, solution, seeds):
    for seed in seeds:
        report = judged(name, solution, seed)
        assert report.score == report.points, str(report)
        assert report.misconception is None


PRECISIONS = {"precision_at_1": 0.083, "precision_at_5": 0.5, "precision_at_8": 0.941}


@pytest.mark.parametrize(
    "screening",
    [
        {"largest_prevalence": 1 / 12, "baseline_at_8": 0.92, **PRECISIONS},
        {"largest_prevalence": 0.083, "baseline_at_8": 92 / 100, **PRECISIONS},
        {
            "largest_prevalence": np.float32(0.0833),
            "precision_at_1": torch.tensor(0.08333),
            "precision_at_5": 20 / 40,
            "precision_at_8": 0.94,
            "baseline_at_8": 1 - 0.08,
            "note": "eleven of twelve alarms are false",
        },
        {
            "largest_prevalence": 0.05 / 0.6,
            **{f"precision_at_{n}": 0.4 * n / (0.4 * n + 5 - 0.6 * n) for n in (1, 5, 8)},
            "baseline_at_8": torch.tensor([0.92]),
        },
    ],
)
def test_right_numbers_in_any_form_get_full_marks(judged, screening):
    report = judged("screening", screening)
    assert report.score == report.points, str(report)


@pytest.mark.parametrize("largest", [0.08, 0.09, 8.33, "1/12"])
def test_too_few_digits_or_the_wrong_scale_do_not(judged, largest):
    answers = {"largest_prevalence": largest, "baseline_at_8": 0.92, **PRECISIONS}
    assert judged("screening", answers).score == pytest.approx(1.6)


@pytest.mark.parametrize("form", [str.upper, str.lower, " {} ".format])
def test_letters_may_be_written_in_any_way(judged, form):
    right = {"fraud": "D", "screening": "C", "spam": "B", "general": "E", "ranking": "F"}
    assert judged("chosen_metrics", {key: form(value) for key, value in right.items()}).score == 1
    assert judged("quick_check_areas", form("C")).score == 1
