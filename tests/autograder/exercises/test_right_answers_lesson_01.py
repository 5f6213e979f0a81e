"""Right but unusual solutions of lesson 01 get full marks."""

import copy
import itertools
import statistics
from collections import Counter

import numpy as np
import pytest
import torch
import torch.nn.functional as F  # noqa: N812 - PyTorch's own name for it
from sklearn.dummy import DummyClassifier
from sklearn.metrics import confusion_matrix

# The first derivative of this kind loads much; on a busy machine longer than a case may take.
torch.func.jacrev(torch.sin)(torch.zeros(1))


def baseline_by_hand(labels):
    best = 0
    for candidate in labels:
        right = 0
        for label in labels:
            right += int(label == candidate)
        best = max(best, right)
    return best / len(labels)


def baseline_counter(labels):
    (_, count), *_ = Counter(map(int, labels)).most_common()
    return count / len(labels)


def baseline_statistics(labels):
    labels = list(map(int, labels))
    return statistics.fmean(label == statistics.mode(labels) for label in labels)


def baseline_groupby(labels):
    groups = itertools.groupby(sorted(map(int, labels)))
    return max(len(list(members)) for _, members in groups) / len(labels)


def baseline_numpy(labels):
    _, counts = np.unique(np.asarray(labels), return_counts=True)
    return np.max(counts) / np.sum(counts)


def baseline_torch(labels):
    labels = torch.as_tensor(labels)
    return (labels == torch.mode(labels).values).double().mean()


def baseline_one_hot(labels):
    return F.one_hot(torch.as_tensor(labels).long()).double().mean(dim=0).max()


def baseline_sklearn(labels):
    labels = np.asarray(labels)
    features = np.zeros((len(labels), 1))
    return DummyClassifier(strategy="most_frequent").fit(features, labels).score(features, labels)


def caught_loop(y_true, y_pred, positive=1):
    caught = 0
    for i in range(len(y_true)):
        if y_true[i] == positive and y_pred[i] == positive:
            caught += 1
    return caught


def caught_counter(y_true, y_pred, positive=1):
    return Counter(zip(map(int, y_true), map(int, y_pred), strict=True))[positive, positive]


def caught_compress(y_true, y_pred, positive=1):
    hits = [int(label) == positive for label in y_true]
    return sum(int(label) == positive for label in itertools.compress(y_pred, hits))


def caught_sets(y_true, y_pred, positive=1):
    there = {i for i, label in enumerate(y_true) if label == positive}
    return len(there & {i for i, label in enumerate(y_pred) if label == positive})


def caught_numpy(y_true, y_pred, positive=1):
    return np.count_nonzero(np.asarray(y_pred)[np.asarray(y_true) == positive] == positive)


def caught_torch(y_true, y_pred, positive=1):
    y_true, y_pred = torch.as_tensor(y_true), torch.as_tensor(y_pred)
    return ((y_true == positive) * (y_pred == positive)).sum()


def caught_product(y_true, y_pred, positive=1):
    return float(np.dot(np.equal(y_true, positive) * 1.0, np.equal(y_pred, positive) * 1.0))


def caught_sklearn(y_true, y_pred, positive=1):
    return (
        confusion_matrix(y_true, y_pred, labels=[positive, positive + 1])[0, 0].item()
        if positive in y_true
        else 0
    )


def shares(norms):
    norms = torch.stack(list(norms))
    return norms / norms.sum()


def share_backward(model, inputs, targets, num_classes=None):
    norms = []
    logits = model(inputs)
    for c in range(logits.shape[1]):
        model.zero_grad()
        losses = F.cross_entropy(model(inputs), targets, reduction="none")
        (losses * (targets == c)).sum().backward()
        squares = sum(p.grad.pow(2).sum() for p in model.parameters())
        norms.append(squares.sqrt())
    model.zero_grad()
    return shares(norms)


def share_zeroed(model, inputs, targets, num_classes=None):
    """Leave zeros where there was nothing, as older PyTorch did."""
    answer = share_backward(model, inputs, targets)
    F.cross_entropy(model(inputs), targets).backward()
    model.zero_grad(set_to_none=False)
    return answer


def share_deepcopy(model, inputs, targets, num_classes=None):
    model(inputs)
    norms = []
    for c in range(model(inputs).shape[1]):
        twin = copy.deepcopy(model)
        F.nll_loss(
            F.log_softmax(twin(inputs), dim=1)[targets == c], targets[targets == c], reduction="sum"
        ).backward()
        gradient = torch.cat([p.grad.flatten() for p in twin.parameters()])
        norms.append(float(torch.linalg.vector_norm(gradient)))
    return [norm / sum(norms) for norm in norms]


def share_one_class_weights(model, inputs, targets, num_classes=None):
    logits = model(inputs)
    norms = []
    for weight in torch.eye(logits.shape[1]):
        loss = F.cross_entropy(logits, targets, weight=weight, reduction="sum") / len(targets)
        parts = torch.autograd.grad(loss, model.parameters(), retain_graph=True)
        norms.append(torch.nn.utils.parameters_to_vector(parts).norm())
    return shares(norms)


def share_batched(model, inputs, targets, num_classes=None):
    logits = model(inputs)
    classes = logits.shape[1]
    members = F.one_hot(targets, classes).to(logits.dtype)
    losses = members.T @ F.cross_entropy(logits, targets, reduction="none")
    rows = torch.autograd.grad(
        losses, list(model.parameters()), torch.eye(classes), is_grads_batched=True
    )
    return shares(torch.cat([row.flatten(1) for row in rows], dim=1).norm(dim=1))


def share_functional(model, inputs, targets, num_classes=None):
    parameters = {name: p.detach() for name, p in model.named_parameters()}

    def class_losses(parameters):
        logits = torch.func.functional_call(model, parameters, (inputs,))
        losses = F.cross_entropy(logits, targets, reduction="none")
        return torch.zeros(logits.shape[1]).index_add(0, targets, losses)

    jacobian = torch.func.jacrev(class_losses)(parameters)
    return shares(torch.cat([j.flatten(1) for j in jacobian.values()], dim=1).norm(dim=1)).numpy()


def share_per_sample(model, inputs, targets, num_classes=None):
    totals = None
    for x, y in zip(inputs, targets, strict=True):
        logits = model(x[None])
        parts = torch.autograd.grad(F.cross_entropy(logits, y[None]), list(model.parameters()))
        gradient = torch.cat([part.flatten() for part in parts])
        totals = torch.zeros(logits.shape[1], len(gradient)) if totals is None else totals
        totals[y] += gradient
    return shares(totals.norm(dim=1)).tolist()


SOLUTIONS = [
    *(
        ("majority_baseline", solution)
        for solution in (
            baseline_counter,
            baseline_statistics,
            baseline_groupby,
            baseline_numpy,
            baseline_torch,
            baseline_one_hot,
            baseline_sklearn,
        )
    ),
    *(
        ("positives_caught", solution)
        for solution in (
            caught_loop,
            caught_counter,
            caught_compress,
            caught_sets,
            caught_numpy,
            caught_torch,
            caught_product,
            caught_sklearn,
        )
    ),
    *(
        ("gradient_share", solution)
        for solution in (
            share_backward,
            share_zeroed,
            share_deepcopy,
            share_one_class_weights,
            share_batched,
            share_functional,
            share_per_sample,
        )
    ),
]


@pytest.mark.parametrize(("name", "solution"), SOLUTIONS)
def test_it_gets_full_marks(judged, name, solution, seeds):
    for seed in seeds:
        report = judged(name, solution, seed)
        assert report.score == report.points, str(report)
        assert report.misconception is None


def test_quadratic_but_right(judged):
    assert judged("majority_baseline", baseline_by_hand).score == 2


@pytest.mark.parametrize("of_the_inputs", [False, True])
def test_gradients_left_behind_are_found(judged, seeds, of_the_inputs):
    def leaving(model, inputs, targets, num_classes=None):
        answer = share_backward(model, inputs, targets)
        twin = copy.deepcopy(model) if of_the_inputs else model
        F.cross_entropy(twin(inputs.requires_grad_(of_the_inputs)), targets).backward()
        return answer

    for seed in seeds:
        report = judged("gradient_share", leaving, seed)
        assert [f.case.label for f in report.findings if f.credit < 1] == (
            ["what is left behind"] * (1 if seed is None else 2)
        )
        assert "left in .grad: the text differs" in str(report)
        assert report.misconception.name == "leaves gradients behind in the model's `.grad`"


def test_a_mistake_made_with_backward_is_called_by_its_own_name(judged):
    def piling_up(model, inputs, targets, num_classes=None):
        norms = []
        for c in range(model(inputs).shape[1]):
            losses = F.cross_entropy(model(inputs), targets, reduction="none")
            losses[targets == c].sum().backward()
            norms.append(torch.cat([p.grad.flatten() for p in model.parameters()]).norm())
        return shares(norms)

    report = judged("gradient_share", piling_up, 0)
    assert report.misconception.name == "lets the gradients of earlier classes pile up"


@pytest.mark.parametrize("letter", ["D", "d", " D "])
def test_the_letter_may_be_written_in_any_way(judged, letter):
    assert judged("quick_check_accuracy", letter).score == 1
