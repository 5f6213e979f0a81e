"""The decisions of a pipeline: which epoch to keep, which arm to report, what a precision means."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from imbalance_lessons.score_validation import as_share
from imbalance_lessons.validation import as_integer, as_number

__all__ = ["keep_best", "predict_in_batches", "translate_precision", "winner_on_test"]


def keep_best(
    model: torch.nn.Module,
    train_epoch: Callable[[torch.nn.Module], Any],
    validate: Callable[[torch.nn.Module], float],
    epochs: int,
) -> tuple[float, int]:
    """Train for some epochs, and leave the model as it was after the best of them.

    Parameters
    ----------
    model, epochs
        A module, trained in place, and the number of epochs: 1 or more.
    train_epoch, validate
        Functions of the model: train it once; score it on validation data, higher is better.

    Returns
    -------
    tuple
        The best score and its epoch, from 1 on; of equal scores the first.

    Raises
    ------
    TypeError, ValueError
        If `epochs` is not a whole number of 1 or more.
    RuntimeError
        If no score is a number: there is nothing to restore then.

    Notes
    -----
    The state has the parameters and the buffers, such as the running means of batch normalisation.
    It holds the model's own tensors, which the next epoch overwrites, so it is copied deeply.

    Examples
    --------
    >>> model, scores = torch.nn.Linear(1, 1), iter([0.5, 0.9, 0.7])
    >>> keep_best(model, lambda model: None, lambda model: next(scores), epochs=3)
    (0.9, 2)
    """
    best_score, best_epoch, best = float("-inf"), 0, {}
    for epoch in range(1, as_integer(epochs, "epochs", minimum=1) + 1):
        train_epoch(model)
        score = validate(model)
        if score > best_score:
            best_score, best_epoch, best = score, epoch, copy.deepcopy(model.state_dict())
    model.load_state_dict(best)
    return best_score, best_epoch


def predict_in_batches(
    model: torch.nn.Module, inputs: torch.Tensor, batch_size: int = 256
) -> NDArray[np.int64]:
    """Predict a class for each input, and leave the model as it was.

    Parameters
    ----------
    model, inputs
        A module that gives a row of logits for each input, and a tensor of N inputs.
    batch_size
        How many inputs the model may get at once.

    Returns
    -------
    np.ndarray
        Shape (N,): the class with the largest logit of each input, in the order of the inputs.

    Raises
    ------
    TypeError, ValueError
        If `batch_size` is not a whole number from 1 on.

    Notes
    -----
    In evaluation mode, without recording for gradients; afterwards each module is in the mode that
    `model` had.

    Examples
    --------
    >>> predict_in_batches(torch.nn.Identity(), torch.tensor([[0.1, 0.2], [3.0, -1.0]]), 1)
    array([1, 0])
    """
    batch_size = as_integer(batch_size, "batch_size", minimum=1)
    mode = model.training
    model.eval()
    with torch.no_grad():
        labels = [model(batch).argmax(dim=1) for batch in inputs.split(batch_size)]
    model.train(mode)
    return np.asarray(torch.cat(labels).cpu())


def winner_on_test(
    validation: Mapping[str, Sequence[float]], test: Mapping[str, Sequence[float]]
) -> float:
    """Give the mean test score of the arm whose mean validation score is the highest.

    Parameters
    ----------
    validation, test
        For each arm's name its scores, one a seed. Higher is better.

    Returns
    -------
    float
        The number to report.

    Raises
    ------
    ValueError
        If there is no arm.
    KeyError
        If the winner has no test scores.

    Notes
    -----
    The test scores have no say in the choice; otherwise the largest of several lucky numbers would
    be reported. Of equal arms the first wins.

    References
    ----------
    G. C. Cawley, N. L. C. Talbot, "On over-fitting in model selection and subsequent selection bias
    in performance evaluation", Journal of Machine Learning Research 11 (2010), 2079-2107.

    Examples
    --------
    >>> validation = {"untouched": [0.70, 0.72], "weights": [0.75, 0.73]}
    >>> winner_on_test(validation, {"untouched": [0.74, 0.76], "weights": [0.70, 0.71]})
    0.705
    """
    if not validation:
        raise ValueError("validation: expected the scores of at least one arm, got none")
    winner = max(validation, key=lambda arm: float(np.mean(validation[arm])))
    return float(np.mean(test[winner]))


def translate_precision(precision: float, measured_at: float, prevalence: float) -> float:
    r"""Say what a precision becomes where the positive class has another share.

    Parameters
    ----------
    precision
        Measured on a test set, from 0 to 1.
    measured_at, prevalence
        The share of positives in that test set, and where the model will work.

    Returns
    -------
    float
        The precision there, at the same recall and the same share of false alarms.

    Raises
    ------
    TypeError, ValueError
        If `precision` does not lie from 0 to 1, or a share not between 0 and 1.

    Notes
    -----
    With prevalence :math:`\pi`, recall :math:`r` and the share :math:`a` of negatives that are
    flagged, precision is :math:`\pi r / (\pi r + (1 - \pi) a)`. Recall and :math:`a` stay what they
    are when classes are drawn more or less often, so the true alarms scale with :math:`\pi` and
    the false ones with :math:`1 - \pi`.

    Examples
    --------
    >>> round(translate_precision(0.9, measured_at=0.5, prevalence=0.01), 3)
    0.083
    """
    precision = as_number(precision, "precision", maximum=1)
    measured_at, prevalence = (
        as_share(measured_at, "measured_at"),
        as_share(prevalence, "prevalence"),
    )
    true_alarms = precision * prevalence / measured_at
    false_alarms = (1 - precision) * (1 - prevalence) / (1 - measured_at)
    return true_alarms / (true_alarms + false_alarms)
