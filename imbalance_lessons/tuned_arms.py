"""Arms of a fair comparison: as the data are, or with a remedy, each with a tuned threshold."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812 - PyTorch's own name for it
from numpy.typing import ArrayLike, NDArray

from imbalance_lessons.features import as_rows
from imbalance_lessons.metrics import f_score
from imbalance_lessons.multiclass import balanced_accuracy
from imbalance_lessons.ranking import average_precision
from imbalance_lessons.splits import stratified_split
from imbalance_lessons.thresholds import apply_threshold, best_balanced_threshold, best_f_threshold
from imbalance_lessons.validation import as_choice, as_integer, as_labels

__all__ = [
    "ARMS",
    "COLUMNS",
    "arms_table",
    "compare_arms",
    "positive_scores",
    "train_arm",
    "train_linear",
]

ARMS = ("untouched", "weights", "sampling")
COLUMNS = ("F1 at 0.5", "F1 tuned", "bal.acc. at 0.5", "bal.acc. tuned", "avg. precision")


def train_linear(
    inputs: ArrayLike, labels: ArrayLike, weight: ArrayLike | None = None
) -> torch.nn.Linear:
    """Train a linear model with two outputs until its loss no longer falls.

    Parameters
    ----------
    inputs, labels
        Samples, a row each, and their labels 0 or 1, of each some.
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
    rows, targets = _samples(inputs, labels)
    if weight is not None:
        weight = torch.as_tensor(np.asarray(weight), dtype=torch.float32)
    model = torch.nn.Linear(rows.shape[1], 2, device="meta").to_empty(device="cpu")
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


def positive_scores(model: torch.nn.Module, inputs: ArrayLike) -> NDArray[np.float64]:
    """Give the probability of class 1 for each row, from a model with two outputs.

    Parameters
    ----------
    model, inputs
        A module that gives logits of shape (N, 2), and its inputs, a row a sample.

    Returns
    -------
    np.ndarray
        Shape (N,), float64.
    """
    with torch.no_grad():
        logits = model(torch.as_tensor(np.asarray(inputs), dtype=torch.float32))
    return np.asarray(logits.double().softmax(dim=1)[:, 1])


def train_arm(arm: str, inputs: ArrayLike, labels: ArrayLike, seed: int = 0) -> torch.nn.Linear:
    """Train a linear model on the data as they are, or with one of two remedies.

    Parameters
    ----------
    arm
        "untouched"; "weights": each class counts half of the loss; or "sampling": on as many rows,
        drawn with replacement, half of them of each class.
    inputs, labels
        As for `train_linear`.
    seed
        Where the random numbers of "sampling" start.

    Returns
    -------
    torch.nn.Linear
        The model.

    Raises
    ------
    TypeError, ValueError
        As `train_linear` does; a ValueError if there is no such arm.
    """
    as_choice(arm, "arm", ARMS)
    features, numbers = as_rows(inputs), as_labels(labels, "labels", 2)
    shares = 1 / (2 * np.bincount(numbers, minlength=2).clip(1))
    if arm == "weights":
        return train_linear(features, numbers, len(numbers) * shares)
    if arm == "sampling":
        rng = np.random.default_rng(as_integer(seed, "seed"))
        odds = shares[numbers] / shares[numbers].sum()
        rows = rng.choice(len(numbers), len(numbers), p=odds)
        return train_linear(features[rows], numbers[rows])
    return train_linear(features, numbers)


def compare_arms(
    inputs: ArrayLike,
    labels: ArrayLike,
    arms: Sequence[str] = ARMS,
    shares: Sequence[float] = (0.5, 0.25, 0.25),
    seed: int = 0,
) -> NDArray[np.float64]:
    """Train each arm on one part of the data, tune its threshold on another, measure on a third.

    Parameters
    ----------
    inputs, labels
        As for `train_linear`.
    arms
        Some of `ARMS`.
    shares
        Of the training, validation and test part: a stratified split.
    seed
        Where the random numbers of the split and of "sampling" start.

    Returns
    -------
    np.ndarray
        Shape (arms, 5), all measured on the test part: F1 at 0.5 and at the threshold with the
        best F1 on the validation part; the same for balanced accuracy; average precision, for which
        no threshold matters.

    Raises
    ------
    TypeError, ValueError
        As `train_arm` and `splits.stratified_split` do.

    Notes
    -----
    Features are standardised with mean and deviation of the training part.
    """
    features, numbers = as_rows(inputs), as_labels(labels, "labels", 2)
    fit, val, test = stratified_split(numbers, shares, seed)
    scale = features[fit].std(axis=0)
    features = (features - features[fit].mean(axis=0)) / np.where(scale > 0, scale, 1)
    results = []
    for arm in arms:
        model = train_arm(arm, features[fit], numbers[fit], seed)
        on_val, on_test = (positive_scores(model, features[part]) for part in (val, test))
        for_balance = best_balanced_threshold(numbers[val], on_val)[0]
        for_f1 = best_f_threshold(numbers[val], on_val)[0]
        row = [f_score(numbers[test], apply_threshold(on_test, t)) for t in (0.5, for_f1)]
        row += [
            balanced_accuracy(numbers[test], apply_threshold(on_test, t))
            for t in (0.5, for_balance)
        ]
        results.append([*row, average_precision(numbers[test], on_test)])
    return np.array(results)


def arms_table(results: ArrayLike, arms: Sequence[str] = ARMS) -> str:
    """Write the mean and the standard deviation of several comparisons as a table.

    Parameters
    ----------
    results
        What `compare_arms` gave, shape (runs, arms, 5).
    arms
        Their names.

    Returns
    -------
    str
        A line a column title, and a line for each arm.

    Raises
    ------
    ValueError
        If the shape of `results` does not fit.

    Examples
    --------
    >>> print(arms_table([[[0.5, 0.5, 0.7, 0.8, 0.6]], [[0.4, 0.6, 0.7, 0.9, 0.6]]], ["mine"]))
    ...     # doctest: +NORMALIZE_WHITESPACE
               F1 at 0.5   F1 tuned    bal.acc. at 0.5 bal.acc. tuned avg. precision
    mine       0.45 ±0.05  0.55 ±0.05  0.70 ±0.00      0.85 ±0.05     0.60 ±0.00
    """
    values = np.asarray(results, dtype=float)
    if values.ndim != 3 or values.shape[1:] != (len(arms), len(COLUMNS)):
        raise ValueError(
            f"results: expected shape (runs, {len(arms)}, {len(COLUMNS)}), got {values.shape}"
        )
    widths = [max(len(column), 10) + 1 for column in COLUMNS]
    lines = [" " * 11 + " ".join(map(str.ljust, COLUMNS, widths))]
    for arm, means, spreads in zip(arms, values.mean(axis=0), values.std(axis=0), strict=True):
        cells = [f"{mean:.2f} ±{spread:.2f}" for mean, spread in zip(means, spreads, strict=True)]
        lines.append(arm.ljust(11) + " ".join(map(str.ljust, cells, widths)))
    return "\n".join(line.rstrip() for line in lines)


def _samples(inputs: ArrayLike, labels: ArrayLike) -> tuple[torch.Tensor, torch.Tensor]:
    rows, numbers = as_rows(inputs), as_labels(labels, "labels", 2)
    if len(numbers) != len(rows):
        raise ValueError(f"labels: expected {len(rows)}, one a row, got {len(numbers)}")
    if len(set(numbers.tolist())) < 2:
        raise ValueError(f"labels: expected both 0 and 1, got {numbers[0]} only")
    return torch.tensor(rows, dtype=torch.float32), torch.tensor(numbers)
