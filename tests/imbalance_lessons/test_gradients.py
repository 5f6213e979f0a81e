import copy

import numpy as np
import pytest
import torch
import torch.nn.functional as F  # noqa: N812
from hypothesis import given
from hypothesis import strategies as st
from sklearn.linear_model import LogisticRegression
from torch import nn

from imbalance_lessons.gradients import gradient_share


def softmax_regression(weight, bias):
    """Make a linear classifier with these parameters, in float64."""
    model = nn.Linear(weight.shape[1], weight.shape[0], dtype=torch.float64)
    with torch.no_grad():
        model.weight.copy_(torch.as_tensor(weight))
        model.bias.copy_(torch.as_tensor(bias))
    return model


def closed_form_parts(weight, bias, inputs, targets):
    """Sum (p - onehot) times the input, a 1 appended, over each class (Bishop 2006, 4.109)."""
    logits = inputs @ weight.T + bias
    exp = np.exp(logits - logits.max(axis=1, keepdims=True))
    residuals = exp / exp.sum(axis=1, keepdims=True) - np.eye(len(bias))[targets]
    extended = np.column_stack([inputs, np.ones(len(inputs))])
    return np.array([residuals[targets == c].T @ extended[targets == c] for c in range(len(bias))])


def shares_of(parts):
    norms = np.sqrt((np.asarray(parts) ** 2).reshape(len(parts), -1).sum(axis=1))
    return norms / norms.sum()


def problem(seed, samples=40, features=3, classes=4):
    rng = np.random.default_rng(seed)
    weight, bias = rng.normal(size=(classes, features)), rng.normal(size=classes)
    targets = rng.choice(
        classes, size=samples, p=np.arange(classes, 0, -1) / sum(range(classes + 1))
    )
    return weight, bias, rng.normal(size=(samples, features)), targets


def backward_parts(model, inputs, targets, num_classes):
    """One forward and one backward pass a class, on a copy, summed cross entropy of that class."""
    parts = []
    for c in range(num_classes):
        twin = copy.deepcopy(model)
        twin.zero_grad()
        losses = F.cross_entropy(twin(inputs), targets, reduction="none")
        (losses * (targets == c)).sum().backward()
        parts.append(
            np.concatenate([p.grad.flatten().numpy() for p in twin.parameters() if p.requires_grad])
        )
    return np.array(parts)


def small_network(seed=0):
    torch.manual_seed(seed)
    layers = [nn.Linear(5, 8), nn.BatchNorm1d(8), nn.Tanh(), nn.Linear(8, 3)]
    return nn.Sequential(*layers).double()


@pytest.fixture
def batch():
    generator = torch.Generator().manual_seed(1)
    inputs = torch.randn(30, 5, dtype=torch.float64, generator=generator)
    return inputs, torch.tensor([0] * 22 + [1] * 6 + [2] * 2)


# Against independent answers


@given(st.integers(0, 10_000), st.integers(2, 5), st.integers(1, 4), st.integers(1, 40))
def test_softmax_regression_has_a_closed_form(seed, classes, features, samples):
    weight, bias, inputs, targets = problem(seed, samples, features, classes)
    shares = gradient_share(
        softmax_regression(weight, bias), torch.as_tensor(inputs), torch.as_tensor(targets)
    )
    parts = closed_form_parts(weight, bias, inputs, targets)
    assert shares == pytest.approx(shares_of(parts), rel=1e-9, abs=1e-12)


@pytest.mark.parametrize("training", [True, False])
def test_a_network_agrees_with_one_backward_pass_a_class(training, batch):
    model = small_network().train(training)
    parts = backward_parts(model, *batch, num_classes=3)
    assert gradient_share(model, *batch) == pytest.approx(shares_of(parts), rel=1e-9)


def test_the_parts_sum_to_the_gradient(batch):
    """What the shares divide up is the gradient that training follows."""
    model = small_network()
    parts = backward_parts(model, *batch, num_classes=3)
    loss = F.cross_entropy(model(batch[0]), batch[1])
    gradient = torch.autograd.grad(loss, list(model.parameters()))
    whole = torch.cat([g.flatten() for g in gradient]).numpy() * len(batch[1])
    assert parts.sum(axis=0) == pytest.approx(whole, abs=1e-10)


def test_the_share_is_none_of_its_neighbours():
    """Counts, losses, squared norms, mean gradients, per-sample norms, weights without biases."""
    weight, bias, inputs, targets = problem(3)
    shares = gradient_share(
        softmax_regression(weight, bias), torch.as_tensor(inputs), torch.as_tensor(targets)
    )
    parts = closed_form_parts(weight, bias, inputs, targets)
    counts = np.bincount(targets, minlength=4)
    norms = np.sqrt((parts**2).sum(axis=(1, 2)))
    single = [
        closed_form_parts(weight, bias, inputs[i : i + 1], targets[i : i + 1]) for i in range(40)
    ]
    losses = -np.log([1 - np.abs(s[t, t, -1]) for s, t in zip(single, targets, strict=True)])
    neighbours = {
        "counts": counts,
        "losses": np.bincount(targets, weights=losses),
        "squared norms": norms**2,
        "mean gradients": norms / counts,
        "per-sample norms": sum(np.sqrt((s**2).sum(axis=(1, 2))) for s in single),
        "no biases": np.sqrt((parts[:, :, :-1] ** 2).sum(axis=(1, 2))),
        "accumulated": np.sqrt((parts.cumsum(axis=0) ** 2).sum(axis=(1, 2))),
    }
    assert shares == pytest.approx(norms / norms.sum())
    for name, values in neighbours.items():
        assert np.abs(values / values.sum() - shares).max() > 0.01, name


# What it shows


@pytest.fixture
def overlapping_classes():
    """Two classes, 19:1, with exactly opposite means, so that size is their only difference."""
    rng = np.random.default_rng(0)
    sizes, centre = (1900, 100), np.array([0.5, 0.25])
    groups = [rng.normal(size=(n, 2)) for n in sizes]
    inputs = np.vstack(
        [g - g.mean(axis=0) + s * centre for g, s in zip(groups, (-1, 1), strict=True)]
    )
    return inputs, np.repeat([0, 1], sizes)


def test_at_the_start_the_shares_follow_the_counts(overlapping_classes):
    inputs, targets = overlapping_classes
    model = softmax_regression(np.zeros((2, 2)), np.zeros(2))
    shares = gradient_share(model, torch.as_tensor(inputs), torch.as_tensor(targets))
    assert shares == pytest.approx([0.95, 0.05])


def test_at_the_optimum_two_classes_have_a_half_each(overlapping_classes):
    """The gradient is zero there, so g_0 = -g_1, however unequal the classes are."""
    inputs, targets = overlapping_classes
    fit = LogisticRegression(C=np.inf, tol=1e-10, max_iter=1000).fit(inputs, targets)
    model = softmax_regression(
        np.vstack([np.zeros(2), fit.coef_[0]]), np.array([0, fit.intercept_[0]])
    )
    shares = gradient_share(model, torch.as_tensor(inputs), torch.as_tensor(targets))
    assert shares == pytest.approx([0.5, 0.5], abs=1e-6)


def test_at_the_optimum_no_class_has_more_than_a_half():
    rng = np.random.default_rng(2)
    targets = np.repeat([0, 1, 2], (700, 200, 100))
    inputs = rng.normal(size=(1000, 2)) + np.array([[0, 0], [1, 0], [0, 1]])[targets]
    fit = LogisticRegression(C=np.inf, tol=1e-10, max_iter=1000).fit(inputs, targets)
    tensors = torch.as_tensor(inputs), torch.as_tensor(targets)
    start = gradient_share(softmax_regression(np.zeros((3, 2)), np.zeros(3)), *tensors)
    optimum = gradient_share(softmax_regression(fit.coef_, fit.intercept_), *tensors)
    assert start.max() > 0.5
    assert optimum.max() <= 0.5 + 1e-6
    assert optimum.sum() == pytest.approx(1)


# Properties


@given(st.integers(0, 10_000), st.permutations(range(4)), st.integers(2, 4))
def test_order_repetition_and_class_names_do_not_matter(seed, names, times):
    weight, bias, inputs, targets = problem(seed)
    shares = gradient_share(
        softmax_regression(weight, bias), torch.as_tensor(inputs), torch.as_tensor(targets)
    )
    order = np.random.default_rng(seed).permutation(np.tile(np.arange(40), times))
    names = np.array(names)
    old = np.argsort(names)
    renamed = gradient_share(
        softmax_regression(weight[old], bias[old]),
        torch.as_tensor(inputs[order]),
        torch.as_tensor(names[targets[order]]),
    )
    assert renamed[names] == pytest.approx(shares, rel=1e-9, abs=1e-12)


def test_an_absent_class_has_no_share(batch):
    inputs, targets = batch
    shares = gradient_share(small_network(), inputs[:28], targets[:28], num_classes=3)
    assert shares[2] == 0
    assert shares.sum() == pytest.approx(1)


def test_a_class_alone_has_it_all(batch):
    shares = gradient_share(small_network(), batch[0], torch.ones(30))
    assert shares.tolist() == [0, 1, 0]


def test_without_any_gradient_the_shares_are_undefined():
    """Float32 cross entropy is exactly flat once the logits are far enough apart."""
    model = softmax_regression(np.array([[-100.0], [100.0]]), np.zeros(2)).float()
    shares = gradient_share(model, torch.tensor([[-1.0], [1.0]]), torch.tensor([0, 1]))
    assert np.isnan(shares).all()


def test_the_result_is_an_array_of_float64(batch):
    shares = gradient_share(small_network().float(), batch[0].float(), batch[1])
    assert isinstance(shares, np.ndarray)
    assert (shares.dtype, shares.shape) == (np.float64, (3,))


@pytest.mark.parametrize(
    "make", [list, np.array, lambda t: np.array(t, dtype=np.uint8), lambda t: torch.tensor(t) * 1.0]
)
def test_targets_of_any_form_will_do(make, batch):
    inputs, targets = batch
    expected = gradient_share(small_network(), inputs, targets)
    assert np.array_equal(gradient_share(small_network(), inputs, make(targets.tolist())), expected)


# The parameters that count


def test_frozen_parameters_do_not_count():
    weight, bias, inputs, targets = problem(5)
    model = softmax_regression(weight, bias)
    model.weight.requires_grad_(False)
    shares = gradient_share(model, torch.as_tensor(inputs), torch.as_tensor(targets))
    parts = closed_form_parts(weight, bias, inputs, targets)
    assert shares == pytest.approx(shares_of(parts[:, :, -1]))


def test_parameters_that_the_output_does_not_use_add_nothing(batch):
    model = small_network()
    expected = gradient_share(model, *batch)
    model.unused = nn.Linear(2, 2)
    model.forward = nn.Sequential(*list(model)[:4]).forward
    assert gradient_share(model, *batch) == pytest.approx(expected)


# Nothing touched


@pytest.mark.parametrize("training", [True, False])
def test_gradients_mode_and_parameters_stay(training, batch, leaves_randomness_alone):
    model = small_network().train(training)
    for parameter in model.parameters():
        parameter.grad = torch.full_like(parameter, 7.0)
    before = copy.deepcopy(dict(model.named_parameters()))
    with leaves_randomness_alone():
        gradient_share(model, *batch)
    assert all(module.training is training for module in model.modules())
    for name, parameter in model.named_parameters():
        assert parameter.requires_grad
        assert torch.equal(parameter, before[name])
        assert torch.equal(parameter.grad, torch.full_like(parameter, 7.0))


def test_missing_gradients_stay_missing(batch):
    model = small_network()
    gradient_share(model, *batch)
    assert all(parameter.grad is None for parameter in model.parameters())


def test_in_evaluation_mode_the_buffers_stay_too(batch):
    model = small_network().eval()
    before = copy.deepcopy(model.state_dict())
    gradient_share(model, *batch)
    assert all(torch.equal(value, before[name]) for name, value in model.state_dict().items())


def test_inputs_and_targets_stay(batch):
    before = copy.deepcopy(batch)
    gradient_share(small_network(), *batch)
    assert all(torch.equal(a, b) for a, b in zip(batch, before, strict=True))
    assert not batch[0].requires_grad


# Bad input


def test_bad_targets_are_refused(bad_labels, refuses):
    targets, got = bad_labels
    with refuses("targets", got):
        gradient_share(nn.Linear(1, 3), torch.zeros(2, 1), targets)


def test_targets_that_do_not_fit_are_refused(refuses):
    with refuses("targets", "expected 2 class numbers, one for each row of the logits, got 3"):
        gradient_share(nn.Linear(1, 3), torch.zeros(2, 1), [0, 1, 2])
    with refuses("targets", "below num_classes=3, got 3 at position 1"):
        gradient_share(nn.Linear(1, 3), torch.zeros(2, 1), [0, 3])


def test_bad_num_classes_are_refused(bad_num_classes, refuses):
    num_classes, got = bad_num_classes
    with refuses("num_classes", got):
        gradient_share(nn.Linear(1, 2), torch.zeros(2, 1), [0, 1], num_classes)


@pytest.mark.parametrize("num_classes", [2, 4])
def test_num_classes_must_be_the_models(num_classes, refuses):
    with refuses(
        "num_classes", f"expected 3, as many as the logits have columns, got {num_classes}"
    ):
        gradient_share(nn.Linear(1, 3), torch.zeros(2, 1), [0, 1], num_classes)


@pytest.mark.parametrize("model", [None, "model", torch.relu, nn.ReLU()])
def test_bad_models_are_refused(model, refuses):
    with refuses("model"):
        gradient_share(model, torch.zeros(2, 2), [0, 1])


def test_a_model_with_one_output_is_refused(refuses):
    with refuses("logits", "one column for each of 2 or more classes, got (2, 1)"):
        gradient_share(nn.Linear(1, 1), torch.zeros(2, 1), [0, 1])


def test_without_gradients_there_is_nothing_to_measure(batch):
    with torch.no_grad(), pytest.raises(RuntimeError, match="does not require grad"):
        gradient_share(small_network(), *batch)
