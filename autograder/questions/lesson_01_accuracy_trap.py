"""The questions of lesson 01, the accuracy trap."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from autograder.engine.question import Case, Question, read_value
from autograder.questions.draws import draw_labels, draw_sizes, labels_case

FRAUD_TRUE = [0] * 990 + [1] * 10
FRAUD_PRED = [0] * 1000


def draw_baselines(rng: np.random.Generator) -> list[Case]:
    """Draw labels whose commonest class may be any."""
    two, five, long = (draw_sizes(rng, k, high=h) for k, h in ((2, 20), (5, 30), (4, 400)))
    hole = np.insert(draw_sizes(rng, 3), rng.integers(1, 3), 0)
    alone = np.full(rng.integers(3, 9), rng.integers(1, 5))
    return [
        labels_case("two classes", "list", {"labels": draw_labels(rng, two)}),
        labels_case("five classes", "array", {"labels": draw_labels(rng, five)}),
        labels_case("a long tensor", "tensor", {"labels": draw_labels(rng, long)}),
        labels_case("small integers with a gap", "bytes", {"labels": draw_labels(rng, hole)}),
        labels_case("a short list", "list", {"labels": alone}),
    ]


majority_baseline = Question(
    name="majority_baseline",
    points=2,
    public=[
        Case(
            "the fraud data",
            {"labels": FRAUD_TRUE},
            shown="majority_baseline([0] * 990 + [1] * 10)",
        ),
        Case("three classes", {"labels": np.array([2, 0, 2, 1, 2])}),
        Case("a tensor", {"labels": [1, 1, 0, 1, 1, 0]}, tensors=("labels",)),
        Case("a class number that is missing", {"labels": [3, 0, 3, 1, 0, 3, 3]}),
    ],
    draw=draw_baselines,
)


def draw_predictions(rng: np.random.Generator) -> list[Case]:
    """Draw true labels and predictions that agree more often than by chance."""

    def pair(classes: int, samples: int) -> dict[str, np.ndarray]:
        true = rng.integers(0, classes, samples)
        guess = rng.integers(0, classes, samples)
        return {"y_true": true, "y_pred": np.where(rng.random(samples) < 0.4, true, guess)}

    flagged = {"y_true": draw_labels(rng, draw_sizes(rng, 2, high=9))}
    flagged["y_pred"] = np.ones_like(flagged["y_true"])
    return [
        labels_case("two classes", "list", pair(2, 12)),
        labels_case("arrays", "array", pair(2, 60)),
        labels_case("small integers, and another positive class", "bytes", pair(4, 80), positive=3),
        labels_case("tensors, and class 0 is positive", "tensor", pair(3, 50), positive=0),
        labels_case("another list", "list", flagged),
        labels_case(
            "arrays, and another positive class",
            "array",
            pair(2, 9),
            positive=int(rng.integers(2, 6)),
        ),
    ]


positives_caught = Question(
    name="positives_caught",
    points=2,
    public=[
        Case(
            "the fraud data",
            {"y_true": FRAUD_TRUE, "y_pred": FRAUD_PRED},
            shown="positives_caught([0] * 990 + [1] * 10, [0] * 1000)",
        ),
        Case("a few of each", {"y_true": [1, 0, 1, 1, 0, 0, 1], "y_pred": [1, 1, 0, 1, 1, 0, 1]}),
        Case(
            "another positive class",
            {
                "y_true": np.array([2, 0, 1, 2, 2, 1, 0]),
                "y_pred": np.array([2, 2, 0, 0, 2, 1, 0]),
            },
            {"positive": 2},
        ),
        Case(
            "tensors, and class 0 is positive",
            {"y_true": [0, 1, 0, 0, 1], "y_pred": [0, 1, 0, 1, 0]},
            {"positive": 0},
            tensors=("y_true", "y_pred"),
        ),
    ],
    draw=draw_predictions,
)


def ask_about_a_model(
    function: Callable[..., Any],
    weight: Any,
    bias: Any,
    inputs: Any,
    targets: Any,
    hidden: Any = None,
    afterwards: bool = False,
    **options: Any,
) -> Any:
    """Ask a function about a softmax regression, or about a network with a hidden layer.

    The layers hold the case's own tensors, so a function that trains the model is found to have
    changed its arguments. With `afterwards`, the answer says too what the function left in `.grad`.
    """
    from torch import nn

    def linear(weight: Any, bias: Any = None) -> Any:
        # On the meta device nothing is drawn: the student's random state stays as it is.
        rows, columns = weight.shape
        layer = nn.Linear(columns, rows, bias=bias is not None, device="meta")
        layer.weight = nn.Parameter(weight)
        if bias is not None:
            layer.bias = nn.Parameter(bias)
        return layer

    model = linear(weight, bias)
    if hidden is not None:
        model = nn.Sequential(linear(hidden), nn.Tanh(), model)
    shares = function(model, inputs, targets, **options)
    if not afterwards:
        return shares
    # Zeros are as good as None: the next `backward` adds to either without harm.
    left = any(t.grad is not None and t.grad.any() for t in (*model.parameters(), inputs))
    return {"left in .grad": "gradients" if left else "nothing", "the shares": shares}


def model_case(
    label: str, shown: str, arrays: dict[str, Any], hidden: Any = None, **options: Any
) -> Case:
    """Make a case of a model and a batch; all its numbers become float32 tensors."""
    inputs = {name: np.asarray(values, dtype=np.float32) for name, values in arrays.items()}
    inputs["targets"] = np.asarray(arrays["targets"], dtype=np.int64)
    tensors = tuple(inputs)
    if hidden is not None:
        options["hidden"] = np.asarray(hidden, dtype=np.float32)
        tensors += ("hidden",)
    return Case(label, inputs, options, tensors, shown=f"gradient_share(model, {shown}")


def nine_to_one(bias: list[float]) -> dict[str, Any]:
    """Ten equal samples, nine of them of class 0, and a model that sees only their bias."""
    return {
        "weight": np.zeros((2, 1)),
        "bias": bias,
        "inputs": np.ones((10, 1)),
        "targets": [0] * 9 + [1],
    }


FEW = {
    "weight": [[1.0, -0.5], [0.0, 1.0], [-1.0, 0.5]],
    "bias": [0.5, 0.0, -0.5],
    "inputs": [[2, 1], [-1, 1], [0, -2], [1, 3], [-2, -1], [1, 0]],
}


def draw_models(rng: np.random.Generator) -> list[Case]:
    """Draw small models and batches, some of which lack a class."""

    def batch(sizes: Any, features: int, hidden: int = 0) -> dict[str, Any]:
        targets = draw_labels(rng, sizes)
        return {
            "weight": rng.normal(size=(len(sizes), hidden or features)),
            "bias": rng.normal(size=len(sizes)),
            "inputs": rng.normal(0.5, 1.0, size=(len(targets), features)),
            "targets": targets,
        }

    hole = np.insert(draw_sizes(rng, 3, high=9), rng.integers(1, 3), 0)
    cut = np.append(draw_sizes(rng, 3, high=9), 0)
    return [
        model_case("two classes", "a batch)", batch(draw_sizes(rng, 2, high=12), 3)),
        model_case("five classes", "a batch)", batch(draw_sizes(rng, 5, high=9), 4), num_classes=5),
        model_case("four classes", "a batch)", batch(hole, 2), num_classes=4),
        model_case("a model with four outputs", "a batch)", batch(cut, 3)),
        model_case(
            "a hidden layer",
            "a batch)",
            batch(draw_sizes(rng, 3, high=9), 2, hidden=4),
            hidden=rng.normal(size=(4, 2)),
        ),
        model_case(
            "what is left behind",
            "a batch): its answer, and what it left in `.grad`",
            batch(draw_sizes(rng, 3, high=9), 2),
            afterwards=True,
        ),
    ]


gradient_share = Question(
    name="gradient_share",
    points=3,
    public=[
        model_case(
            "a model that knows nothing yet",
            "inputs, targets): 9 samples of class 0 and 1 of class 1; all weights 0",
            nine_to_one([0.0, 0.0]),
        ),
        model_case(
            "a model that predicts the prevalence",
            "inputs, targets): the same samples; the model gives them 0.9 and 0.1",
            nine_to_one([float(np.log(0.9)), float(np.log(0.1))]),
        ),
        model_case(
            "three classes",
            "inputs, [2, 0, 1, 0, 2, 0], num_classes=3): a linear model",
            {**FEW, "targets": [2, 0, 1, 0, 2, 0]},
            num_classes=3,
        ),
        model_case(
            "a class without samples",
            "inputs, [0, 1, 0, 0, 1, 0]): a linear model with 3 classes",
            {**FEW, "targets": [0, 1, 0, 0, 1, 0]},
        ),
        model_case(
            "a hidden layer",
            "inputs, [2, 0, 1, 0, 2, 0]): Linear, Tanh, Linear",
            {**FEW, "targets": [2, 0, 1, 0, 2, 0]},
            hidden=[[0.5, 1.0], [-1.0, 0.5]],
        ),
        model_case(
            "what is left behind",
            "inputs, [1, 0, 0, 2, 0, 0]): its answer, and what it left in `.grad`",
            {**FEW, "targets": [1, 0, 0, 2, 0, 0]},
            afterwards=True,
        ),
    ],
    draw=draw_models,
    call=ask_about_a_model,
)

# A bank wants to find fraudulent card payments. One payment in a hundred is fraud. What is wrong
# with accuracy as the main measure of a model for this job?
#   A. Nothing: an accuracy of 99% means that the model catches 99 of every 100 frauds.
#   B. With so few frauds, accuracy cannot be computed: there are not enough of them to divide by.
#   C. It gives each fraud as much weight as 99 legitimate payments, so it punishes missed fraud
#      too hard.
#   D. A model that catches no fraud at all still scores 99%.
#   E. It changes with the decision threshold, and no measure that does so is of use when a class
#      is rare.
#   F. It is only wrong on the data as they are: on a test set that was balanced to half fraud,
#      half legitimate, it tells how the model will do at the bank.
quick_check_accuracy = Question(
    name="quick_check_accuracy",
    points=1,
    public=[Case("the letter you chose")],
    call=read_value,
)
