"""The judge of lesson 10 on adjusting logits."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from autograder.engine.judge import Judge, Misconception


def as_table(logits: Any) -> np.ndarray:
    """Turn logits in any form into float64, a row a sample."""
    return np.array([[float(value) for value in row] for row in logits])


def shares_of(shares: Any) -> np.ndarray:
    """Turn shares or counts into shares."""
    sizes = np.array([float(size) for size in shares])
    return np.asarray(sizes / sizes.sum())


def expected_logits(logits: Any, shares: Any, tau: float = 1.0) -> np.ndarray:
    """Go through the logits one by one."""
    total = math.fsum(float(size) for size in shares)
    logs = [math.log(float(size) / total) for size in shares]
    rows = as_table(logits).tolist()
    return np.array([[z - tau * log for z, log in zip(row, logs, strict=True)] for row in rows])


def read_logits(answer: Any, *inputs: Any, **options: Any) -> np.ndarray:
    """Take out what makes no difference: a number that is added to all logits of a sample."""
    table = np.asarray(answer, dtype=float)
    if table.ndim != 2:
        raise ValueError("not a row a sample")
    return np.asarray(table - table.mean(axis=1, keepdims=True))


def softmax(logits: np.ndarray) -> np.ndarray:
    """Turn logits into probabilities."""
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=1, keepdims=True))


def formula(wrong: Callable[[np.ndarray, np.ndarray, float], Any]) -> Callable[..., Any]:
    """Make a wrong answer of a table, shares and tau."""

    def submission(logits: Any, shares: Any, tau: float = 1.0) -> Any:
        with np.errstate(all="ignore"):
            return wrong(as_table(logits), shares_of(shares), tau)

    return submission


adjust_logits = Judge(
    name="adjust_logits",
    expected=expected_logits,
    reading=read_logits,
    rtol=1e-4,
    atol=1e-5,
    misconceptions=[
        Misconception(
            "adds the logarithms",
            "The logarithm of a small share is a large negative number. Adding it pushes a rare "
            "class further down; which sign pulls it up?",
            formula(lambda z, shares, tau: z + tau * np.log(shares)),
        ),
        Misconception(
            "subtracts the shares without taking a logarithm",
            "Logits live on a scale of logarithms, and shares do not: subtracting 0.01 or 0.99 "
            "hardly moves a thing. What of a share belongs on this scale?",
            formula(lambda z, shares, tau: z - tau * shares),
        ),
        Misconception(
            "ignores `tau`",
            "`tau` says how much of the class sizes to take out: 0 nothing, 1 all of it. Where "
            "does it enter?",
            formula(lambda z, shares, tau: z - np.log(shares)),
        ),
        Misconception(
            "multiplies the logits by `tau` as well",
            "`tau` is for what you take out. The logits themselves stay as they are, so that "
            "tau = 0 changes nothing.",
            formula(lambda z, shares, tau: tau * (z - np.log(shares))),
        ),
        Misconception(
            "divides by `tau`",
            "With tau = 0 nothing should be taken out, with 2 twice as much as with 1. Which "
            "operation does that?",
            formula(lambda z, shares, tau: z - np.log(shares) / tau),
        ),
        Misconception(
            "takes logarithms to the base 10",
            "A softmax raises e to the power of the logits, so the logarithm that undoes it is the "
            "natural one: `np.log`.",
            formula(lambda z, shares, tau: z - tau * np.log10(shares)),
        ),
        Misconception(
            "divides the logits by the shares",
            "Probabilities can be divided by shares. On the scale of logits, dividing becomes "
            "subtracting: of what?",
            formula(lambda z, shares, tau: z / shares**tau),
        ),
        Misconception(
            "subtracts the log-odds of the shares",
            "`log(share / (1 - share))` compares a class with all the others. The softmax does so "
            "already: the share alone is enough.",
            formula(lambda z, shares, tau: z - tau * np.log(shares / (1 - shares))),
        ),
        Misconception(
            "subtracts the logarithm of the share of all other classes",
            "Class c gets the logarithm of its own share. That of 1 - share is close to 0 for a "
            "rare class, which is the one that should move most.",
            formula(lambda z, shares, tau: z - tau * np.log(1 - shares)),
        ),
        Misconception(
            "sorts the shares",
            "Entry c of `shares` belongs to column c of the logits, whichever class is the "
            "largest. Leave them in their order.",
            formula(lambda z, shares, tau: z - tau * np.log(np.sort(shares)[::-1])),
        ),
        Misconception(
            "gives probabilities",
            "What you turned into probabilities is right. Asked for are the adjusted logits: leave "
            "the softmax to whoever needs it.",
            formula(lambda z, shares, tau: softmax(z - tau * np.log(shares))),
        ),
        Misconception(
            "gives the predicted classes",
            "`argmax` comes after. Asked for are the adjusted logits, in the shape that they came "
            "in.",
            formula(lambda z, shares, tau: (z - tau * np.log(shares)).argmax(axis=1)),
        ),
        Misconception(
            "gives the adjustment without the logits",
            "That is what has to be taken out of each row. Subtract it from the logits.",
            formula(lambda z, shares, tau: np.tile(-tau * np.log(shares), (len(z), 1))),
        ),
    ],
    praise="One subtraction, after training: all the lines between the classes move at once.",
)
