"""Right but unusual solutions of lesson 08 get full marks."""

import copy
import io
import math
import random
import statistics
from collections import defaultdict
from fractions import Fraction

import numpy as np
import pytest
import torch
from sklearn.model_selection import StratifiedShuffleSplit, train_test_split

from imbalance_lessons.sampling import oversampled_indices
from imbalance_lessons.splits import stratified_split

DEFAULT = (0.6, 0.2, 0.2)


def split_train_test_split(labels, shares=DEFAULT, seed=0):
    labels, rows = np.asarray(labels), np.arange(len(labels))
    rest, test = train_test_split(rows, test_size=shares[2], stratify=labels, random_state=seed)
    share = shares[1] / (shares[0] + shares[1])
    train, val = train_test_split(rest, test_size=share, stratify=labels[rest], random_state=seed)
    return train, val, test


def split_shuffle_split(labels, shares=DEFAULT, seed=0):
    labels = np.asarray(labels)
    first = StratifiedShuffleSplit(1, train_size=shares[0], random_state=seed)
    train, rest = next(first.split(labels, labels))
    share = shares[2] / (shares[1] + shares[2])
    second = StratifiedShuffleSplit(1, test_size=share, random_state=seed)
    val, test = next(second.split(rest, labels[rest]))
    return [train, rest[val], rest[test]]


def split_loop(labels, shares=DEFAULT, seed=0):
    generator = random.Random(seed)
    members = defaultdict(list)
    for i, label in enumerate(labels):
        members[int(label)].append(i)
    train, val, test = [], [], []
    for rows in members.values():
        generator.shuffle(rows)
        n_train, n_val = int(len(rows) * shares[0]), int(len(rows) * shares[1])
        train += rows[:n_train]
        val += rows[n_train : n_train + n_val]
        test += rows[n_train + n_val :]
    return train, val, test


def split_torch(labels, shares=DEFAULT, seed=0):
    generator = torch.Generator().manual_seed(seed)
    labels = torch.as_tensor(labels)
    parts = [[], [], []]
    for c in labels.unique():
        rows = (labels == c).nonzero().flatten()
        rows = rows[torch.randperm(len(rows), generator=generator)]
        a, b = round(len(rows) * shares[0]), round(len(rows) * shares[2])
        for part, some in zip(parts, rows.tensor_split([a, len(rows) - b]), strict=True):
            part.append(some)
    return [torch.cat(part) for part in parts]


def split_global_seed_and_sets(labels, shares=DEFAULT, seed=0):
    np.random.seed(seed)  # noqa: NPY002 - as older code does
    labels = np.array(labels)
    keys = np.random.rand(len(labels))  # noqa: NPY002
    place = np.empty(len(labels))
    for c in set(labels.tolist()):
        rows = np.where(labels == c)[0]
        place[rows] = (np.argsort(np.argsort(keys[rows])) + 0.5) / len(rows)
    first, second = shares[0], shares[0] + shares[1]
    masks = place < first, (place >= first) & (place < second), place >= second
    return [set(np.where(mask)[0].tolist()) for mask in masks]


def split_sorted_parts(labels, shares=DEFAULT, seed=0):
    return [np.sort(part).astype(np.int32) for part in stratified_split(labels, shares, seed)]


def best_deepcopied_model(model, train_epoch, validate, epochs):
    best, found, kept = -math.inf, 0, None
    for epoch in range(epochs):
        train_epoch(model)
        score = validate(model)
        if kept is None or score > best:
            best, found, kept = score, epoch + 1, copy.deepcopy(model)
    model.load_state_dict(kept.state_dict())
    return best, found


def best_cloned_tensors(model, train_epoch, validate, epochs):
    history = []
    for _ in range(epochs):
        train_epoch(model)
        state = {name: value.clone() for name, value in model.state_dict().items()}
        history.append((validate(model), state))
    scores = [score for score, _ in history]
    best = int(np.argmax(scores))
    model.load_state_dict(history[best][1])
    return [torch.tensor(scores[best]), np.int64(best + 1)]


def best_saved_to_a_file(model, train_epoch, validate, epochs):
    best, found, file = None, None, io.BytesIO()
    for epoch in range(1, epochs + 1):
        train_epoch(model)
        score = validate(model)
        if best is None or best < score:
            best, found = score, epoch
            file.seek(0)
            file.truncate()
            torch.save(model.state_dict(), file)
    file.seek(0)
    model.load_state_dict(torch.load(file))
    print("best", best)
    return best, found


def best_copied_back_by_hand(model, train_epoch, validate, epochs):
    best, epoch, found = float("-inf"), 0, 0
    kept = {}
    while epoch < epochs:
        epoch += 1
        train_epoch(model)
        if validate(model) > best:
            best, found = validate(model), epoch
            kept = {k: v.detach().cpu().numpy().copy() for k, v in model.state_dict().items()}
    with torch.no_grad():
        for name, value in model.state_dict().items():
            value.copy_(torch.as_tensor(kept[name]))
    return best, float(found)


def best_negated(model, train_epoch, validate, epochs):
    worst, found, kept = float("inf"), None, None
    for epoch in range(1, epochs + 1):
        train_epoch(model)
        loss = -validate(model)
        if loss < worst:
            worst, found, kept = loss, epoch, copy.deepcopy(model.state_dict())
    model.load_state_dict(kept)
    return -worst, found


def winner_loop(validation, test):
    best_arm, best = None, None
    for arm in validation:
        mean = sum(validation[arm]) / len(validation[arm])
        if best is None or mean > best:
            best_arm, best = arm, mean
    return sum(test[best_arm]) / len(test[best_arm])


def winner_sorted(validation, test):
    ranked = sorted(validation.items(), key=lambda item: statistics.mean(item[1]), reverse=True)
    return statistics.mean(test[ranked[0][0]])


def winner_numpy(validation, test):
    names = list(validation)
    means = [np.mean(np.array(validation[name], dtype=np.float64)) for name in names]
    return np.array(test[names[int(np.argmax(means))]]).mean()


def winner_torch(validation, test):
    names = sorted(validation)
    means = torch.stack([torch.tensor(validation[n], dtype=torch.float64).mean() for n in names])
    return torch.tensor(test[names[means.argmax()]], dtype=torch.float64).mean()


def winner_by_sums(validation, test):
    """Compare sums: the arms of a case have as many seeds each."""
    winner = max((math.fsum(scores), arm) for arm, scores in validation.items())[1]
    return float(sum(map(Fraction, test[winner])) / len(test[winner]))


def precision_by_odds(precision, measured_at, prevalence):
    if precision == 1:
        return 1.0
    odds = precision / (1 - precision) / (measured_at / (1 - measured_at))
    odds = odds * prevalence / (1 - prevalence)
    return odds / (1 + odds)


def precision_by_counts(precision, measured_at, prevalence):
    alarms, positives = 1000.0, 1e6 * measured_at
    recall = precision * alarms / positives
    false_alarm_rate = (1 - precision) * alarms / (1e6 - positives)
    tp, fp = recall * 1e6 * prevalence, false_alarm_rate * 1e6 * (1 - prevalence)
    return tp / (tp + fp)


def precision_by_logits(precision, measured_at, prevalence):
    p, old, new = (
        torch.tensor(v, dtype=torch.float64) for v in (precision, measured_at, prevalence)
    )
    return torch.sigmoid(torch.logit(p) - torch.logit(old) + torch.logit(new))


def precision_by_fractions(precision, measured_at, prevalence):
    p, old, new = map(Fraction, (precision, measured_at, prevalence))
    return float(p * new * (1 - old) / (p * new * (1 - old) + (1 - p) * (1 - new) * old))


def precision_by_weights(precision, measured_at, prevalence):
    alarms = np.array([1.0, 0.0])  # one true, one false
    weights = np.array([precision, 1 - precision])
    weights *= np.array([prevalence, 1 - prevalence]) / np.array([measured_at, 1 - measured_at])
    return np.average(alarms, weights=weights)


SOLUTIONS = {
    "split_three": [
        split_train_test_split,
        split_shuffle_split,
        split_loop,
        split_torch,
        split_global_seed_and_sets,
        split_sorted_parts,
    ],
    "keep_best": [
        best_deepcopied_model,
        best_cloned_tensors,
        best_saved_to_a_file,
        best_copied_back_by_hand,
        best_negated,
    ],
    "winner_on_test": [winner_loop, winner_sorted, winner_numpy, winner_torch, winner_by_sums],
    "translate_precision": [
        precision_by_odds,
        precision_by_counts,
        precision_by_logits,
        precision_by_fractions,
        precision_by_weights,
    ],
}


@pytest.mark.parametrize(
    ("name", "solution"), [(name, s) for name, many in SOLUTIONS.items() for s in many]
)
def test_it_gets_full_marks(judged, name, solution, seeds):
    state = np.random.get_state()  # noqa: NPY002
    for seed in seeds:
        report = judged(name, solution, seed)
        assert report.score == report.points, str(report)
        assert report.misconception is None
    np.random.set_state(state)  # noqa: NPY002


RIGHT = {
    "recall": "A",
    "precision": "B",
    "accuracy": "C",
    "roc_auc": "A",
    "interval_width": "C",
}


@pytest.mark.parametrize("form", [str.upper, str.lower, " {} ".format, np.str_])
def test_letters_may_be_written_in_any_way(judged, form):
    assert judged("colleague", {key: form(value) for key, value in RIGHT.items()}).score == 2
    assert judged("quick_check_pipeline", form("B")).score == 1


def test_a_half_filled_report_gets_its_share(judged):
    report = judged("colleague", {**RIGHT, "recall": None, "precision": None})
    assert report.score == pytest.approx(1.2)
    assert report.misconception is None


def test_a_real_students_unseeded_split_is_told_so(judged):
    """Whoever draws from fresh numbers each time gives other rows than the known mistake does."""

    def unseeded(labels, shares=DEFAULT, seed=0):
        return split_train_test_split(labels, shares, None)

    report = judged("split_three", unseeded, 1)
    assert report.score == 0
    assert report.misconception.name == "gives other parts each time, whatever the seed"


def test_a_real_students_plain_split_is_told_so(judged):
    def plain(labels, shares=DEFAULT, seed=0):
        rows = np.random.default_rng(seed).permutation(len(labels))
        return np.split(rows, np.cumsum([round(len(rows) * share) for share in shares[:2]]))

    report = judged("split_three", plain, 1)
    assert report.score < 1
    assert report.misconception.name == "splits without looking at the classes"


def test_a_real_students_copied_rows_are_told_so(judged):
    def copied(labels, shares=DEFAULT, seed=0):
        labels = np.asarray(labels)
        rows = oversampled_indices(labels, seed)
        return [rows[part] for part in split_train_test_split(labels[rows], shares, seed)]

    report = judged("split_three", copied, 1)
    assert report.score == 0
    assert report.misconception.name == "copies rare rows before it splits"
