"""What holds for any data, seed and order of classes when a classifier is trained."""

import copy
from contextlib import nullcontext

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from imbalance_lessons import epochs
from imbalance_lessons.balanced_sampler import BalancedSampler
from imbalance_lessons.focal import FocalLoss
from imbalance_lessons.multiclass import balanced_accuracy
from imbalance_lessons.training import fit

SEEDS = st.integers(0, 2**32)
PLAIN = {"use_weighted_sampling": False, "verbose": False, "lr": 0.05}
few = settings(max_examples=15, deadline=None)


def problem(seed, n=40, classes=3):
    rng = np.random.default_rng(seed)
    y = rng.permutation(np.arange(n) % 7 % classes)  # all classes, unequal
    return (rng.normal(size=(n, 2)) + y[:, None]).astype(np.float32), y


def network(seed, classes=3, dropout=0.0):
    """In double precision: what is equal by arithmetic is then equal to many digits."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        layers = (nn.Linear(2, 6), nn.Tanh(), nn.Dropout(dropout), nn.Linear(6, classes))
        return Wide(*layers)


class Wide(nn.Sequential):
    def __init__(self, *layers):
        super().__init__(*layers)
        self.double()

    def forward(self, inputs):
        return super().forward(inputs.double())


def double_weights(weights):
    return nn.CrossEntropyLoss(torch.as_tensor(weights, dtype=torch.float64))


def state(model):
    return torch.cat([value.flatten().double() for value in model.state_dict().values()])


def losses(result):
    return [epoch.loss for epoch in result.history]


@few
@given(SEEDS, st.permutations(range(40)))
def test_how_the_rows_are_numbered_does_not_matter(seed, order):
    x, y = problem(seed)
    order = np.array(order)
    renumbered = np.argsort(order)  # where each row went
    drawn = np.random.default_rng(seed).integers(0, 40, 40)
    one = fit(x, y, x, y, network(seed), 3, 8, sampler=drawn, **PLAIN)
    other = fit(x[order], y[order], x, y, network(seed), 3, 8, sampler=renumbered[drawn], **PLAIN)
    assert torch.equal(state(one.model), state(other.model))
    assert one.history == other.history


@few
@given(SEEDS, st.permutations(range(3)), st.booleans())
def test_how_the_classes_are_numbered_does_not_matter(seed, names, weighted):
    x, y = problem(seed)
    names = np.array(names)
    renamed = network(seed)
    last = renamed[-1]
    with torch.no_grad():
        for values in (last.weight, last.bias):
            values[torch.tensor(names)] = values.clone()
    # The weights that `fit` makes are float32: give the same ones in double precision.
    weights = 40 / (3 * np.bincount(y)) if weighted else np.ones(3)
    one = fit(x, y, x, y, network(seed), 3, 8, loss=double_weights(weights), seed=1, **PLAIN)
    loss = double_weights(weights[np.argsort(names)])
    other = fit(x, names[y], x, names[y], renamed, 3, 8, loss=loss, seed=1, **PLAIN)
    assert losses(other) == pytest.approx(losses(one), rel=1e-9)
    back = other.model[-1].weight[torch.tensor(names)]
    torch.testing.assert_close(back, one.model[-1].weight, rtol=1e-6, atol=1e-9)


@few
@given(SEEDS, st.floats(1e-3, 1e3), st.lists(st.floats(0.1, 10), min_size=3, max_size=3))
def test_only_the_ratios_of_class_weights_count(seed, factor, weights):
    x, y = problem(seed)
    one, other = (
        fit(x, y, x, y, network(seed), 3, 8, loss=double_weights(w), seed=1, **PLAIN)
        for w in (np.array(weights), factor * np.array(weights))
    )
    assert losses(other) == pytest.approx(losses(one), rel=1e-9)


@few
@given(SEEDS, st.booleans(), st.booleans())
def test_a_seed_decides_and_nothing_else_is_touched(seed, sampling, weighted):
    x, y = problem(3)
    args = (x, y, x, y)
    held = copy.deepcopy(args)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        numbers, numpys = torch.get_rng_state(), np.random.get_state()[1].tolist()  # noqa: NPY002
        results = []
        for _ in range(2):
            model = network(0, dropout=0.5)
            results.append(fit(*args, model, 2, 8, sampling, weighted, seed=seed, verbose=False))
            assert torch.equal(torch.get_rng_state(), numbers)
            torch.rand(3)  # whatever happens between two trainings
            torch.set_rng_state(numbers)
        assert np.random.get_state()[1].tolist() == numpys  # noqa: NPY002
    assert torch.equal(*(state(result.model) for result in results))
    assert results[0].history == results[1].history
    for before, after in zip(held, args, strict=True):
        np.testing.assert_array_equal(before, after)


def test_random_numbers_are_put_back_after_an_error_too(leaves_randomness_alone):
    x, y = problem(0)
    model = network(0).eval()

    def broken(logits, targets):
        raise KeyboardInterrupt

    with leaves_randomness_alone(), pytest.raises(KeyboardInterrupt):
        fit(x, y, x, y, model, 3, loss=broken, seed=0, verbose=False)
    assert not any(module.training for module in model.modules())


@few
@given(
    st.lists(st.integers(-3, 3), min_size=1, max_size=12),
    st.none() | st.integers(1, 4),
)
def test_what_comes_back_is_the_first_of_the_best_epochs_that_were_run(scores, patience):
    x, y = problem(1)
    model, seen = network(0), []

    def score(true, predicted):
        seen.append((scores[len(seen)] if len(seen) < len(scores) else 0, state(model)))
        return seen[-1][0]

    result = fit(x, y, x, y, model, len(scores), 8, score=score, patience=patience, **PLAIN)
    run = [epoch.score for epoch in result.history]
    assert run == scores[: len(run)]
    best = int(np.argmax(run))
    assert result.best_epoch == best + 1
    assert torch.equal(state(result.model), seen[best][1])
    waits = [n - int(np.argmax(run[: n + 1])) for n in range(len(run))]
    if patience is None:
        assert len(run) == len(scores)
    else:
        assert max(waits[:-1], default=0) < patience
        assert len(run) == len(scores) or waits[-1] == patience


@few
@given(SEEDS, SEEDS)
def test_validation_data_choose_the_epoch_and_teach_nothing(seed, other):
    x, y = problem(seed)
    results = [
        fit(x, y, *problem(k), network(seed), 5, 8, seed=2, verbose=False, lr=0.05)
        for k in (seed, other)
    ]
    assert losses(results[0]) == losses(results[1])
    for result, k in zip(results, (seed, other), strict=True):
        rows, labels = problem(k)
        with torch.no_grad():
            predicted = result.model.eval()(torch.tensor(rows)).argmax(dim=1)
        assert result.score == balanced_accuracy(labels, predicted)
        assert result.score == max(epoch.score for epoch in result.history)


@given(st.integers(1, 60), st.integers(1, 20), st.sampled_from([1, 7, 10**6]))
def test_batches_hold_each_row_once_and_none_is_alone(rows, size, fetched):
    inputs, targets = torch.arange(rows)[:, None].float(), torch.arange(rows)
    order = torch.randperm(rows, generator=torch.Generator().manual_seed(rows))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(epochs, "FETCH", fetched)
        batches = list(epochs.cut_batches(inputs, targets, order, size))
    assert torch.equal(torch.cat([labels for _, labels in batches]), order)
    assert torch.equal(torch.cat([samples[:, 0] for samples, _ in batches]), order.float())
    lengths = [len(labels) for _, labels in batches]
    assert set(lengths[:-1]) <= {size}
    assert min(rows, 2, size) <= lengths[-1] <= size + (size > 1)


# What can be passed in


def test_a_module_can_be_the_loss():
    x, y = problem(0)
    weights = torch.tensor([0.2, 0.3, 0.5], dtype=torch.float64)
    ours = fit(x, y, x, y, network(0), 4, 8, loss=FocalLoss(gamma=0.0), seed=1, **PLAIN)
    peer = fit(x, y, x, y, network(0), 4, 8, loss=nn.CrossEntropyLoss(), seed=1, **PLAIN)
    assert losses(ours) == pytest.approx(losses(peer), rel=1e-6)
    focal = fit(x, y, x, y, network(0), 4, 8, loss=FocalLoss(weights, 2.0), seed=1, **PLAIN)
    assert focal.history[-1].loss < focal.history[0].loss < losses(peer)[0]


def test_a_loss_of_one_s_own_makes_the_weighted_one_unneeded(capsys):
    x, y = problem(0)
    fit(x, y, x, y, network(0), 1, loss=nn.CrossEntropyLoss(), seed=0)
    printed = capsys.readouterr().out
    assert "Class weights" not in printed
    assert "twice" not in printed


def test_a_sampler_goes_on_from_where_its_generator_is():
    x, y = problem(0)
    seen = []

    def watched(logits, targets):
        seen.append(targets.tolist())
        return nn.functional.cross_entropy(logits, targets)

    def train(generator, seed):
        seen.clear()
        sampler = BalancedSampler(y, generator=generator)
        fit(x, y, x, y, network(0), 2, 40, sampler=sampler, loss=watched, seed=seed, verbose=False)
        return list(seen)

    generator = torch.Generator().manual_seed(7)
    first, second = train(generator, 0), train(generator, 0)
    assert len({tuple(batch) for batch in (*first, *second)}) == 4  # four epochs, four draws
    assert train(torch.Generator().manual_seed(7), 99) == first  # `seed` has no say in them


def test_small_images_go_through_a_small_convolution():
    rng = np.random.default_rng(0)
    y = (rng.random(120) < 0.3).astype(int)
    images = rng.normal(size=(120, 1, 8, 8)).astype(np.float32)
    images[y == 1, :, 2:6, 2:6] += 1.5  # a bright square in the middle
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        model = nn.Sequential(
            nn.Conv2d(1, 4, 3), nn.BatchNorm2d(4), nn.ReLU(), nn.Flatten(), nn.Linear(144, 2)
        )
    options = {"use_weighted_loss": False, "lr": 0.01, "seed": 0, "verbose": False}
    result = fit(images[:80], y[:80], images[80:], y[80:], model, 8, 16, **options)
    assert result.score > 0.9
    alone = fit(images[:1], y[:1], images[80:], y[80:], model, 1, 16, **options)
    assert len(alone.history) == 1  # 36 pixels are enough for batch normalisation


@pytest.mark.parametrize(("rows", "batch_size"), [(1, 32), (6, 1)])
def test_batch_normalisation_of_one_sample_is_refused_in_a_sentence(rows, batch_size, refuses):
    x, y = problem(0)
    model = nn.Sequential(nn.BatchNorm1d(2), nn.Linear(2, 3))
    with refuses("batch_size", "got a batch of one"):
        fit(x[:rows], y[:rows], x, y, model, 1, batch_size, verbose=False)


def test_another_error_of_the_model_is_left_as_it_is():
    class Broken(nn.Linear):
        def forward(self, inputs):
            if self.training:
                raise ValueError("mine")
            return super().forward(inputs)

    x, y = problem(0)
    with pytest.raises(ValueError, match="mine"):
        fit(x[:1], y[:1], x, y, Broken(2, 3), 1, verbose=False)


# What is seen


def test_a_progress_bar_is_one_bar_and_goes_to_standard_output(capfd):
    x, y = problem(0)
    silent = fit(x, y, x, y, network(0), 3, 8, seed=0, verbose=False)
    assert capfd.readouterr() == ("", "")
    watched = fit(x, y, x, y, network(0), 3, 8, seed=0, verbose=False, progress=True)
    out, err = capfd.readouterr()
    assert err == ""
    assert out.count("Training") == 1
    assert out.count("100%") == 1
    assert watched.history == silent.history


@pytest.mark.parametrize("end", [KeyboardInterrupt, None])
def test_a_bar_ends_where_the_training_does(end, monkeypatch):
    """Stopped by whoever watches, or because no score was better: nothing goes on drawing."""
    from rich.live import Live

    running = []
    start, stop = Live.start, Live.stop
    monkeypatch.setattr(
        Live, "start", lambda self, *a, **k: (running.append(1), start(self, *a))[1]
    )
    monkeypatch.setattr(Live, "stop", lambda self: (running.clear(), stop(self))[1])
    x, y = problem(0)

    seen = []

    def score(true, predicted):
        seen.append(bool(running))
        if end:
            raise end
        return 0.0

    options = {"score": score, "patience": 2, "progress": True, "verbose": False}
    with pytest.raises(end) if end else nullcontext() as caught:
        fit(x, y, x, y, network(0), 9, 8, **options)
    assert not running, caught  # whose traceback keeps alive all that was at work
    assert seen == ([True] if end else [True, True, True, False])


@pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no GPU here to train on")
def test_on_a_gpu():
    x, y = problem(0)
    model = network(0)
    moved = fit(x, y, x, y, model, 4, 8, seed=1, device="cuda", loss=double_weights([1, 2, 3.0]))
    assert {parameter.device.type for parameter in moved.model.parameters()} == {"cuda"}
    here = fit(x, y, x, y, network(0), 4, 8, seed=1, loss=double_weights([1, 2, 3.0]))
    assert losses(moved) == pytest.approx(losses(here), rel=1e-6)
    assert moved.evaluation.confusion == here.evaluation.confusion
    stays = fit(x, y, x, y, model, 1, 8)  # without `device`: where the model is
    assert stays.model[0].weight.device.type == "cuda"
