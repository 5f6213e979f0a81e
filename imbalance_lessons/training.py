"""Train a classifier on unequal classes: choose by validation score, keep the best epoch."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812 - PyTorch's own name for it
from numpy.typing import ArrayLike, NDArray

from imbalance_lessons.balanced_sampler import BalancedSampler
from imbalance_lessons.distribution import class_counts, imbalance_ratio
from imbalance_lessons.epochs import Loss, cut_batches, draw_order, predict, train_epoch
from imbalance_lessons.evaluation import Evaluation, evaluation
from imbalance_lessons.multiclass import balanced_accuracy
from imbalance_lessons.progress import tracked
from imbalance_lessons.validation import (
    as_integer,
    as_labels,
    as_number,
    as_numbers,
    trainable_parameters,
)
from imbalance_lessons.weighting import inverse_frequency_weights

__all__ = ["Epoch", "Training", "fit", "train_imbalanced_classifier"]

TWICE = (
    "Weighted sampling and a weighted loss together correct for the imbalance twice: "
    "rare classes will be predicted too often, unless you move the threshold."
)

Score = Callable[[NDArray[np.int64], NDArray[np.int64]], float]


@dataclass(frozen=True)
class Epoch:
    """One pass over the training data: its mean loss a sample, and the score after it."""

    loss: float
    score: float


@dataclass(frozen=True)
class Training:
    """What a training gave.

    Attributes
    ----------
    model
        The model that was passed in, with the weights and buffers of its best epoch.
    history
        An `Epoch` for each epoch that was run.
    best_epoch
        Its number, from 1 on; 0 if there was no epoch, and the model is as it came.
    score
        The validation score of `model`, computed anew after its weights were restored.
    evaluation
        The report on the validation data, of the same predictions as `score`.
    """

    model: torch.nn.Module
    history: tuple[Epoch, ...]
    best_epoch: int
    score: float
    evaluation: Evaluation


def train_imbalanced_classifier(
    X_train: ArrayLike,
    y_train: ArrayLike,
    X_val: ArrayLike,
    y_val: ArrayLike,
    model: torch.nn.Module,
    epochs: int = 50,
    batch_size: int = 32,
    use_weighted_sampling: bool = True,
    use_weighted_loss: bool = True,
    **options: Any,
) -> torch.nn.Module:
    """Train a classifier on unequal classes, and return it as it was in its best epoch.

    Parameters
    ----------
    X_train, y_train, X_val, y_val, model, epochs, batch_size
        As for `fit`.
    use_weighted_sampling, use_weighted_loss
        Whether to balance the batches, or the loss. Both at once correct twice: see `fit`.
    **options
        Any other argument of `fit`, by name.

    Returns
    -------
    torch.nn.Module
        `model` itself.

    Raises
    ------
    TypeError, ValueError
        As `fit` does.

    Examples
    --------
    >>> X, y = [[0.0], [0.1], [0.2], [1.0]], [0, 0, 0, 1]
    >>> model = torch.nn.Linear(1, 2)
    >>> train_imbalanced_classifier(X, y, X, y, model, epochs=2, verbose=False) is model
    True
    """
    balance = (use_weighted_sampling, use_weighted_loss)
    return fit(X_train, y_train, X_val, y_val, model, epochs, batch_size, *balance, **options).model


def fit(
    X_train: ArrayLike,
    y_train: ArrayLike,
    X_val: ArrayLike,
    y_val: ArrayLike,
    model: torch.nn.Module,
    epochs: int = 50,
    batch_size: int = 32,
    use_weighted_sampling: bool = True,
    use_weighted_loss: bool = True,
    *,
    loss: Loss | None = None,
    sampler: Iterable[int] | None = None,
    lr: float = 1e-3,
    score: Score = balanced_accuracy,
    patience: int | None = None,
    num_classes: int | None = None,
    seed: int | None = None,
    device: torch.device | str | None = None,
    verbose: bool = True,
    progress: bool = False,
) -> Training:
    r"""Train a classifier on unequal classes, and tell how it went.

    Parameters
    ----------
    X_train, y_train, X_val, y_val
        Samples, a row each, and their class numbers: lists, arrays or tensors. The validation
        data choose the epoch, so a test set must be neither of the two.
    model
        A module that gives logits of shape (N, C). It is trained in place.
    epochs, batch_size
        How many passes at most, and how many samples to a step. A single sample that is left over
        joins the last step.
    use_weighted_sampling, use_weighted_loss
        Whether to balance the batches, or the loss.
    loss, sampler
        What to use in place of that: a function of logits and targets to a mean; an iterable of
        row numbers, read anew each epoch.
    lr
        Adam's learning rate.
    score
        A function of true and predicted labels; the epoch with the largest value is kept.
    patience
        Stop after so many epochs in a row without a better score; None: never.
    num_classes
        C, if it is to be checked against what the model gives.
    seed
        A whole number for the same weights every time; None for others.
    device
        Where to train; None: where the model is. The model stays there.
    verbose, progress
        Whether to print what happens, and whether to draw a progress bar; both on standard output.

    Returns
    -------
    Training
        The model, its history, and a report on its best epoch.

    Raises
    ------
    TypeError
        If an argument is of the wrong kind.
    ValueError
        If samples and labels do not fit each other or the model, a number is out of range, or the
        loss or the score is not finite.

    Notes
    -----
    A balanced sampler multiplies the odds of each class by :math:`1 / n_c`; so does a weighted
    loss. With both, a constant predictor at a prevalence of 0.01 goes to 0.99, where one of them
    brings it to 0.5. A logistic model of 200,000 samples with 1 % positives had a balanced
    accuracy of .505 with neither, .770 with one, and .506 with both, at the same ROC-AUC. Choose
    one, or tune the threshold on validation data.

    Of equal scores the first epoch wins. All modules are in training mode while they learn, and
    afterwards in the mode that each had. Random numbers, dropout's too, come from a copy of the
    global state, which is seeded for the purpose and then dropped. A passed `sampler` with a
    generator of its own goes on from where that is.

    Examples
    --------
    >>> X, y = [[0.0], [0.1], [0.2], [1.0]], [0, 0, 0, 1]
    >>> result = fit(X, y, X, y, torch.nn.Linear(1, 2), epochs=3, seed=0, verbose=False)
    >>> len(result.history), result.score == result.evaluation.balanced_accuracy
    (3, True)
    """
    as_integer(epochs, "epochs")
    as_integer(batch_size, "batch_size", minimum=1)
    as_number(lr, "lr")
    if patience is not None:
        as_integer(patience, "patience", minimum=1)
    device = trainable_parameters(model)[0].device if device is None else torch.device(device)
    model.to(device)
    X, X_held = _inputs(X_train, "X_train", device), _inputs(X_val, "X_val", device)
    with _own_randomness(seed), _modes_kept(model):
        classes = _classes(model, X, num_classes)
        y = _labels_for(X, y_train, "y_train", classes)
        held = _labels_for(X_held, y_val, "y_val", classes)
        targets = torch.as_tensor(y, device=device)
        say: Callable[[str], None] = print if verbose else lambda _: None
        say(f"Class distribution: {class_counts(y, classes).tolist()}")
        say(f"Imbalance ratio: {imbalance_ratio(y, classes):.1f}:1")
        if loss is None:
            loss = _loss(y, classes, use_weighted_loss, device, say)
            if use_weighted_loss and use_weighted_sampling and sampler is None:
                say(TWICE)
        elif isinstance(loss, torch.nn.Module):
            loss.to(device)
        if sampler is None and use_weighted_sampling:
            sampler = BalancedSampler(y)
        optimizer = torch.optim.Adam(trainable_parameters(model), lr=lr)

        def run(epoch: int) -> Epoch:
            order = draw_order(sampler, len(y)).to(device)
            mean = train_epoch(model, loss, optimizer, cut_batches(X, targets, order, batch_size))
            value = score(held, predict(model, X_held)[0])
            at = f"epoch {epoch}"
            return Epoch(_finite(mean, f"loss: {at}"), _finite(value, f"score: {at}"))

        with _counted(epochs, progress) as counted:
            history, best_epoch = _keep_best(model, counted, run, patience, say, _name(score))
        predicted, probabilities = predict(model, X_held)
        value = _finite(score(held, predicted), "score")
        report = evaluation(held, predicted, probabilities)
    say(f"\nBest {_name(score)}: {value:.4f} (epoch {best_epoch})")
    say(f"\nFinal report on the validation data:\n{report}")
    return Training(model, history, best_epoch, value, report)


def _keep_best(
    model: torch.nn.Module,
    epochs: Iterable[int],
    run: Callable[[int], Epoch],
    patience: int | None,
    say: Callable[[str], None],
    name: str,
) -> tuple[tuple[Epoch, ...], int]:
    """Run epochs, and restore the one with the best score; give the history and its number."""
    history: list[Epoch] = []
    best, best_score, best_epoch = None, -np.inf, 0
    for epoch in epochs:
        history.append(run(epoch))
        value = history[-1].score
        if value > best_score:
            # A deep copy: the state's tensors are the model's own, and go on changing.
            best, best_score, best_epoch = copy.deepcopy(model.state_dict()), value, epoch
        if epoch % 10 == 0:
            say(f"Epoch {epoch}: {name} = {value:.4f}")
        if patience is not None and epoch - best_epoch >= patience:
            say(f"Stopped after epoch {epoch}: no better score for {patience} epochs")
            break
    if best is not None:
        model.load_state_dict(best)
    return tuple(history), best_epoch


def _loss(
    y: np.ndarray, classes: int, weighted: bool, device: torch.device, say: Callable[[str], None]
) -> Loss:
    """Make the cross entropy, with the inverse class sizes as weights or without."""
    if not weighted:
        return F.cross_entropy
    weights = inverse_frequency_weights(y, classes)
    say(f"Class weights: {weights.round(4).tolist()}")
    weight = torch.tensor(weights, dtype=torch.float32, device=device)
    # Of the logits' type, which is not float32 for every model.
    return lambda logits, targets: F.cross_entropy(logits, targets, weight.to(logits.dtype))


def _inputs(samples: ArrayLike, name: str, device: torch.device) -> torch.Tensor:
    values = as_numbers(samples, name, "numbers, a row a sample")
    if values.ndim < 2 or len(values) == 0:
        raise ValueError(f"{name}: expected a row for each of N samples, got shape {values.shape}")
    if not np.isfinite(values).all():
        raise ValueError(f"{name}: expected finite numbers, got NaN or infinity")
    return torch.tensor(values, dtype=torch.float32, device=device)


def _labels_for(X: torch.Tensor, labels: ArrayLike, name: str, classes: int) -> np.ndarray:
    numbers = as_labels(labels, name, classes)
    if len(numbers) != len(X):
        raise ValueError(f"{name}: expected {len(X)} labels, one a sample, got {len(numbers)}")
    return numbers


@torch.no_grad()  # type: ignore[untyped-decorator]
def _classes(model: torch.nn.Module, X: torch.Tensor, num_classes: int | None) -> int:
    """Ask the model how many classes it tells apart."""
    shape = tuple(model.eval()(X[:1]).shape)
    if len(shape) != 2 or shape[1] < 2:
        raise ValueError(f"model: expected logits of shape (N, C) with C >= 2, got shape {shape}")
    if num_classes is not None and as_integer(num_classes, "num_classes", 1) != shape[1]:
        raise ValueError(f"num_classes: expected {shape[1]}, as the model has, got {num_classes}")
    return int(shape[1])


@contextmanager
def _own_randomness(seed: int | None) -> Iterator[None]:
    """Seed the global random numbers of PyTorch, and put them back afterwards."""
    if seed is not None:
        seed = as_integer(seed, "seed", maximum=2**63 - 1)
    with torch.random.fork_rng(devices=range(torch.cuda.device_count())):
        torch.seed() if seed is None else torch.manual_seed(seed)
        yield


@contextmanager
def _modes_kept(model: torch.nn.Module) -> Iterator[None]:
    modes = [(module, module.training) for module in model.modules()]
    try:
        yield
    finally:
        for module, mode in modes:
            module.training = mode


def _counted(epochs: int, progress: bool) -> AbstractContextManager[Iterable[int]]:
    """Give the numbers of the epochs, with a bar that also ends where training is broken off."""
    numbers = range(1, epochs + 1)
    return tracked(numbers, "Training") if progress else nullcontext(numbers)


def _finite(value: Any, name: str) -> float:
    return as_number(value, name, minimum=-np.inf)


def _name(score: Score) -> str:
    return getattr(score, "__name__", "score").replace("_", " ").title()
