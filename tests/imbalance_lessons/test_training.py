import copy

import numpy as np
import pytest
import torch
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import balanced_accuracy_score
from torch import nn

from imbalance_lessons import epochs
from imbalance_lessons.balanced_sampler import BalancedSampler
from imbalance_lessons.training import (
    TWICE,
    fit,
    train_imbalanced_classifier,
)


def blobs(n=300, rare=30, seed=0, gap=1.5):
    rng = np.random.default_rng(seed)
    y = np.zeros(n, dtype=np.int64)
    y[:rare] = 1
    y = rng.permutation(y)
    return (rng.normal(size=(n, 3)) + gap * y[:, None]).astype(np.float32), y


X, Y = blobs()
XV, YV = blobs(seed=1)
PLAIN = {"use_weighted_sampling": False, "use_weighted_loss": False, "verbose": False}


def linear(columns=2, seed=0):
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return nn.Linear(3, columns)


def with_buffers():
    return nn.Sequential(nn.BatchNorm1d(3), nn.Dropout(0.2), linear())


def same(one, other):
    return all(torch.equal(a, other[name]) for name, a in one.items())


def scripted(scores):
    """Give a score that says what is on a list, and then what it said best."""
    left = list(scores)
    return lambda y_true, y_pred: left.pop(0) if left else max(scores)


def test_a_plain_loop_gives_the_same_weights():
    model = linear()
    reference = copy.deepcopy(model)
    result = fit(X, Y, XV, YV, model, 3, 32, sampler=range(300), **PLAIN)
    optimizer = torch.optim.Adam(reference.parameters(), lr=1e-3)
    for _ in range(result.best_epoch):
        for rows in torch.arange(300).split(32):
            optimizer.zero_grad()
            nn.CrossEntropyLoss()(
                reference(torch.tensor(X)[rows]), torch.tensor(Y)[rows]
            ).backward()
            optimizer.step()
    assert same(model.state_dict(), reference.state_dict())


def test_a_convex_problem_ends_where_scikit_learn_does():
    peer = LogisticRegression(C=np.inf, class_weight="balanced", tol=1e-8).fit(X, Y)
    scores = scripted(range(400))  # the last epoch is the best
    options = {**PLAIN, "use_weighted_loss": True, "lr": 0.05, "score": scores}
    model = fit(X, Y, XV, YV, linear(), 400, 300, **options).model
    slope = (model.weight[1] - model.weight[0]).detach().numpy()
    assert slope == pytest.approx(peer.coef_[0], abs=0.02)


def test_the_best_checkpoint_is_a_copy_with_its_buffers():
    best = fit(X, Y, XV, YV, with_buffers(), 2, seed=3, score=scripted([0, 1]), **PLAIN)
    later = fit(X, Y, XV, YV, with_buffers(), 5, seed=3, score=scripted([0, 1, 0, 0, 0]), **PLAIN)
    assert later.best_epoch == 2
    assert same(best.model.state_dict(), later.model.state_dict())
    # The material's snapshot is the live weights.
    model = with_buffers()
    shallow, deep = model.state_dict().copy(), copy.deepcopy(model.state_dict())
    fit(X, Y, XV, YV, model, 1, **PLAIN)
    assert same(shallow, model.state_dict())
    assert not same(deep, model.state_dict())


def test_the_report_is_of_the_restored_model():
    result = fit(X, Y, XV, YV, linear(), 12, lr=0.3, seed=1, verbose=False)
    predicted = result.model(torch.tensor(XV)).argmax(1).numpy()
    assert result.score == pytest.approx(balanced_accuracy_score(YV, predicted))
    assert result.score == result.evaluation.balanced_accuracy
    assert result.score == max(e.score for e in result.history)
    assert result.score > result.history[-1].score  # the material reports the last epoch's


def test_no_epoch_leaves_the_model_as_it_came():
    model = with_buffers()
    before = copy.deepcopy(model.state_dict())
    result = fit(X, Y, XV, YV, model, 0, verbose=False)
    assert (result.history, result.best_epoch) == ((), 0)
    assert same(before, model.state_dict())


@pytest.mark.parametrize("value", [0.0, -3.0])
def test_a_score_of_nothing_is_still_a_score(value):
    assert fit(X, Y, XV, YV, linear(), 2, score=lambda *_: value, **PLAIN).best_epoch == 1


def material_weights(labels):
    """Weigh the classes as the material does, from the labels alone."""
    counts = torch.bincount(torch.tensor(labels))
    return len(labels) / (len(counts) * counts.float())


def test_the_material_s_weights_fail_where_a_class_has_no_samples():
    assert torch.isinf(material_weights([0, 0, 2, 2])[1])
    # Without the last class the weights are too few for the model's three logits.
    too_few = torch.nn.CrossEntropyLoss(material_weights([0, 0, 1, 1]))
    with pytest.raises(RuntimeError, match="weight"):
        too_few(torch.zeros(4, 3), torch.tensor([0, 0, 1, 1]))


@pytest.mark.parametrize("labels", [[0, 0, 2, 2], [0, 0, 1, 1]])
def test_a_class_without_samples(labels):
    result = fit(X[:4], labels, X[:3], [0, 1, 2], linear(3), 3, verbose=False)
    assert np.isfinite([e.loss for e in result.history]).all()
    assert all(p.isfinite().all() for p in result.model.parameters())


def test_every_form_of_input_gives_the_same_weights():
    reference = fit(X, Y, XV, YV, linear(), 2, seed=0, verbose=False).model.state_dict()
    for form, labels in [
        (lambda a: a.tolist(), list),
        (lambda a: a.astype(np.float64), lambda y: y.astype(np.float64)),
        (lambda a: torch.tensor(a).double(), torch.tensor),
        (torch.tensor, lambda y: torch.tensor(y, dtype=torch.uint8)),
    ]:
        rows, numbers = form(X), labels(Y)
        held = copy.deepcopy(rows)
        model = fit(rows, numbers, form(XV), labels(YV), linear(), 2, seed=0, verbose=False).model
        assert same(reference, model.state_dict())
        assert np.array_equal(np.asarray(rows), np.asarray(held))
    with pytest.raises(TypeError):
        torch.FloatTensor(torch.tensor(X).double())  # the material's conversion


def test_a_seed_decides_and_the_global_state_stays(leaves_randomness_alone):
    with leaves_randomness_alone():
        one, other, third, free, free2 = (
            copy.deepcopy(START)
            and fit(
                X, Y, XV, YV, copy.deepcopy(START), 2, seed=seed, verbose=False
            ).model.state_dict()
            for seed in (5, 5, 6, None, None)
        )
    assert same(one, other)
    assert not same(one, third)
    assert not same(free, free2)


START = with_buffers()


def test_both_corrections_at_once_are_one_too_many(capsys):
    rows, labels = blobs(20_000, 200, gap=1.0)
    scores = {}
    for both in [(True, False), (False, True), (True, True), (False, False)]:
        score = scripted(range(6))
        result = fit(
            rows, labels, rows, labels, linear(), 6, 256, *both, lr=0.02, score=score, seed=0
        )
        scores[both] = result.evaluation
        assert (TWICE in capsys.readouterr().out) == all(both)
    assert scores[True, False].balanced_accuracy > 0.75
    assert scores[False, True].balanced_accuracy > 0.75
    assert scores[False, False].balanced_accuracy < 0.6
    assert scores[True, True].balanced_accuracy < 0.6
    assert scores[True, True].recall[1] > 0.95
    assert np.ptp([s.roc_auc for s in scores.values()]) < 0.02


def test_patience_ends_it():
    result = fit(X, Y, XV, YV, linear(), 9, score=scripted([1, 2, 0, 2, 0]), patience=2, **PLAIN)
    assert (len(result.history), result.best_epoch) == (4, 2)


def test_modes_are_put_back_and_loss_and_sampler_are_used():
    model = with_buffers().train()
    model[0].eval()
    seen = []

    def loss(logits, targets):
        seen.extend(targets.tolist())
        return nn.functional.cross_entropy(logits, targets)

    fit(X, Y, XV, YV, model, 1, loss=loss, sampler=[4, 2, 2], verbose=False, device="cpu")
    assert seen == Y[[4, 2, 2]].tolist()
    assert [m.training for m in model] == [False, True, True]
    assert model.training


def test_what_is_printed(capsys):
    fit(X, Y, XV, YV, linear(), 20, seed=0, use_weighted_sampling=False)
    printed = capsys.readouterr().out
    assert printed.startswith("Class distribution: [270, 30]\nImbalance ratio: 9.0:1\n")
    assert "Class weights: [0.5556, 5.0]\nEpoch 10: Balanced Accuracy = 0." in printed
    assert "Epoch 20: " in printed
    assert "\nBest Balanced Accuracy: 0." in printed
    model = linear()
    assert train_imbalanced_classifier(X, Y, XV, YV, model, 1, verbose=False) is model
    assert capsys.readouterr().out == ""


def test_a_sampler_s_draws_are_those_of_its_iteration():
    """All at once, as `fit` takes them, or one by one: the same epochs, the same weights."""
    options = {"sampler": BalancedSampler(Y, generator=torch.Generator().manual_seed(1))}
    at_once = fit(X, Y, XV, YV, linear(), 2, **options, **PLAIN).model
    drawn = BalancedSampler(Y, generator=torch.Generator().manual_seed(1))
    one_by_one = fit(X, Y, XV, YV, linear(), 2, sampler=OneByOne(drawn), **PLAIN).model
    assert same(at_once.state_dict(), one_by_one.state_dict())


class OneByOne:
    def __init__(self, sampler):
        self.sampler = sampler

    def __iter__(self):
        return iter(self.sampler)


def test_a_sampler_that_draws_in_its_own_way_is_iterated():
    class First(BalancedSampler):
        def __iter__(self):
            return iter([4, 2, 2])

    seen = []

    def loss(logits, targets):
        seen.extend(targets.tolist())
        return nn.functional.cross_entropy(logits, targets)

    fit(X, Y, XV, YV, linear(), 1, loss=loss, sampler=First(Y), verbose=False)
    assert seen == Y[[4, 2, 2]].tolist()


@pytest.mark.parametrize("fetched", [1, 100, 10**6])
@pytest.mark.parametrize("batch_size", [1, 7, 300, 1000])
def test_batches_do_not_depend_on_how_many_rows_are_fetched_at_a_time(
    fetched, batch_size, monkeypatch
):
    monkeypatch.setattr(epochs, "FETCH", fetched)
    order = torch.randperm(300, generator=torch.Generator().manual_seed(0))
    rows, targets = torch.tensor(X), torch.tensor(Y)
    batches = list(epochs.cut_batches(rows, targets, order, batch_size))
    expected = order.split(batch_size)
    assert [len(labels) for _, labels in batches] == [len(part) for part in expected]
    assert torch.equal(torch.cat([samples for samples, _ in batches]), rows[order])
    assert torch.equal(torch.cat([labels for _, labels in batches]), targets[order])


@pytest.mark.parametrize("batch_size", [7, 300])
def test_no_more_is_fetched_at_a_time_than_that(batch_size, monkeypatch):
    """Or than a batch: images in a large batch would fill the memory several times over."""
    monkeypatch.setattr(epochs, "FETCH", 60)
    batches = epochs.cut_batches(torch.tensor(X), torch.tensor(Y), torch.arange(300), batch_size)
    fetched = {samples.untyped_storage().nbytes() // 4 for samples, _ in batches}
    assert max(fetched) <= max(60, batch_size * 3)


def test_images_are_fetched_as_they_are():
    images = np.random.default_rng(0).normal(size=(10, 1, 4, 4)).astype(np.float32)
    model = nn.Sequential(nn.Conv2d(1, 2, 4), nn.Flatten())
    result = fit(images, Y[:10], images, Y[:10], model, 1, 4, **PLAIN)
    assert len(result.history) == 1


def test_the_loss_of_an_epoch_is_a_mean_a_sample():
    """The last batch is smaller, and counts for less."""
    model = linear()
    expected = nn.functional.cross_entropy(model(torch.tensor(X)), torch.tensor(Y)).item()
    result = fit(X, Y, XV, YV, model, 1, 170, lr=0.0, sampler=range(300), **PLAIN)
    assert result.history[0].loss == pytest.approx(expected, rel=1e-6)


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("epochs", {"epochs": -1}),
        ("epochs", {"epochs": 2.5}),
        ("batch_size", {"batch_size": 0}),
        ("lr", {"lr": float("nan")}),
        ("patience", {"patience": 0}),
        ("seed", {"seed": -1}),
        ("num_classes", {"num_classes": 3}),
        ("model", {"model": "linear"}),
        ("model", {"model": nn.Linear(3, 1)}),
        ("X_train", {"X_train": [1.0, 2.0]}),
        ("X_val", {"X_val": XV * np.nan}),
        ("y_train", {"y_train": Y[:-1]}),
        ("y_val", {"y_val": YV + 1}),
        ("sampler", {"sampler": [300]}),
        ("sampler", {"sampler": []}),
        ("score: epoch 1", {"score": lambda *_: float("nan")}),
        ("loss: epoch 1", {"loss": lambda logits, _: logits.sum() * float("nan")}),
    ],
)
def test_bad_arguments(refuses, name, change):
    good = {"X_train": X, "y_train": Y, "X_val": XV, "y_val": YV, "model": linear(), "epochs": 1}
    with refuses(name):
        fit(**{**good, "verbose": False, **change})


def test_the_examples(has_true_examples):
    has_true_examples("training")
