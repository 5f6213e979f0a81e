"""Arms of a comparison: one kind of model, trained on the data as they are or with a remedy.

An arm says which rows a model learns from, and how much each class weighs. How it learns is the
trainer's matter, and the same for all arms of a comparison.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812 - PyTorch's own name for it
from numpy.typing import ArrayLike, NDArray

from imbalance_lessons.features import as_rows
from imbalance_lessons.sampling import oversampled_indices, undersampled_indices
from imbalance_lessons.validation import as_choice, as_integer, as_labels

if TYPE_CHECKING:
    from sklearn.linear_model import LogisticRegression

__all__ = ["ARMS", "positive_scores", "score_arm", "train_arm", "train_linear", "train_logistic"]

Plan = tuple[NDArray[np.int64], "NDArray[np.float64] | None"]
"""The rows to learn from, and the weight of each class; None: 1."""

Part = tuple[NDArray[Any], NDArray[np.int64]]
"""Inputs, a row a sample, and their labels 0 and 1."""

Pair = tuple[ArrayLike, ArrayLike]
"""Labels 0 and 1, and the scores of class 1."""

Trainer = Callable[[ArrayLike, ArrayLike, "ArrayLike | None"], Any]
"""Takes rows, labels 0 and 1 and the weight of each class, and gives a model."""


def _untouched(labels: NDArray[np.int64], seed: int) -> Plan:
    return np.arange(len(labels)), None


def _weights(labels: NDArray[np.int64], seed: int) -> Plan:
    return np.arange(len(labels)), len(labels) * _equal_shares(labels)


def _sampling(labels: NDArray[np.int64], seed: int) -> Plan:
    odds = _equal_shares(labels)[labels]
    draw = np.random.default_rng(seed).choice
    return draw(len(labels), len(labels), p=odds / odds.sum()), None


def _oversampling(labels: NDArray[np.int64], seed: int) -> Plan:
    return oversampled_indices(labels, seed), None


def _undersampling(labels: NDArray[np.int64], seed: int) -> Plan:
    return undersampled_indices(labels, seed), None


ARMS: dict[str, Callable[[NDArray[np.int64], int], Plan]] = {
    "untouched": _untouched,
    "weights": _weights,
    "sampling": _sampling,
    "oversampling": _oversampling,
    "undersampling": _undersampling,
}
"""For each name of an arm what it makes of labels and a seed."""


def train_arm(
    arm: str, inputs: ArrayLike, labels: ArrayLike, seed: int = 0, train: Trainer | None = None
) -> Any:
    """Train a model on the data as they are, or with one of four remedies.

    Parameters
    ----------
    arm
        "untouched"; "weights": each class counts half of the loss; "sampling": on as many rows,
        drawn with replacement, half of them of each class; "oversampling": on all rows, and on
        copies of the smaller class until the two are equally large; or "undersampling": on as many
        rows of the larger class as the smaller one has.
    inputs, labels
        Samples, a row each, and their labels 0 or 1, of each some.
    seed
        Where the random numbers of the last three start.
    train
        `train_linear`, which is meant if it is None; `train_logistic`; or a function like them.

    Returns
    -------
    Any
        What `train` gives: a torch.nn.Linear, if nothing else was asked for.

    Raises
    ------
    TypeError, ValueError
        As `train` does; a ValueError if there is no such arm.

    Examples
    --------
    >>> inputs, labels = [[0.0], [1.0], [2.0], [3.0]], [0, 0, 1, 0]
    >>> for arm in ("untouched", "weights"):
    ...     print(arm, positive_scores(train_arm(arm, inputs, labels), inputs).mean().round(2))
    untouched 0.25
    weights 0.47
    """
    as_choice(arm, "arm", tuple(ARMS))
    features, numbers = _samples(inputs, labels)
    rows, weight = ARMS[arm](numbers, as_integer(seed, "seed"))
    return (train_linear if train is None else train)(features[rows], numbers[rows], weight)


def train_linear(
    inputs: ArrayLike, labels: ArrayLike, weight: ArrayLike | None = None
) -> torch.nn.Linear:
    """Train a linear model with two outputs until its loss no longer falls.

    Parameters
    ----------
    inputs, labels
        As for `train_arm`.
    weight
        Of each class in the cross entropy; None: 1.

    Returns
    -------
    torch.nn.Linear
        The model. It starts at 0, so that the same data give the same weights.

    Raises
    ------
    TypeError, ValueError
        If the labels are not 0 and 1, as many as the rows, or the inputs are not finite numbers.

    Notes
    -----
    Logistic regression without a penalty. LBFGS with all rows in each step: what it ends with does
    not depend on a learning rate, a batch size or the patience of whoever trains.

    Examples
    --------
    >>> model = train_linear([[0.0], [1.0], [2.0], [3.0]], [0, 1, 0, 1])
    >>> positive_scores(model, [[1.5]]).round(3)
    array([0.5])
    """
    features, numbers = _samples(inputs, labels)
    rows, targets = torch.tensor(features, dtype=torch.float32), torch.tensor(numbers)
    if weight is not None:
        weight = torch.as_tensor(np.asarray(weight), dtype=torch.float32)
    model = torch.nn.Linear(rows.shape[1], 2, device="meta").to_empty(device=rows.device)
    for parameter in model.parameters():
        torch.nn.init.zeros_(parameter)
    optimizer = torch.optim.LBFGS(model.parameters(), max_iter=200, line_search_fn="strong_wolfe")

    def step() -> torch.Tensor:
        optimizer.zero_grad()
        loss = F.cross_entropy(model(rows), targets, weight=weight)
        loss.backward()
        return loss

    optimizer.step(step)
    return model


def train_logistic(
    inputs: ArrayLike, labels: ArrayLike, weight: ArrayLike | None = None
) -> LogisticRegression:
    """Train scikit-learn's logistic regression, with the penalty that it has by default.

    Parameters
    ----------
    inputs, labels, weight
        As for `train_linear`.

    Returns
    -------
    sklearn.linear_model.LogisticRegression
        The model.

    Raises
    ------
    TypeError, ValueError
        As `train_linear` does.

    Notes
    -----
    The penalty keeps the weights small where few rows tell of them, so with few positives its
    scores are a little lower than those of `train_linear`.

    Examples
    --------
    >>> model = train_logistic([[0.0], [1.0], [2.0], [3.0]], [0, 1, 0, 1])
    >>> positive_scores(model, [[1.5]]).round(3)
    array([0.5])
    """
    from sklearn.linear_model import LogisticRegression
    from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

    rows, numbers = _samples(inputs, labels)
    of_class = None if weight is None else dict(enumerate(np.asarray(weight).tolist()))
    with threadpool_limits(1):  # a matrix of 20 columns is too small to share among threads
        return LogisticRegression(max_iter=1000, class_weight=of_class).fit(rows, numbers)


def positive_scores(model: Any, inputs: ArrayLike) -> NDArray[np.float64]:
    """Give the probability of class 1 for each row.

    Parameters
    ----------
    model, inputs
        A module that gives logits of shape (N, 2), or a model of scikit-learn with
        `predict_proba`; and its inputs, a row a sample.

    Returns
    -------
    np.ndarray
        Shape (N,), float64.

    Raises
    ------
    TypeError, ValueError
        If the inputs are not rows of finite numbers.
    """
    rows = as_rows(inputs, "inputs")
    if hasattr(model, "predict_proba"):
        return np.asarray(model.predict_proba(rows)[:, 1], dtype=np.float64)
    device = next((parameter.device for parameter in model.parameters()), None)
    with torch.no_grad():
        logits = model(torch.tensor(rows, dtype=torch.float32, device=device))
    return np.asarray(logits.cpu().double().softmax(dim=1)[:, 1])


def score_arm(
    arm: str, parts: Sequence[Part], seed: int = 0, train: Trainer | None = None
) -> tuple[Pair, Pair]:
    """Train an arm on the first of three parts, and score the other two.

    Parameters
    ----------
    arm, seed, train
        As for `train_arm`.
    parts
        Inputs and labels of three parts.

    Returns
    -------
    tuple
        Labels and scores of the validation and of the test part.

    Raises
    ------
    TypeError, ValueError
        As `train_arm` does.
    """
    training, *others = parts
    model = train_arm(arm, *training, seed, train)
    validation, test = ((labels, positive_scores(model, inputs)) for inputs, labels in others)
    return validation, test


def _equal_shares(labels: NDArray[np.int64]) -> NDArray[np.float64]:
    """Give for each class what one of its samples has, if each class has a half of the whole."""
    return np.asarray(1 / (2 * np.bincount(labels, minlength=2).clip(1)))


def _samples(inputs: ArrayLike, labels: ArrayLike) -> tuple[NDArray[Any], NDArray[np.int64]]:
    rows, numbers = as_rows(inputs, "inputs"), as_labels(labels, "labels", 2)
    if len(numbers) != len(rows):
        raise ValueError(f"labels: expected {len(rows)}, one a row, got {len(numbers)}")
    if len(set(numbers.tolist())) < 2:
        raise ValueError(f"labels: expected both 0 and 1, got {numbers[0]} only")
    return rows, numbers
