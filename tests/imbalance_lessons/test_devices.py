"""All on one device: what comes back, where it is, and that nothing of the CPU gets in between.

No GPU is needed. Tensors `Elsewhere` say that they are on another device, hold their numbers in a
tensor of the CPU, and do what a GPU would do in the same place: refuse to work with a tensor that
is here, to be read by NumPy, and to draw with a generator of the CPU.
"""

import numpy as np
import pytest
import torch
import torch.nn.functional as F  # noqa: N812
from torch.overrides import TorchFunctionMode
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves, tree_map

from imbalance_lessons.arms import positive_scores, train_linear
from imbalance_lessons.balanced_sampler import BalancedSampler
from imbalance_lessons.class_weights import weighted_loss
from imbalance_lessons.fast_focal import fast_binary_focal_loss, fast_focal_loss
from imbalance_lessons.focal import (
    FocalLoss,
    binary_focal_loss,
    focal_loss,
    focal_values,
    probabilities_after_focal_loss,
)
from imbalance_lessons.gradients import gradient_share
from imbalance_lessons.losses import logit_adjusted_loss, weighted_cross_entropy
from imbalance_lessons.pipeline import keep_best, predict_in_batches
from imbalance_lessons.sampling import sample_weights
from imbalance_lessons.training import fit
from imbalance_lessons.weighting import inverse_frequency_weights

DEVICE = torch.device("lazy:0")  # a name that PyTorch knows, and has nothing for
ATEN = torch.ops.aten


class Elsewhere(torch.Tensor):
    """A tensor that says it is on `DEVICE`; `here` has its numbers."""

    @staticmethod
    def __new__(cls, here):
        return torch.Tensor._make_wrapper_subclass(
            cls, here.shape, here.stride(), here.storage_offset(), dtype=here.dtype, device=DEVICE
        )

    def __init__(self, here):
        self.here = here

    def __repr__(self):
        return f"Elsewhere({self.here})"

    def tolist(self):
        """Give what any device gives."""
        return self.here.tolist()

    @classmethod
    def __torch_dispatch__(cls, func, types, args=(), kwargs=None):
        return _call(func, args, kwargs or {})


def _call(func, args, kwargs):
    """Do what `func` does where its tensors are, and refuse what no device does."""
    tensors = [leaf for leaf in tree_leaves((args, kwargs)) if isinstance(leaf, torch.Tensor)]
    away = [tensor for tensor in tensors if isinstance(tensor, Elsewhere)]
    moves = func in (ATEN._to_copy.default, ATEN.copy_.default)
    # A single number may come from the CPU, on a GPU too.
    if away and not moves and any(t.ndim and not isinstance(t, Elsewhere) for t in tensors):
        raise RuntimeError(f"{func}: expected all tensors to be on the same device")
    device = kwargs.get("device")
    is_away = bool(away) if device is None else torch.device(device).type == DEVICE.type
    if is_away and kwargs.get("generator") is not None:
        raise RuntimeError(f"{func}: expected a generator of {DEVICE}")
    if device is not None:
        kwargs = {**kwargs, "device": torch.device("cpu")}
    if func is ATEN._to_copy.default and is_away and kwargs.get("dtype") in LACKING:
        raise TypeError(f"{func}: {DEVICE} has no {kwargs['dtype']}")
    args, kwargs = tree_map(lambda x: x.here if isinstance(x, Elsewhere) else x, (args, kwargs))
    result = func(*args, **kwargs)
    known = {id(tensor.here): tensor for tensor in away}  # what is changed in place stays itself
    return tree_map(lambda x: _put(x, known) if is_away else x, result)


def _put(value, known):
    return known.get(id(value), Elsewhere(value)) if isinstance(value, torch.Tensor) else value


LACKING = set()
"""Types that the device does not have."""


class _Numbers(TorchFunctionMode):
    """Make tensors of lists and arrays here, and then move them, as PyTorch does for a GPU."""

    def __torch_function__(self, func, types, args=(), kwargs=None):
        kwargs = dict(kwargs or {})
        if func in (torch.tensor, torch.as_tensor) and kwargs.get("device") is not None:
            device = kwargs.pop("device")
            return func(*args, **kwargs).to(device)
        return func(*args, **kwargs)


class _Operators(TorchDispatchMode):
    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        return _call(func, args, kwargs or {})


@pytest.fixture(autouse=True)
def device():
    """Have a device that is not this one."""
    with _Operators(), _Numbers():
        yield
    LACKING.clear()


TARGETS = torch.tensor([0, 2, 1, 1])
ANSWERS = torch.tensor([[0, 1, 0], [1, 0, 0], [0, 0, 1], [1, 1, 1]])
LOGITS = torch.tensor([[2.0, 0.0, 0.5], [0.1, 0.2, 0.3], [-1.0, 3.0, 0.0], [0.0, 0.0, 40.0]])
WEIGHTS = torch.tensor([1.0, 2.0, 3.0])


def test_the_device_is_another_one():
    away = LOGITS.to(DEVICE)
    assert (away.device, away.is_cpu, (away + away).device) == (DEVICE, False, DEVICE)
    assert torch.equal((away @ away.T).cpu(), LOGITS @ LOGITS.T)
    assert torch.zeros(2, device=DEVICE).device == torch.tensor([1, 2], device=DEVICE).device
    for mixed in (
        lambda: away + LOGITS,
        lambda: F.cross_entropy(away, TARGETS),
        lambda: F.cross_entropy(away, TARGETS.to(DEVICE), weight=WEIGHTS),
        lambda: np.asarray(away),
        lambda: torch.rand(3, device=DEVICE, generator=torch.Generator()),
    ):
        with pytest.raises((RuntimeError, TypeError)):
            mixed()
    LACKING.add(torch.float64)
    with pytest.raises(TypeError):
        away.double()


def test_an_attribute_stays_behind_where_a_buffer_goes_along():
    class Attribute(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.alpha = WEIGHTS

        def forward(self, logits, targets):
            losses = F.cross_entropy(logits, targets, reduction="none")
            return (self.alpha[targets] * losses).mean()

    logits, targets = LOGITS.to(DEVICE), TARGETS.to(DEVICE)
    with pytest.raises(RuntimeError, match="same device"):
        Attribute().to(DEVICE)(logits, targets)
    ours = FocalLoss(WEIGHTS, gamma=0).to(DEVICE)
    assert ours.alpha.device == DEVICE
    assert ours(logits, targets).item() == pytest.approx(Attribute()(LOGITS, TARGETS).item())


LOSSES = {
    "focal_values": lambda z, y: focal_values(z, y),
    "focal_loss": lambda z, y: focal_loss(z, y, WEIGHTS),
    "fast_focal_loss": lambda z, y: fast_focal_loss(z, y, WEIGHTS),
    "fast_focal_loss, none": lambda z, y: fast_focal_loss(z, y, reduction="none"),
    "weighted_cross_entropy": lambda z, y: weighted_cross_entropy(z, y, WEIGHTS),
    "logit_adjusted_loss": lambda z, y: logit_adjusted_loss(z, y, WEIGHTS),
    "weighted_loss": lambda z, y: weighted_loss(z, y, WEIGHTS),
}
FORMS = {
    "there": lambda targets: targets.to(DEVICE),
    "here": lambda targets: targets,
    "a list": lambda targets: targets.tolist(),
    "bfloat16": lambda targets: targets.bfloat16().to(DEVICE),
}


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
@pytest.mark.parametrize("loss", LOSSES.values(), ids=LOSSES)
def test_a_loss_is_where_the_logits_are(loss, form):
    same_there_as_here(lambda z, y: loss(z, y).sum(), LOGITS, TARGETS, form)


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
@pytest.mark.parametrize("loss", [binary_focal_loss, fast_binary_focal_loss])
def test_so_is_that_of_questions(loss, form):
    same_there_as_here(lambda z, y: loss(z, y, 0.25), LOGITS, ANSWERS, form)


@pytest.mark.parametrize("wrong", [[0, 3, 1, 1], [0, -1, 1, 1]])
def test_there_too_a_target_that_is_no_column_is_refused(wrong, refuses):
    for loss in LOSSES.values():
        with refuses("targets", f"got {wrong[1]} at position 1"):
            loss(LOGITS.to(DEVICE), torch.tensor(wrong, device=DEVICE))


def same_there_as_here(loss, logits, targets, form):
    """Compare value and gradient with those on the CPU."""
    found = []
    for place in (DEVICE, "cpu"):
        leaf = logits.clone().to(place).requires_grad_()
        value = loss(leaf, form(targets) if place == DEVICE else targets)
        value.backward()
        assert value.device == leaf.grad.device == torch.device(place)
        found.append((value.detach().cpu(), leaf.grad.cpu()))
    torch.testing.assert_close(*found)


def test_a_device_need_not_have_float64():
    """Apple's has none. All that is computed in float64 here is brought to the CPU first."""
    LACKING.add(torch.float64)
    logits = LOGITS.to(DEVICE)
    for targets in (TARGETS.bfloat16(), TARGETS.float()):
        assert focal_loss(logits, targets.to(DEVICE), WEIGHTS.to(DEVICE)).device == DEVICE
    assert sample_weights(TARGETS.to(DEVICE)).tolist() == sample_weights(TARGETS).tolist()
    assert inverse_frequency_weights(TARGETS.to(DEVICE)).tolist() == [4 / 3, 2 / 3, 4 / 3]
    model = torch.nn.Linear(3, 2).to(DEVICE)
    assert positive_scores(model, LOGITS).dtype == np.float64
    train(model)


def test_probabilities_are_where_the_logits_are():
    found = probabilities_after_focal_loss(LOGITS.to(DEVICE))
    assert found.device == DEVICE
    torch.testing.assert_close(found.cpu(), probabilities_after_focal_loss(LOGITS))


def network():
    torch.manual_seed(0)
    layers = [torch.nn.Linear(3, 8), torch.nn.BatchNorm1d(8), torch.nn.ReLU()]
    return torch.nn.Sequential(*layers, torch.nn.Linear(8, 2))


def rows():
    inputs = torch.randn(90, 3, generator=torch.Generator().manual_seed(1))
    return inputs, (inputs[:, 0] > 1).long()


def train(model, inputs=None, labels=None, **options):
    inputs, labels = rows() if inputs is None else (inputs, labels)
    data = (inputs[:60], labels[:60], inputs[60:], labels[60:])
    return fit(*data, model, 3, 16, verbose=False, seed=0, **options)


OPTIONS = {
    "both corrections": dict,
    "neither": lambda: {"use_weighted_sampling": False, "use_weighted_loss": False},
    "a loss of one's own": lambda: {"loss": FocalLoss([1, 5])},
    "the faster sampler": lambda: {"sampler": BalancedSampler(rows()[1][:60].tolist())},
}


@pytest.mark.parametrize("options", OPTIONS.values(), ids=OPTIONS)
def test_training_there_gives_what_training_here_does(options):
    here, moved = train(network(), **options()), train(network(), device=DEVICE, **options())
    stays = train(network().to(DEVICE), **options())
    for there in (moved, stays):
        for name, value in there.model.state_dict().items():
            assert value.device == DEVICE, name
            torch.testing.assert_close(value.cpu(), here.model.state_dict()[name])
        assert there.history == here.history
        assert there.evaluation == here.evaluation


def test_data_may_be_there_already():
    inputs, labels = (values.to(DEVICE) for values in rows())
    result = fit(inputs, labels, inputs, labels, network().to(DEVICE), 1, verbose=False)
    assert result.evaluation.support == tuple(torch.bincount(rows()[1]).tolist())


def test_the_best_epoch_is_kept_there():
    model, scores = network().to(DEVICE), iter([0.5, 0.9, 0.7])
    states = []

    def step(model):
        with torch.no_grad():
            model[0].bias += 1
        states.append(model[0].bias.detach().cpu().clone())

    assert keep_best(model, step, lambda model: next(scores), epochs=3) == (0.9, 2)
    assert torch.equal(model[0].bias.detach().cpu(), states[1])


def test_predictions_and_shares_come_back():
    model, (inputs, labels) = network().eval(), rows()
    predicted, scores = predict_in_batches(model, inputs), positive_scores(model, inputs)
    shares = gradient_share(model, inputs, labels)
    model.to(DEVICE)
    assert predict_in_batches(model, inputs.to(DEVICE)).tolist() == predicted.tolist()
    assert positive_scores(model, inputs) == pytest.approx(scores)
    assert positive_scores(model, inputs.to(DEVICE)) == pytest.approx(scores)
    assert gradient_share(model, inputs.to(DEVICE), labels) == pytest.approx(shares)


def test_another_default_device_changes_nothing():
    """`torch.set_default_device`, here for a block: what is made without a word lands there."""
    inputs, labels = rows()
    here = train(network())
    sampler = BalancedSampler(labels.tolist(), generator=torch.Generator().manual_seed(0))
    drawn, line = list(sampler), train_linear(inputs, labels)
    scores = positive_scores(line, inputs)
    start = network()
    sampler.generator.manual_seed(0)
    with DEVICE:
        assert list(sampler) == drawn
        assert FocalLoss([1, 2]).alpha.device == DEVICE
        there = train(start.to(DEVICE), inputs, labels)
        line = train_linear(inputs, labels)
        assert line.weight.device == DEVICE
        assert positive_scores(line, inputs) == pytest.approx(scores, abs=1e-4)
    assert there.evaluation == here.evaluation
