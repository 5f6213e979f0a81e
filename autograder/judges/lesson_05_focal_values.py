"""The judge of the focal loss as the formula has it, in lesson 05."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from autograder.engine.judge import Judge, Misconception

Values = Callable[..., Any]


def log_softmax(logits: Any, axis: int = 1) -> np.ndarray:
    """Take the logarithm of the softmax in float64, largest logit first out of the way."""
    z = np.asarray(logits, dtype=np.float64)
    z = z - z.max(axis=axis, keepdims=True)
    result: np.ndarray = z - np.log(np.exp(z).sum(axis=axis, keepdims=True))
    return result


def of_targets(values: np.ndarray, targets: Any) -> np.ndarray:
    """Pick each sample's number for its true class."""
    picked: np.ndarray = values[np.arange(len(values)), np.asarray(targets)]
    return picked


def expected_values(logits: Any, targets: Any, gamma: float = 2.0) -> np.ndarray:
    """Write the formula down, with 1 - p as the sum of the other classes' probabilities."""
    log_p = log_softmax(logits)
    others = np.exp(log_p)
    others[np.arange(len(others)), np.asarray(targets)] = 0
    values: np.ndarray = -(others.sum(axis=1) ** gamma) * of_targets(log_p, targets)
    return values


def with_terms(combine: Callable[[np.ndarray, np.ndarray, float], Any]) -> Values:
    """Make a wrong solution of each sample's p, cross entropy and gamma."""

    def values(logits: Any, targets: Any, gamma: float = 2.0) -> Any:
        log_p = of_targets(log_softmax(logits), targets)
        return combine(np.exp(log_p), -log_p, gamma)

    return values


def with_log_p(pick: Callable[[np.ndarray, np.ndarray], np.ndarray]) -> Values:
    """Make a wrong solution that takes the logarithm of another probability."""

    def values(logits: Any, targets: Any, gamma: float = 2.0) -> Any:
        z = np.asarray(logits, dtype=np.float64)
        log_p = pick(z, np.asarray(targets))
        with np.errstate(invalid="ignore"):
            return -((1 - np.exp(log_p)) ** gamma) * log_p

    return values


def averaged_first(p: np.ndarray, losses: np.ndarray, gamma: float) -> float:
    """Focus the mean of the cross entropies, as the default reduction has it."""
    mean = losses.mean()
    return float((1 - np.exp(-mean)) ** gamma * mean)


def all_classes(logits: Any, targets: Any, gamma: float = 2.0) -> Any:
    """Add up the term over all classes, whichever the true one is."""
    log_p = log_softmax(logits)
    return -((1 - np.exp(log_p)) ** gamma * log_p).sum(axis=1)


def one_against_the_rest(logits: Any, targets: Any, gamma: float = 2.0) -> Any:
    """Ask each class a yes-or-no question, and add the answers up."""
    z = np.asarray(logits, dtype=np.float64)
    margin = np.where(np.eye(z.shape[1])[np.asarray(targets)] == 1, z, -z)
    log_p = -np.logaddexp(0, -margin)
    return -((1 - np.exp(log_p)) ** gamma * log_p).sum(axis=1)


def every_target(logits: Any, targets: Any, gamma: float = 2.0) -> Any:
    """Pick all samples' true classes from each row."""
    log_p = log_softmax(logits)[:, np.asarray(targets)]
    return -((1 - np.exp(log_p)) ** gamma) * log_p


def a_column(logits: Any, targets: Any, gamma: float = 2.0) -> Any:
    """Keep the column that `gather` makes."""
    return expected_values(logits, targets, gamma)[:, None]


def with_sigmoid(logits: Any, targets: Any, gamma: float = 2.0) -> Any:
    """Turn the true class's logit alone into a probability."""
    log_p = -np.logaddexp(0, -of_targets(np.asarray(logits, dtype=np.float64), targets))
    return -((1 - np.exp(log_p)) ** gamma) * log_p


def inverted_p(p: np.ndarray, losses: np.ndarray, gamma: float) -> Any:
    """Forget that the cross entropy is minus a logarithm."""
    with np.errstate(invalid="ignore"):
        return (1 - 1 / p) ** gamma * losses


focal_values = Judge(
    name="focal_values",
    expected=expected_values,
    misconceptions=[
        Misconception(
            "weighs by p, not by 1 - p",
            "Then the easiest samples, those with p close to 1, count in full, and the hard ones "
            "hardly. Which of p and 1 - p is small when a sample is easy?",
            with_terms(lambda p, loss, gamma: p**gamma * loss),
        ),
        Misconception(
            "ignores `gamma`",
            "What came out is plain cross entropy, the case gamma = 0. Where does the factor with "
            "1 - p and gamma come in?",
            with_terms(lambda p, loss, gamma: loss),
        ),
        Misconception(
            "works with gamma = 2 whatever `gamma` is",
            "2 is only what `gamma` is when nobody says otherwise. Does your power use the "
            "argument?",
            with_terms(lambda p, loss, gamma: (1 - p) ** 2 * loss),
        ),
        Misconception(
            "raises the cross entropy to the power, not the factor before it",
            "Only 1 - p is raised to gamma; the logarithm stays as it is. Look at what `**` binds "
            "to.",
            with_terms(lambda p, loss, gamma: (1 - p) * loss**gamma),
        ),
        Misconception(
            "raises the whole product to the power",
            "Only 1 - p is raised to gamma, and the logarithm is multiplied afterwards. Look at "
            "where your brackets end.",
            with_terms(lambda p, loss, gamma: ((1 - p) * loss) ** gamma),
        ),
        Misconception(
            "raises p to the power before it is taken from 1",
            "1 - p^gamma and (1 - p)^gamma are two things: at p = 0.9 and gamma = 2 they are 0.19 "
            "and 0.01. Which one is in the formula?",
            with_terms(lambda p, loss, gamma: (1 - p**gamma) * loss),
        ),
        Misconception(
            "multiplies by `gamma` where it should be a power",
            "As a factor, gamma makes all samples smaller or larger alike. In the formula it is an "
            "exponent, so that easy samples shrink much more than hard ones.",
            with_terms(lambda p, loss, gamma: gamma * (1 - p) * loss),
        ),
        Misconception(
            "leaves the logarithm out",
            "The factor with 1 - p is right. In the formula it stands before the cross entropy of "
            "the sample.",
            with_terms(lambda p, loss, gamma: (1 - p) ** gamma),
        ),
        Misconception(
            "takes logarithms to the base 10",
            "Losses use the natural logarithm, to the base e. In NumPy and PyTorch it is called "
            "`log`; `log10` is the one that engineers use for decibels.",
            with_terms(lambda p, loss, gamma: (1 - p) ** gamma * loss / np.log(10)),
        ),
        Misconception(
            "has lost the minus sign",
            "The logarithm of a probability is never above 0, and a loss never below. Which sign "
            "stands before the formula?",
            with_terms(lambda p, loss, gamma: -((1 - p) ** gamma) * loss),
        ),
        Misconception(
            "averages the cross entropy before it is focused",
            "`F.cross_entropy` gives the mean of the batch unless it is told otherwise, and from a "
            "mean no sample's p can be had. Which `reduction` keeps the samples apart?",
            with_terms(averaged_first),
        ),
        Misconception(
            "gives the mean over the batch",
            "Each sample's value is right, up to the last step. Here one value a sample is asked "
            "for; means come in a later exercise.",
            with_terms(lambda p, loss, gamma: ((1 - p) ** gamma * loss).mean()),
        ),
        Misconception(
            "gives the sum over the batch",
            "Each sample's value is right, up to the last step. Here one value a sample is asked "
            "for; sums come in a later exercise.",
            with_terms(lambda p, loss, gamma: ((1 - p) ** gamma * loss).sum()),
        ),
        Misconception(
            "applies softmax twice",
            "`F.cross_entropy` and `log_softmax` take logits and apply softmax themselves. What "
            "they get from you must not have been through it.",
            with_log_p(lambda z, t: of_targets(log_softmax(np.exp(log_softmax(z))), t)),
        ),
        Misconception(
            "takes the logits for logarithms of probabilities",
            "A logit may be any number, a log-probability never exceeds 0. Something has to turn "
            "the C logits of a sample into C probabilities that add up to 1.",
            with_log_p(of_targets),
        ),
        Misconception(
            "normalises over the samples, not over the classes",
            "The probabilities of one sample's classes add up to 1: that is a sum along a row. "
            "Check the `dim` of your softmax.",
            with_log_p(lambda z, t: of_targets(log_softmax(z, axis=0), t)),
        ),
        Misconception(
            "takes the probability of the predicted class",
            "The p in the formula belongs to the class that is *true*, also where the model "
            "prefers another. That is what makes a sample hard. Let `targets` do the picking.",
            with_log_p(lambda z, t: log_softmax(z).max(axis=1)),
        ),
        Misconception(
            "takes the probability of class 1 for all samples",
            "For a sample of class 0 the true class has the other probability, and there may be "
            "more classes than two. Let `targets` do the picking.",
            with_log_p(lambda z, t: log_softmax(z)[:, 1]),
        ),
        Misconception(
            "adds up all classes, not only the true one",
            "A sample has one true class, and the formula looks at that one alone. Pick it by "
            "`targets` before you go on.",
            all_classes,
        ),
        Misconception(
            "asks a yes-or-no question for each class, with sigmoids",
            "That is the loss of detectors in which a sample may be several things at once. Here "
            "the classes exclude one another, and share one softmax.",
            one_against_the_rest,
        ),
        Misconception(
            "takes exp of the cross entropy for p, without its minus sign",
            "The cross entropy is -log p, so exp of it is 1/p, which is above 1. Which sign "
            "belongs into the exponent?",
            with_terms(inverted_p),
        ),
        Misconception(
            "picks N entries from each row, not one",
            "`[:, targets]` takes all those columns of every row, and gives N x N numbers. One "
            "entry a row: a row number goes with each target, or `gather`.",
            every_target,
        ),
        Misconception(
            "gives a column of shape N x 1",
            "The values are right, their shape is not: what meets them later would be multiplied "
            "with every one. `[:, 0]` or `squeeze(1)` makes a row of N numbers.",
            a_column,
        ),
        Misconception(
            "applies a sigmoid to one logit",
            "A sigmoid looks at one number, but with C classes the probability depends on all C "
            "logits of the sample: softmax.",
            with_sigmoid,
        ),
        Misconception(
            "takes logarithms to the base 2",
            "Losses use the natural logarithm, to the base e. In NumPy and PyTorch it is called "
            "`log`.",
            with_terms(lambda p, loss, gamma: (1 - p) ** gamma * loss / np.log(2)),
        ),
    ],
    praise=(
        "An easy sample can no longer shout down a hard one: at p = 0.9 it counts 100 times less "
        "than in cross entropy, at p = 0.5 only 4 times."
    ),
    # float32 has lost digits of 1 - p where p is close to 1.
    rtol=1e-4,
    atol=1e-7,
)
