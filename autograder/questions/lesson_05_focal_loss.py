"""The questions of lesson 05, focal loss: from the formula to the loss of a batch."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from autograder.engine.question import Case, Question, read_value


def batch(
    rng: np.random.Generator, samples: int, classes: int, scale: float = 1.5
) -> dict[str, Any]:
    """Draw logits, and class numbers of which each class has one at least."""
    targets = np.concatenate([np.arange(classes), rng.integers(0, classes, samples - classes)])
    logits = rng.normal(scale=scale, size=(samples, classes)).round(2).astype(np.float32)
    return {"logits": logits, "targets": rng.permutation(targets)}


def batch_case(label: str, arrays: dict[str, Any], shown: str = "", **options: Any) -> Case:
    """Make a case of a batch, handed over as tensors: float32, and int64."""
    inputs = {
        "logits": np.asarray(arrays["logits"], dtype=arrays.get("dtype", np.float32)),
        "targets": np.asarray(arrays["targets"], dtype=np.int64),
    }
    tensors: tuple[str, ...] = ("logits", "targets")
    if isinstance(options.get("alpha"), np.ndarray):
        tensors += ("alpha",)
    return Case(label, inputs, options, tensors, shown=shown)


def draw_values(rng: np.random.Generator) -> list[Case]:
    """Draw batches of two to six classes, and a gamma of each kind."""
    low, high = rng.uniform(0.1, 0.9), rng.uniform(2.5, 4.5)
    gammas = [round(float(g), 2) for g in (low, high)]
    sure = batch(rng, 6, 3, scale=0.5)
    sure["logits"][np.arange(6), sure["targets"]] += np.float32(4)
    return [
        batch_case("two classes", batch(rng, 7, 2)),
        batch_case("six classes", batch(rng, 9, 6), gamma=int(rng.integers(3, 6))),
        batch_case("three classes, gamma = 1", batch(rng, 5, 3), gamma=1.0),
        batch_case("gamma below 1", batch(rng, 6, 4), gamma=gammas[0]),
        batch_case("gamma above 2", batch(rng, 4, 3), gamma=gammas[1]),
        batch_case("gamma = 0", batch(rng, 5, 2), gamma=0),
        batch_case("easy samples", sure, gamma=0.5),
        batch_case("as many samples as classes", batch(rng, 4, 4), gamma=2.0),
    ]


focal_values = Question(
    name="focal_values",
    points=3,
    public=[
        batch_case(
            "two classes, gamma left out",
            {"logits": [[2.0, 0.0], [0.0, 0.0], [-1.0, 1.5]], "targets": [0, 1, 0]},
        ),
        batch_case(
            "three classes, gamma = 1",
            {
                "logits": [[1.0, 0.5, -1.0], [0.0, 2.0, 0.0], [1.0, -1.0, 3.0], [0.0, 0.5, 1.0]],
                "targets": [0, 2, 2, 1],
            },
            gamma=1,
        ),
        batch_case(
            "gamma = 0",
            {"logits": [[1.0, -1.0], [0.5, 2.0], [0.0, 1.0]], "targets": [1, 1, 0]},
            gamma=0,
        ),
        batch_case(
            "gamma = 0.5, in float64",
            {"logits": [[3.0, 0, 0, 1], [0, -1, 1, 2]], "targets": [0, 3], "dtype": np.float64},
            gamma=0.5,
        ),
        batch_case(
            "gamma = 5",
            {"logits": [[0.0, 1.0, 0.0], [2.0, 1.0, 0.0], [-2.0, 0.0, 1.0]], "targets": [2, 0, 0]},
            gamma=5,
        ),
    ],
    draw=draw_values,
)


def ask_about_a_term(
    function: Callable[..., Any], log_odds: Any, ask: str = "loss", **options: Any
) -> Any:
    """Ask a function of log-odds for its values, or have PyTorch differentiate their sum."""
    import torch

    with torch.enable_grad():
        leaf = log_odds.detach().requires_grad_()
        losses = function(leaf, **options)
        if ask == "loss" or losses is None:
            return losses
        if not isinstance(losses, torch.Tensor | np.ndarray):
            raise TypeError("there is no gradient: the result is no tensor")
        if isinstance(losses, np.ndarray) or not losses.requires_grad:
            raise RuntimeError(
                "there is no gradient: the result is cut off from log_odds, by detach, item, "
                "NumPy or no_grad"
            )
        return torch.autograd.grad(losses.sum(), leaf)[0]


def term_case(label: str, ask: str, log_odds: Any, gamma: float | None = None) -> Case:
    """Make a case that asks for the loss of each sample, or for its gradient."""
    options: dict[str, Any] = {} if gamma is None else {"gamma": gamma}
    numbers = np.asarray(log_odds, dtype=np.float32)
    arguments = f"tensor({np.asarray(log_odds).tolist()})" + (f", gamma={gamma}" if options else "")
    shown = f"focal_term({arguments})" + (", its gradient" if ask == "gradient" else "")
    inputs = {"log_odds": numbers}
    return Case(label, inputs, {"ask": ask, **options}, ("log_odds",), shown=shown)


def draw_terms(rng: np.random.Generator) -> list[Case]:
    """Draw log-odds of samples in doubt, of very sure ones, and of very wrong ones."""
    doubtful = [rng.uniform(-3, 3, size).round(2) for size in (5, 6, (2, 3))]
    sure = [rng.uniform(low, high, 2).round(1) for low, high in ((18, 90), (120, 900), (20, 500))]
    wrong = [-rng.uniform(low, high, 2).round(1) for low, high in ((110, 900), (120, 500))]
    slow = [round(float(g), 2) for g in rng.uniform(0.1, 0.9, 2)]
    fast = round(float(rng.uniform(2.2, 5)), 2)
    return [
        term_case("the loss of doubtful samples", "loss", doubtful[0], fast),
        term_case("the loss of very wrong samples", "loss", [*wrong[0], *doubtful[0][:2]], slow[0]),
        term_case("the gradient of doubtful samples", "gradient", doubtful[1]),
        term_case("the gradient in two dimensions", "gradient", doubtful[2], 1.0),
        term_case("the gradient of sure samples", "gradient", [*sure[0], *doubtful[0]], slow[1]),
        term_case("the gradient of very sure samples", "gradient", [*sure[1], 0.3], slow[0]),
        term_case("the gradient of very wrong samples", "gradient", [*wrong[1], 1.5], fast),
        term_case("the gradient, gamma = 0", "gradient", [*sure[2], *doubtful[1][:3]], 0),
    ]


focal_term = Question(
    name="focal_term",
    points=3,
    public=[
        term_case("losses, gamma left out", "loss", [-3, -0.5, 0, 1.2, 4]),
        term_case("losses of very wrong samples", "loss", [-1000, -120, -2, 0.5], 1),
        term_case("a gradient", "gradient", [-2, -0.25, 0.75, 2.5], 2),
        term_case("the gradient of very sure samples", "gradient", [0.5, 17, 60, 1000], 0.5),
        term_case("the gradient of very wrong samples", "gradient", [-1000, -60, -4, 3], 1),
    ],
    draw=draw_terms,
    call=ask_about_a_term,
)


def draw_alpha(rng: np.random.Generator, classes: int) -> list[float]:
    """Draw a weight for each class, no two of them alike."""
    steps = rng.permutation(np.arange(1, 16))[:classes] / 5
    return [round(float(weight), 2) for weight in steps]


def ignore(rng: np.random.Generator, arrays: dict[str, Any], index: int = -100) -> dict[str, Any]:
    """Give two of the samples, one of them not the last, a target that is to be ignored."""
    targets = arrays["targets"].copy()
    targets[rng.permutation(len(targets) - 1)[:2]] = index
    return {**arrays, "targets": targets}


def draw_losses(rng: np.random.Generator) -> list[Case]:
    """Draw batches with alpha in each form, each reduction, and samples to be ignored."""
    gamma = round(float(rng.uniform(0.5, 3)), 2)
    few, more = ignore(rng, batch(rng, 7, 3)), ignore(rng, batch(rng, 8, 2), index=-1)
    number = round(float(rng.uniform(1.5, 4)), 2)
    as_tensor = np.array(draw_alpha(rng, 4), dtype=np.float32)
    return [
        batch_case(
            "two classes, one by one", batch(rng, 6, 2), alpha=draw_alpha(rng, 2), reduction="none"
        ),
        batch_case("alpha as a tensor", batch(rng, 7, 4), alpha=as_tensor, gamma=gamma),
        batch_case(
            "as many samples as classes",
            batch(rng, 3, 3),
            alpha=draw_alpha(rng, 3),
            gamma=1,
            reduction="none",
        ),
        batch_case("the mean, gamma = 0", batch(rng, 8, 3), alpha=draw_alpha(rng, 3), gamma=0),
        batch_case("one number", batch(rng, 5, 2), alpha=number, gamma=gamma, reduction="sum"),
        batch_case("some to be ignored", few, alpha=draw_alpha(rng, 3)),
        batch_case("another ignore_index", more, gamma=gamma, reduction="none", ignore_index=-1),
        batch_case("no alpha, the sum", batch(rng, 6, 5), gamma=1.5, reduction="sum"),
    ]


FIVE = [[1.0, 0.0, -1.0], [0.5, 0.5, 2.0], [0.0, 1.0, 0.0], [-1.0, 0.0, 1.0], [2.0, 0.0, 0.5]]

focal_loss = Question(
    name="focal_loss",
    points=3,
    public=[
        batch_case(
            "a weight for each class, one by one",
            {
                "logits": [[1.0, 0.0], [0.5, 1.0], [0.0, -1.0], [-0.5, 0.5]],
                "targets": [0, 1, 1, 0],
            },
            alpha=[0.75, 0.25],
            reduction="none",
        ),
        batch_case(
            "the mean", {"logits": FIVE, "targets": [2, 0, 0, 1, 0]}, alpha=[1, 0.5, 3], gamma=1
        ),
        batch_case(
            "no alpha, the sum",
            {"logits": FIVE, "targets": [1, 2, 0, 0, 1]},
            gamma=0.5,
            reduction="sum",
        ),
        batch_case(
            "two samples to be ignored",
            {"logits": FIVE, "targets": [1, -100, 2, 0, -100]},
            alpha=np.array([1.0, 2.0, 0.5], dtype=np.float32),
        ),
        batch_case(
            "one number for all classes, and another ignore_index",
            {"logits": [[1.0, -1.0], [0.0, 0.5], [0.5, 0.0], [0.0, 1.0]], "targets": [1, 1, -1, 0]},
            alpha=0.25,
            reduction="none",
            ignore_index=-1,
        ),
    ],
    draw=draw_losses,
)

# A model was trained to the end with focal loss, gamma = 2, without alpha and without resampling,
# and has learned what there is to learn. To some payments its softmax gives "fraud" 0.31. About
# how many of 100 such payments are fraud?
#   A. 31: the outputs of a softmax are probabilities.
#   B. 69: focal loss weighs by 1 - p, so what it gives is the probability of the other class.
#   C. 10: focal loss is least at outputs closer to the middle than the true probabilities.
#   D. 48: focal loss plays down the easy samples, so its outputs for the rare class are too low.
#   E. 3: each sample's loss was multiplied by (1 - 0.31)^2, so 0.31 has to be squared and more.
#   F. That cannot be said: after focal loss the scores rank, but no number can be recovered.
quick_check_focal = Question(
    name="quick_check_focal",
    points=1,
    public=[Case("the letter you chose")],
    call=read_value,
)
