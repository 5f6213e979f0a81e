"""The questions of lesson 09 that need a network's answers: predict, and move the line."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from autograder.engine.question import Case, Question
from autograder.questions.seeded import global_seed


def ask_to_predict(
    function: Callable[..., Any],
    weight: Any,
    mean: Any,
    inputs: Any,
    batch_size: int,
    training: bool,
) -> Any:
    """Ask for the predictions of a tiny network, and watch how it is treated.

    It has a linear layer, batch normalisation (which subtracts the running mean), and dropout.

    Returns
    -------
    object
        What the function gave. If the network was not treated as asked, a dictionary of this and
        of what went wrong: the largest batch that it got, whether gradients were recorded, whether
        it is in training mode afterwards, whether all its modules are in one mode, whether a
        running mean has moved, and whether gradients are recorded again afterwards.
    """
    import torch

    class Model(torch.nn.Module):  # type: ignore[misc]  # PyTorch's types are not read
        largest = 0
        recorded = False

        def __init__(self) -> None:
            super().__init__()
            classes, features = np.shape(weight)
            with torch.random.fork_rng(devices=[]):  # the student's random state stays as it is
                self.layer = torch.nn.Linear(features, classes, bias=False)
            self.norm = torch.nn.BatchNorm1d(classes)
            self.dropout = torch.nn.Dropout(0.4)
            with torch.no_grad():
                self.layer.weight.copy_(torch.as_tensor(weight))
                self.norm.running_mean.copy_(torch.as_tensor(mean))

        def forward(self, batch: Any) -> Any:
            self.largest = max(self.largest, len(batch))
            self.recorded = self.recorded or torch.is_grad_enabled()
            return self.norm(self.dropout(self.layer(batch)))

    model = Model().train(training)
    before = model.norm.running_mean.clone()
    with global_seed(0):
        predicted = function(model, torch.as_tensor(inputs, dtype=torch.float32), batch_size)
    records_again = torch.is_grad_enabled()
    torch.set_grad_enabled(True)
    one_mode = len({module.training for module in model.modules()}) == 1
    treatment = {
        "largest_batch": model.largest,
        "recorded": model.recorded,
        "training_afterwards": model.training,
        "one_mode": one_mode,
        "records_again": records_again,
        "mean_moved": not torch.equal(before, model.norm.running_mean),
    }
    well = not model.recorded and not treatment["mean_moved"] and model.largest <= batch_size
    as_before = one_mode and records_again and model.training == bool(training)
    return predicted if well and as_before else {"predicted": predicted, **treatment}


def draw_network(rng: np.random.Generator, samples: int, classes: int, features: int = 3) -> Any:
    """Draw inputs, weights and running means with which no two logits are nearly the same.

    The means lie far from those of the inputs, so that a network in training mode says other
    things.
    """
    while True:
        weight = rng.normal(size=(classes, features)).round(2)
        inputs = rng.normal(size=(samples, features)).round(2)
        mean = (1.5 * rng.permutation(np.linspace(-1, 1, classes))).round(2)
        logits = np.sort(inputs @ weight.T - mean, axis=1)
        spread = np.bincount((inputs @ weight.T - mean).argmax(axis=1), minlength=classes)
        if (logits[:, -1] - logits[:, -2]).min() > 0.02 and np.count_nonzero(spread) > 1:
            return weight, mean, inputs


def network_case(
    rng: np.random.Generator,
    label: str,
    samples: int,
    batch_size: int,
    classes: int = 3,
    training: bool = True,
) -> Case:
    """Make a case of a network, and inputs for it."""
    weight, mean, inputs = draw_network(rng, samples, classes)
    mode = "training" if training else "evaluation"
    return Case(
        label,
        {
            "weight": weight,
            "mean": mean,
            "inputs": inputs,
            "batch_size": batch_size,
            "training": training,
        },
        shown=f"predict_in_batches(model in {mode} mode, {samples} inputs, {batch_size})",
    )


def draw_networks(rng: np.random.Generator) -> list[Case]:
    """Draw networks that come in both modes, and numbers of inputs that do and do not divide."""
    size = int(rng.integers(4, 8))
    return [
        network_case(rng, "batches that fit", 3 * size, size),
        network_case(rng, "a smaller last batch", 2 * size + 3, size, classes=4),
        network_case(rng, "evaluation mode before", 4 * size + 2, size, training=False),
        network_case(rng, "one batch for all", size + 4, 64),
        network_case(rng, "many small batches", 23, int(rng.integers(2, 4)), classes=5),
    ]


SHOWN = np.random.default_rng(93)

predict_in_batches = Question(
    name="predict_in_batches",
    points=3,
    public=[
        network_case(SHOWN, "four batches", 12, 3),
        network_case(SHOWN, "a smaller last batch", 11, 4, classes=4),
        network_case(SHOWN, "evaluation mode before", 9, 4, training=False),
        network_case(SHOWN, "one batch for all", 7, 32),
    ],
    draw=draw_networks,
    call=ask_to_predict,
)


def shift_case(
    label: str, true: Any, logits: Any, column: int, shifts: Any, tensor: bool = False
) -> Case:
    """Make a case of labels and logits, the class to shift, and the shifts to try."""
    inputs = {"y_true": true, "logits": logits, "label": column, "shifts": shifts}
    return Case(label, inputs, tensors=("y_true", "logits") if tensor else ())


def balanced(true: np.ndarray, predicted: np.ndarray) -> float:
    """Average the recalls."""
    return float(np.mean([np.mean(predicted[true == c] == c) for c in np.unique(true)]))


def draw_logits(
    rng: np.random.Generator, sizes: Any, rare: int, bias: float, shifts: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Draw logits of which those of one class are too low: the best shift is not the first or last.

    The best balanced accuracy stands out from that at any other shift, and from where accuracy is
    best; and no sample lies on a border.
    """
    while True:
        true = rng.permutation(np.repeat(np.arange(len(sizes)), sizes))
        logits = rng.normal(size=(len(true), len(sizes)))
        logits[np.arange(len(true)), true] += 2
        logits[:, rare] -= bias
        logits = logits.round(3)
        moved = [logits + shift * (np.arange(len(sizes)) == rare) for shift in shifts]
        scores = [balanced(true, z.argmax(axis=1)) for z in moved]
        right = [float(np.mean(z.argmax(axis=1) == true)) for z in moved]
        others = np.delete(logits, rare, axis=1).max(axis=1)
        gaps = np.abs((others - logits[:, rare])[:, None] - shifts)
        best = int(np.argmax(scores))
        if (
            0 < best < len(shifts) - 1
            and np.sort(scores)[-1] - np.sort(scores)[-2] > 0.004
            and right[best] < max(right) - 1e-9
            and gaps.min() > 1e-4
        ):
            return true, logits


def drawn_shift(
    rng: np.random.Generator,
    label: str,
    sizes: tuple[int, ...],
    rare: int,
    bias: float,
    tensor: bool = False,
    start: float = 0.0,
    falling: bool = False,
    wide: bool = False,
) -> Case:
    """Draw a case whose shifts begin somewhere, and rise by a random step, or fall.

    The worst shift is the smallest one, or, where they go far, the largest.
    """
    step = float(rng.uniform(0.9, 1.2) if wide else rng.uniform(0.35, 0.5))
    shifts = (start + step * np.arange(9)).round(2)[:: -1 if falling else 1]
    true, logits = draw_logits(rng, sizes, rare, bias, shifts)
    return shift_case(label, true, logits, rare, shifts.tolist(), tensor)


def draw_shifts(rng: np.random.Generator) -> list[Case]:
    """Draw classes of equal and unequal sizes, and the class to shift in any place."""
    bias = float(rng.uniform(1.6, 2.4))
    return [
        drawn_shift(rng, "three classes", (40, 40, 14), 2, bias, wide=True),
        drawn_shift(rng, "two classes", (60, 15), 1, bias + 0.5, falling=True),
        drawn_shift(
            rng, "the first class", (12, 50, 45), 0, bias, tensor=True, falling=True, wide=True
        ),
        drawn_shift(rng, "the class in the middle", (40, 10, 45, 30), 1, bias),
        drawn_shift(rng, "shifts below 0 too", (50, 12, 40), 1, bias - 1, start=-1.1),
    ]


best_shift = Question(
    name="best_shift",
    points=3,
    public=[
        shift_case(
            "two classes",
            [0, 0, 0, 0, 0, 0, 1, 1, 1],
            [
                [3.0, 0.0],
                [2.5, 0.5],
                [2.2, 0.0],
                [2.0, 0.3],
                [1.5, 0.6],
                [1.0, 0.5],
                [0.5, 1.0],
                [1.4, 0.2],
                [1.9, 0.6],
            ],
            1,
            [4, 2.4, 1.35, 0.3, 0],
        ),
        drawn_shift(SHOWN, "three classes", (20, 24, 8), 2, 2.0, wide=True),
        drawn_shift(SHOWN, "the first of three, tensors", (7, 20, 20), 0, 2.2, tensor=True),
        drawn_shift(SHOWN, "shifts below 0 too", (20, 9, 18), 1, 0.8, start=-0.9),
    ],
    draw=draw_shifts,
)
