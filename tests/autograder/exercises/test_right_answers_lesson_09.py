"""Right but unusual solutions of lesson 09 get full marks."""

import random
from collections import Counter

import numpy as np
import pytest
import torch
from imblearn.datasets import make_imbalance
from imblearn.under_sampling import RandomUnderSampler
from sklearn.metrics import balanced_accuracy_score, classification_report, recall_score
from torch.utils.data import DataLoader, TensorDataset

from imbalance_lessons.multiclass import class_recalls, confusion_matrix


def rare_random_sample(labels, rare, keep, seed=0):
    own = [i for i, label in enumerate(labels) if int(label) == rare]
    others = [i for i, label in enumerate(labels) if int(label) != rare]
    return others + random.Random(seed).sample(own, keep)


def rare_torch(labels, rare, keep, seed=0):
    generator = torch.Generator().manual_seed(seed)
    labels = torch.as_tensor(labels)
    own = torch.nonzero(labels == rare).flatten()
    chosen = own[torch.randperm(len(own), generator=generator)[:keep]]
    return torch.cat([chosen, torch.nonzero(labels != rare).flatten()])


def rare_imbalanced_learn(labels, rare, keep, seed=0):
    labels = np.asarray(labels)
    sizes = Counter(labels.tolist()) | {rare: keep}
    rows = np.arange(len(labels))[:, None]
    kept, _ = make_imbalance(rows, labels, sampling_strategy=sizes, random_state=seed)
    return kept[:, 0]


def rare_undersampler(labels, rare, keep, seed=0):
    labels = np.asarray(labels)
    sampler = RandomUnderSampler(sampling_strategy={rare: keep}, random_state=seed)
    sampler.fit_resample(np.zeros((len(labels), 1)), labels)
    return sampler.sample_indices_.tolist()


def rare_deleted(labels, rare, keep, seed=0):
    own = np.flatnonzero(np.asarray(labels) == rare)
    lost = np.random.default_rng(seed).permutation(own)[keep:]
    return np.delete(np.arange(len(labels)), lost).astype(np.uint16)


def rare_set(labels, rare, keep, seed=0):
    return set(range(len(labels))) - set(rare_lost(labels, rare, keep, seed))


def rare_lost(labels, rare, keep, seed):
    own = np.flatnonzero(np.asarray(labels) == rare).tolist()
    return random.Random(seed).sample(own, len(own) - keep)


def rare_reservoir(labels, rare, keep, seed=0):
    rng = np.random.RandomState(seed)
    kept, others, met = [], [], 0
    for i, label in enumerate(np.asarray(labels)):
        if label != rare:
            others.append(i)
            continue
        met += 1
        if len(kept) < keep:
            kept.append(i)
        elif (place := rng.randint(met)) < keep:
            kept[place] = i
    return tuple(others + kept)


def predict_loader(model, inputs, batch_size=256):
    mode = model.training
    model.eval()
    labels = []
    with torch.inference_mode():
        for (batch,) in DataLoader(TensorDataset(inputs), batch_size=batch_size):
            labels += model(batch).argmax(1).tolist()
    model.train(mode)
    return labels


def predict_into_an_array(model, inputs, batch_size=256):
    was, labels = model.training, np.zeros(len(inputs), dtype=np.uint8)
    model.train(False)
    for i in range(0, len(inputs), batch_size):
        with torch.no_grad():
            logits = model(inputs[i : i + batch_size]).numpy()
        labels[i : i + batch_size] = logits.argmax(axis=1)
    if was:
        model.train()
    return labels


@torch.no_grad()
def predict_one_by_one(model, inputs, batch_size=256):
    modes = {module: module.training for module in model.modules()}
    model.eval()
    labels = [int(model(one[None]).argmax()) for one in inputs]
    for module, mode in modes.items():
        module.training = mode
    print("done")
    return labels


def predict_probabilities(model, inputs, batch_size=256):
    mode = model.training
    torch.set_grad_enabled(False)
    try:
        batches = [model.eval()(b).softmax(dim=-1) for b in torch.split(inputs, batch_size)]
    finally:
        torch.set_grad_enabled(True)
        model.train(mode)
    return torch.vstack(batches).double().topk(1).indices[:, 0].to(torch.float32)


def predict_chunks(model, inputs, batch_size=256):
    mode = model.training
    model.eval()
    n = -(-len(inputs) // batch_size)
    with torch.no_grad():
        labels = torch.cat([model(b).max(dim=1)[1] for b in inputs.tensor_split(n)])
    return (model.train(mode), labels.int())[1]


def recalls_scikit(y_true, y_pred, num_classes):
    labels = list(range(num_classes))
    return recall_score(y_true, y_pred, labels=labels, average=None, zero_division=np.nan)


def recalls_report(y_true, y_pred, num_classes):
    labels = range(num_classes)
    report = classification_report(
        np.asarray(y_true),
        np.asarray(y_pred),
        labels=labels,
        output_dict=True,
        zero_division=np.nan,
    )
    return [report[str(c)]["recall"] for c in labels]


def recalls_warn(y_true, y_pred, num_classes):
    true, predicted = np.asarray(y_true), np.asarray(y_pred)
    return [(predicted[true == c] == c).mean() for c in range(num_classes)]


def recalls_torch(y_true, y_pred, num_classes):
    true, predicted = (torch.as_tensor(labels).long() for labels in (y_true, y_pred))
    right = torch.zeros(num_classes).index_add(0, true, (true == predicted).float())
    return right / torch.bincount(true, minlength=num_classes)


def recalls_loop(y_true, y_pred, num_classes):
    sizes, right = [0] * num_classes, [0] * num_classes
    for t, p in zip(y_true, y_pred, strict=True):
        sizes[int(t)] += 1
        right[int(t)] += int(t) == int(p)
    return tuple(r / n if n else float("nan") for r, n in zip(right, sizes, strict=True))


def recalls_filled_in(y_true, y_pred, num_classes):
    recalls = np.full(num_classes, np.nan, dtype=np.float32)
    recalls[np.unique(np.asarray(y_true))] = class_recalls(y_true, y_pred)
    return recalls


def taken_counter(y_true, y_pred, label):
    wrong = Counter(
        int(p) for t, p in zip(y_true, y_pred, strict=True) if int(t) == label != int(p)
    )
    return wrong.most_common(1)[0][0] if wrong else -1


def taken_last_of_several(y_true, y_pred, label):
    row = confusion_matrix(y_true, y_pred)[label].astype(float)
    row[label] = -np.inf
    last = len(row) - 1 - int(np.argmax(row[::-1]))
    return last if row[last] > 0 else -1.0


def taken_torch(y_true, y_pred, label):
    true, predicted = torch.as_tensor(y_true).long(), torch.as_tensor(y_pred).long()
    wrong = predicted[(true == label) & (predicted != label)]
    return torch.bincount(wrong).argmax() if wrong.numel() else torch.tensor([-1])


def taken_unique(y_true, y_pred, label):
    true, predicted = np.asarray(y_true).astype(int), np.asarray(y_pred).astype(int)
    classes, counts = np.unique(predicted[true == label], return_counts=True)
    counts = counts[classes != label]
    classes = classes[classes != label]
    return classes[counts == counts.max()][-1] if len(classes) else -1


def taken_shifted_back(y_true, y_pred, label):
    row = np.delete(confusion_matrix(y_true, y_pred)[label], label)
    if not row.any():
        return -1
    found = int(row.argmax())
    return found + (found >= label)


def shift_torch(y_true, logits, label, shifts):
    logits = torch.as_tensor(np.array(logits), dtype=torch.float64)
    unit = torch.nn.functional.one_hot(torch.tensor(label), logits.shape[1])
    scores = [
        balanced_accuracy_score(np.asarray(y_true), (logits + s * unit).argmax(dim=1))
        for s in shifts
    ]
    return torch.tensor(shifts, dtype=torch.float64)[int(np.argmax(scores))]


def shift_all_at_once(y_true, logits, label, shifts):
    true, logits = np.asarray(y_true), np.asarray(logits, dtype=float)
    moved = np.repeat(logits[None], len(shifts), axis=0)
    moved[:, :, label] += np.asarray(shifts)[:, None]
    right = moved.argmax(axis=2) == true
    scores = np.mean([right[:, true == c].mean(axis=1) for c in np.unique(true)], axis=0)
    return shifts[scores.argmax()]


def shift_by_margins(y_true, logits, label, shifts):
    """Compare with the best of the other classes: a shift beats them or does not."""
    true, logits = np.asarray(y_true), np.asarray(logits, dtype=float)
    others = logits.copy()
    others[:, label] = -np.inf
    margin = others.max(axis=1) - logits[:, label]

    def score(shift):
        predicted = np.where(shift > margin, label, others.argmax(axis=1))
        return balanced_accuracy_score(true, predicted)

    return max(sorted(shifts, reverse=True), key=score)


def shift_of_probabilities(y_true, logits, label, shifts):
    """Multiply the probability by exp(shift): what adding to the logit does."""
    p = torch.as_tensor(np.array(logits), dtype=torch.float64).softmax(dim=1).numpy()
    best = (-1.0, None)
    for shift in shifts:
        factor = np.where(np.arange(p.shape[1]) == label, np.exp(shift), 1)
        score = balanced_accuracy_score(np.asarray(y_true), (p * factor).argmax(axis=1))
        best = max(best, (score, shift))
    return np.float32(best[1])


def shift_loop(y_true, logits, label, shifts):
    best, found = -1, None
    for shift in shifts:
        hits, sizes = Counter(), Counter()
        for t, row in zip(y_true, logits, strict=True):
            row = [float(z) for z in row]
            row[label] += shift
            sizes[int(t)] += 1
            hits[int(t)] += row.index(max(row)) == int(t)
        score = sum(hits[c] / sizes[c] for c in sizes) / len(sizes)
        if score >= best:
            best, found = score, shift
    return [found][0]


RIGHT = {
    "make_rare": [
        rare_random_sample,
        rare_torch,
        rare_imbalanced_learn,
        rare_undersampler,
        rare_deleted,
        rare_set,
        rare_reservoir,
    ],
    "predict_in_batches": [
        predict_loader,
        predict_into_an_array,
        predict_one_by_one,
        predict_probabilities,
        predict_chunks,
    ],
    "recall_per_class": [
        recalls_scikit,
        recalls_report,
        recalls_warn,
        recalls_torch,
        recalls_loop,
        recalls_filled_in,
    ],
    "taken_for": [
        taken_counter,
        taken_last_of_several,
        taken_torch,
        taken_unique,
        taken_shifted_back,
    ],
    "best_shift": [
        shift_torch,
        shift_all_at_once,
        shift_by_margins,
        shift_of_probabilities,
        shift_loop,
    ],
}


@pytest.mark.parametrize(
    ("name", "solution"),
    [
        pytest.param(name, solution, id=solution.__name__)
        for name, solutions in RIGHT.items()
        for solution in solutions
    ],
)
def test_it_gets_full_marks(judged, name, solution, seeds):
    for seed in seeds:
        report = judged(name, solution, seed)
        assert report.score == report.points, str(report)
        assert report.misconception is None


@pytest.mark.parametrize("form", [str.upper, str.lower, " {} ".format, np.str_])
def test_the_letter_may_be_written_in_any_way(judged, form):
    assert judged("quick_check_digits", form("D")).score == 1


def test_tied_classes_are_all_right_and_no_other(judged):
    """In the last public case classes 0 and 2 both come first, and class 1 is the one itself."""
    tied = [judged("taken_for", lambda *_, answer=answer: answer) for answer in (0, 1, 2, -1)]
    assert [report.findings[-1].credit for report in tied] == [1, 0, 1, 0]


def test_a_batch_with_a_single_image_is_no_excuse_for_training_mode(judged):
    def never_in_evaluation_mode(model, inputs, batch_size=256):
        with torch.no_grad():
            return torch.cat([model(batch).argmax(dim=1) for batch in inputs.split(batch_size)])

    for seed in range(6):
        report = judged("predict_in_batches", never_in_evaluation_mode, seed)
        assert report.score == 0.67  # 2 of 9: right only where it came in evaluation mode
        assert report.misconception.name == "leaves the network in training mode"
