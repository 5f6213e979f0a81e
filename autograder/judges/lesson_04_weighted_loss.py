"""The judge of lesson 04 on the weighted mean of cross entropies."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from autograder.engine.judge import Judge, Misconception


def log_softmax(logits: Any) -> Any:
    """Compute log-probabilities in float64, the largest logit taken out first."""
    z = np.asarray(logits, dtype=np.float64)
    z = z - z.max(axis=1, keepdims=True)
    return z - np.log(np.exp(z).sum(axis=1, keepdims=True))


def losses(logits: Any, targets: Any) -> Any:
    """Compute the cross entropy of each sample."""
    return -log_softmax(logits)[np.arange(len(targets)), np.asarray(targets)]


def own(weights: Any, targets: Any) -> Any:
    """Look up the weight of each sample's class."""
    return np.asarray(weights, dtype=np.float64)[np.asarray(targets)]


def expected_loss(logits: Any, targets: Any, weights: Any) -> float:
    """Average with the samples' weights."""
    return float(np.average(losses(logits, targets), weights=own(weights, targets)))


def divided_by(divisor: Callable[[Any, Any], float]) -> Callable[..., float]:
    """Divide the weighted sum by something else."""
    return lambda logits, targets, weights: float(
        (own(weights, targets) * losses(logits, targets)).sum() / divisor(weights, targets)
    )


def weighted_in_row(logits: Any, targets: Any, weights: Any) -> float:
    """Multiply losses and weights that stand side by side, whatever class a sample has."""
    import torch

    w = torch.as_tensor(np.asarray(weights))
    per_sample = torch.as_tensor(losses(logits, targets))
    return float((w * per_sample).sum() / w.sum())


def log_of_rounded(logits: Any, targets: Any, weights: Any) -> float:
    """Take the logarithm of a probability that may have been rounded to 0."""
    z = np.asarray(logits, dtype=np.float32)
    p = np.exp(z - z.max(axis=1, keepdims=True))
    p = (p / p.sum(axis=1, keepdims=True))[np.arange(len(targets)), np.asarray(targets)]
    with np.errstate(divide="ignore"):
        return float(np.average(-np.log(p), weights=own(weights, targets)))


def class_means(logits: Any, targets: Any, weights: Any) -> float:
    """Average each class first, then the classes with their weights."""
    y, w = np.asarray(targets), np.asarray(weights, dtype=np.float64)
    present = np.unique(y)
    means = [losses(logits, y)[y == c].mean() for c in present]
    return float(np.average(means, weights=w[present]))


def every_with_every(logits: Any, targets: Any, weights: Any) -> float:
    """Multiply a column of losses with a row of weights."""
    w = own(weights, targets)
    return float((losses(logits, targets)[:, None] * w).sum() / w.sum())


def all_classes(logits: Any, targets: Any, weights: Any) -> float:
    """Add up the weighted logarithms of all classes."""
    w = np.asarray(weights, dtype=np.float64)
    return float((-log_softmax(logits) * w).sum() / w.sum())


weighted_loss = Judge(
    name="weighted_loss",
    remarks=False,
    expected=expected_loss,
    misconceptions=[
        Misconception(
            "divides by the number of samples",
            "The sum on top is right. Below the line stands what the samples weigh together, so "
            "that weights ten times as large leave the mean as it is.",
            divided_by(lambda weights, targets: len(targets)),
        ),
        Misconception(
            "divides by the sum of the class weights",
            "Below the line, each sample brings its own weight: three samples of a class bring it "
            "three times. Sum up the same numbers that you multiplied by.",
            divided_by(lambda weights, targets: float(np.sum(np.asarray(weights)))),
        ),
        Misconception(
            "adds up and divides by nothing",
            "The sum is right, and grows with the batch. A mean divides: by how much do the "
            "samples weigh together?",
            divided_by(lambda weights, targets: 1.0),
        ),
        Misconception(
            "does not use the weights",
            "This is the plain mean of the cross entropies. Where does the weight of a sample's "
            "class come in, above and below the line?",
            lambda logits, targets, weights: float(losses(logits, targets).mean()),
        ),
        Misconception(
            "gives one loss a sample",
            "The single weighted losses are what you sum up. What is asked for is one number for "
            "the whole batch.",
            lambda logits, targets, weights: own(weights, targets) * losses(logits, targets),
        ),
        Misconception(
            "multiplies losses and class weights side by side",
            "`weights` has one entry a class, and the losses have one a sample. Look up the weight "
            "of each sample's class first: index with the targets.",
            weighted_in_row,
        ),
        Misconception(
            "looks the weights up by the predicted class",
            "The class that a sample belongs to decides what it weighs, not the one that the model "
            "takes it for. Which of the arguments knows it?",
            lambda logits, targets, weights: float(
                np.average(losses(logits, targets), weights=own(weights, np.argmax(logits, axis=1)))
            ),
        ),
        Misconception(
            "divides the losses by their weights",
            "A sample with a large weight should count for more, not for less.",
            lambda logits, targets, weights: float(
                np.average(losses(logits, targets), weights=1 / own(weights, targets))
            ),
        ),
        Misconception(
            "forgets the minus sign",
            "A logarithm of a probability is negative, and a loss is not. Which sign stands at the "
            "front of the cross entropy?",
            lambda logits, targets, weights: -expected_loss(logits, targets, weights),
        ),
        Misconception(
            "forgets the logarithm",
            "The probability of the true class is on the way. The cross entropy is minus its "
            "logarithm.",
            lambda logits, targets, weights: float(
                np.average(-np.exp(-losses(logits, targets)), weights=own(weights, targets))
            ),
        ),
        Misconception(
            "takes the logarithm of a probability that was rounded to 0",
            "A model that is very sure and wrong gives the true class so little that float32 keeps "
            "a 0, whose logarithm is infinite. Use `log_softmax`, which takes both steps in one.",
            log_of_rounded,
        ),
        Misconception(
            "takes the softmax twice",
            "`F.cross_entropy` and `log_softmax` want logits. Hand them over as they are, not as "
            "probabilities.",
            lambda logits, targets, weights: expected_loss(
                np.exp(log_softmax(logits)), targets, weights
            ),
        ),
        Misconception(
            "averages each class first",
            "The mean of a class forgets how many samples it has. Sum over the samples, each with "
            "the weight of its class, and divide once at the end.",
            class_means,
        ),
        Misconception(
            "multiplies the logits by the weights",
            "That changes what the model says. The weight belongs on the loss of a sample, after "
            "the logarithm.",
            lambda logits, targets, weights: float(
                losses(np.asarray(logits) * np.asarray(weights), targets).mean()
            ),
        ),
        Misconception(
            "multiplies two means",
            "A mean of losses no longer knows which sample was heavy. Multiply sample by sample "
            'first: `reduction="none"` keeps the losses apart.',
            lambda logits, targets, weights: float(
                losses(logits, targets).mean() * own(weights, targets).mean()
            ),
        ),
        Misconception(
            "divides twice, by the weights and by the number of samples",
            "After the weights are divided by their sum, adding up is all that is left.",
            lambda logits, targets, weights: expected_loss(logits, targets, weights) / len(targets),
        ),
        Misconception(
            "multiplies every loss with every weight",
            "Losses of shape (N, 1) times weights of shape (N,) make an N x N table. Give both the "
            "same shape: `[:, 0]` takes a column out of a table.",
            every_with_every,
        ),
        Misconception(
            "adds up all classes, not only the true one",
            "Each sample has one true class, and only its logarithm counts. Pick it by `targets`, "
            "and weigh it by the weight of that class.",
            all_classes,
        ),
    ],
    praise="Multiply all weights by ten, and nothing happens: only their proportions count here.",
    rtol=1e-4,
    atol=1e-6,
)
