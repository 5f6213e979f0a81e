"""The questions of lesson 08 on training: the split, and the epoch to keep."""

from __future__ import annotations

import operator
from collections.abc import Callable
from itertools import islice
from typing import Any

import numpy as np

from autograder.engine.plain import is_tensor
from autograder.engine.question import Case, Question
from autograder.questions.draws import draw_labels

RUNS = 3


def ask_for_parts(function: Callable[..., Any], labels: Any, *inputs: Any, seed: int = 0) -> Any:
    """Ask for three parts with a seed, with the same seed again, and with another one.

    Returns
    -------
    object
        Shape (3 runs, 3 parts, N): how often each row is in each part; -1 all over if the parts
        mark each row with True or False, -2 if they are lists of arrays or lists. Or what came, if
        it is neither a list nor a tuple.

    Raises
    ------
    ValueError
        If it is a list or a tuple, but not of three parts of positions.
    """
    runs = []
    for asked in (seed, seed, seed + 1):
        parts = function(labels, *inputs, seed=asked)
        counts = count_rows(parts, len(labels))
        if counts is None and not issubclass(type(parts), (list, tuple)):
            return parts
        if counts is None:
            kind = "list" if issubclass(type(parts), list) else "tuple"
            raise ValueError(
                f"It gave back a {kind} of {len(parts)}, and three parts were expected, each with "
                f"positions from 0 to {len(labels) - 1}"
            )
        runs.append(counts)
    return np.array(runs, dtype=np.int64)


def count_rows(parts: Any, rows: int) -> np.ndarray | None:
    """Count how often each row is in each of three parts; None if they are no positions."""
    if not issubclass(type(parts), (list, tuple)) or len(parts) != 3:
        return None
    if all(is_mask(part, rows) for part in parts):
        return np.full((3, rows), -1)
    if all(is_nested(part) for part in parts):
        return np.full((3, rows), -2)
    counts = np.zeros((3, rows), dtype=np.int64)
    for part, count in zip(parts, counts, strict=True):
        try:
            positions = [operator.index(position) for position in islice(part, 20 * rows)]
        except TypeError:
            return None
        if any(not 0 <= position < rows for position in positions):
            return None
        np.add.at(count, np.array(positions, dtype=np.int64), 1)
    return counts


def is_mask(part: Any, rows: int) -> bool:
    """Tell whether a part is an array or a tensor of True and False, one a row."""
    return (is_tensor(part) and str(part.dtype) == "torch.bool") or (
        issubclass(type(part), np.ndarray) and part.dtype == bool and part.shape == (rows,)
    )


def is_nested(part: Any) -> bool:
    """Tell whether a part is a list of arrays, tensors or lists, and so was not joined."""
    inner = (list, tuple, np.ndarray)
    return (
        issubclass(type(part), list)
        and bool(part)
        and all(issubclass(type(p), inner) or (is_tensor(p) and p.ndim) for p in part)
        and all(np.ndim(p) == 1 for p in part)
    )


def split_case(
    label: str, labels: Any, shown: str, shares: Any = None, seed: int = 0, tensor: bool = False
) -> Case:
    """Make a case of labels, and shares where they are not the default."""
    inputs = {"labels": labels} if shares is None else {"labels": labels, "shares": shares}
    return Case(
        label,
        inputs,
        {"seed": seed},
        ("labels",) if tensor else (),
        shown=f"split_three({shown}, seed={seed}), again, and with seed={seed + 1}",
    )


def draw_splits(rng: np.random.Generator) -> list[Case]:
    """Draw labels of two to four classes, in random order or sorted, and shares."""

    def sizes(*most: int) -> list[int]:
        return [int(rng.integers(high // 2, high)) for high in most]

    def seed() -> int:
        return int(rng.integers(1, 1000))

    def labels(*most: int) -> list[int]:
        drawn: list[int] = draw_labels(rng, sizes(*most)).tolist()
        return drawn

    return [
        split_case("a list", labels(400, 80), "labels", seed=seed()),
        split_case("three classes", labels(500, 120, 60), "labels", seed=seed()),
        split_case("a tensor", labels(300, 90), "labels", seed=seed(), tensor=True),
        split_case("a sorted array", np.sort(labels(90, 500, 60)), "labels"),
        split_case(
            "other shares",
            labels(200, 200, 400, 60),
            "labels, (0.5, 0.25, 0.25)",
            (0.5, 0.25, 0.25),
            seed(),
        ),
        split_case(
            "shares that differ",
            labels(400, 100),
            "labels, (0.7, 0.2, 0.1)",
            (0.7, 0.2, 0.1),
            seed(),
        ),
    ]


FEW = np.random.default_rng(8).permutation(np.repeat([0, 1], [450, 50]))

split_three = Question(
    name="split_three",
    points=2,
    public=[
        split_case("450 and 50 samples, mixed", FEW.tolist(), "labels of 450 and 50 samples"),
        split_case(
            "three classes, sorted",
            np.repeat([0, 1, 2], [303, 97, 41]),
            "[0] * 303 + [1] * 97 + [2] * 41",
        ),
        split_case(
            "other shares, a tensor",
            np.tile([1, 0, 1, 1], 40),
            "torch.tensor([1, 0, 1, 1] * 40), (0.5, 0.3, 0.2)",
            (0.5, 0.3, 0.2),
            seed=7,
            tensor=True,
        ),
    ],
    draw=draw_splits,
    call=ask_for_parts,
)


def ask_to_keep_best(
    function: Callable[..., Any], scores: list[float], steps: list[float]
) -> list[Any] | Any:
    """Ask to train a small model whose epochs and scores are known beforehand.

    An epoch adds its step to both weights of a linear layer, and ten times that to the running
    means of a batch normalisation, which also counts the epochs. Its score depends on that count.

    Returns
    -------
    object
        What came back if it is not a pair of numbers; else a list: these two, the weight and the
        running mean of the model afterwards, and whether `load_state_dict` was called.
    """
    import torch

    class Model(torch.nn.Module):  # type: ignore[misc]  # PyTorch's types are not read
        loads = 0

        def __init__(self) -> None:
            super().__init__()
            with torch.random.fork_rng(devices=[]):  # the student's random state stays as it is
                self.layer = torch.nn.Linear(1, 2, bias=False)
            self.norm = torch.nn.BatchNorm1d(2)
            torch.nn.init.ones_(self.layer.weight)

        def forward(self, inputs: Any) -> Any:
            return self.norm(self.layer(inputs))

        def load_state_dict(self, *inputs: Any, **options: Any) -> Any:
            self.loads += 1
            return super().load_state_dict(*inputs, **options)

    def trained(model: Any) -> int:
        return int(model.norm.num_batches_tracked)

    @torch.no_grad()  # type: ignore[untyped-decorator]
    def train_epoch(model: Any) -> None:
        step = steps[min(trained(model), len(steps) - 1)]
        model.layer.weight += step
        model.norm.running_mean += 10 * step
        model.norm.num_batches_tracked += 1

    def validate(model: Any) -> float:
        """Give the score of the epoch before; a bad one before the first, a good one after all."""
        known = [min(scores) - 1, *scores, max(scores) + 1]
        return known[min(trained(model), len(known) - 1)]

    model = Model()
    result = function(model, train_epoch, validate, len(scores))
    if not issubclass(type(result), (list, tuple)) or len(result) != 2:
        return result
    weight, mean = float(model.layer.weight.detach()[0, 0]), float(model.norm.running_mean[0])
    return [*result, weight, mean, model.loads]


def training_case(label: str, scores: list[float], steps: list[float], public: bool = True) -> Case:
    """Make a case of scores, one an epoch, and what each epoch adds to the weights."""
    text = ", ".join(f"{score:g}" for score in scores)
    shown = f"keep_best(model, train_epoch, validate, {len(scores)}): scores {text}"
    return Case(label, {"scores": scores, "steps": steps}, shown=shown if public else "")


def draw_trainings(rng: np.random.Generator) -> list[Case]:
    """Draw scores whose best is at the start, in between, at the end, repeated, zero or below."""

    def case(label: str, scores: Any) -> Case:
        steps = rng.choice([0.25, 0.5, 0.75, 1.25, 1.5, 2.5], len(scores))
        rounded = [round(float(score), 3) for score in scores]
        return training_case(label, rounded, steps.tolist(), public=False)

    def up_and_down(length: int, best: int) -> np.ndarray:
        scores = rng.permutation(np.linspace(0.3, 0.8, length)) - 0.01 * rng.random()
        scores[best] = 0.82 + 0.1 * rng.random()
        return np.asarray(scores)

    twice = up_and_down(7, 2)
    twice[5] = twice[2]
    return [
        case("the best in between", up_and_down(6, int(rng.integers(2, 4)))),
        case("the best first", up_and_down(4, 0)),
        case("the best last", up_and_down(5, 4)),
        case("the best twice", twice),
        case("minus the loss", up_and_down(6, int(rng.integers(1, 5))) - 1 - rng.random()),
        case("one epoch", [rng.uniform(0.4, 0.9)]),
        case("many epochs", up_and_down(12, int(rng.integers(6, 10)))),
    ]


keep_best = Question(
    name="keep_best",
    points=3,
    public=[
        training_case("up, down, up", [0.5, 0.7, 0.6, 0.8, 0.75], [1.0, 0.5, -0.25, 0.75, 2.0]),
        training_case("the best score twice", [0.6, 0.9, 0.7, 0.9], [0.5, 1.5, -1.0, 2.0]),
        training_case("nothing right", [0.0, 0.0, 0.0], [0.25, 0.5, 1.0]),
        training_case(
            "minus the loss", [-0.9, -0.4, -0.35, -0.7, -0.5], [1.0, 1.0, 0.5, 0.5, 0.25]
        ),
        training_case("the best last", [0.5, 0.45, 0.6, 0.65], [0.5, 0.75, 1.0, 1.25]),
    ],
    draw=draw_trainings,
    call=ask_to_keep_best,
)
