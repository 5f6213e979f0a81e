"""The judge of lesson 04 on weights by the effective number of samples."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from autograder.engine.judge import Judge, Misconception
from autograder.judges.labels import as_list
from autograder.judges.lesson_04_schemes import (
    as_it_stands,
    by_frequency,
    mean_one,
    mean_one_over_classes,
    sum_one,
    total,
    without_empty,
)

DEFAULT = 0.9999


def unequal(n: int, beta: float) -> float:
    """Compute 1 - beta^n without losing digits; all of it is left at beta = 0."""
    return -math.expm1(n * math.log(beta)) if beta > 0 else 1.0


def by_effective_number(counts: Any, beta: float = DEFAULT) -> list[float]:
    """Weigh by 1 / E_n, with a mean of 1 over the samples."""
    return mean_one(lambda n: 1 / unequal(n, beta), counts)


def nan_where_empty(counts: Any, beta: float = DEFAULT) -> list[float]:
    """Divide by 1 - beta^0, which is 0, and scale by infinity."""
    empty = 0 in as_list(counts)
    return [math.nan if empty else w for w in by_effective_number(counts, beta)]


def exponent_missing(counts: Any, beta: float = DEFAULT) -> list[float]:
    """Divide 1 - beta by itself."""
    return as_it_stands(lambda n: 1.0, counts)


inverse_effective_number = Judge(
    name="inverse_effective_number",
    expected=lambda counts, beta=DEFAULT: np.array(by_effective_number(counts, beta)),
    misconceptions=[
        Misconception(
            "gives the formula without scaling it",
            "The proportions are right. Scale it as before: the sum of n times w should come to N.",
            lambda counts, beta=DEFAULT: as_it_stands(
                lambda n: (1 - beta) / unequal(n, beta), counts
            ),
        ),
        Misconception(
            "scales to a sum of C over the classes, as the paper does",
            "The paper's scale is a mean of 1 over the classes. Here the mean over the samples is "
            "1, so the counts come in once more at the end.",
            lambda counts, beta=DEFAULT: mean_one_over_classes(
                lambda n: 1 / unequal(n, beta), counts
            ),
        ),
        Misconception(
            "scales the weights to a sum of 1",
            "Not the sum of the weights, but their mean over the samples is 1. Add up n times w, "
            "and compare that with N.",
            lambda counts, beta=DEFAULT: sum_one(lambda n: 1 / unequal(n, beta), counts),
        ),
        Misconception(
            "weighs by the effective number itself",
            "E grows with the size of a class, and rare classes should weigh more. Which part of "
            "the fraction stands below the line?",
            lambda counts, beta=DEFAULT: mean_one(lambda n: unequal(n, beta), counts),
        ),
        Misconception(
            "multiplies β by n where it should raise β to the power n",
            "A power is β times itself, n times: `**` in Python. Does `*` or `^` stand there?",
            lambda counts, beta=DEFAULT: mean_one(lambda n: 1 / (1 - beta * n), counts),
        ),
        Misconception(
            "ignores `beta`",
            "`beta` is 0.9999 only if the caller says nothing. Does it appear in the body of your "
            "function?",
            lambda counts, beta=DEFAULT: by_effective_number(counts),
        ),
        Misconception(
            "raises n to the power β",
            "The base of the power is β, and the number of samples is its exponent. You have them "
            "the other way round.",
            lambda counts, beta=DEFAULT: mean_one(lambda n: n**-beta, counts),
        ),
        Misconception(
            "takes shares for counts in the exponent",
            "The exponent is the number of samples of a class, 900 say, and not its share of 0.09. "
            "What do you divide the counts by?",
            lambda counts, beta=DEFAULT: (
                mean_one(lambda n: 1 / unequal(1, beta ** (n / total(counts))), counts)
                if beta
                else by_effective_number(counts, 0)
            ),
        ),
        Misconception(
            "forgets the exponent",
            "Without its exponent n, (1 - β) / (1 - β) is 1 for every class. Where do the counts "
            "come in?",
            exponent_missing,
        ),
        Misconception(
            "gives the inverse-frequency weights, whatever β is",
            "Inverse frequency is where β close to 1 leads. A smaller β means that more samples "
            "say the same, and makes the weights more equal.",
            lambda counts, beta=DEFAULT: by_frequency(counts),
        ),
        Misconception(
            "puts 1 - β where β belongs",
            "Check which of the two is raised to the power n: the number close to 1 is β itself.",
            lambda counts, beta=DEFAULT: by_effective_number(counts, 1 - beta),
        ),
        Misconception(
            "divides by zero where a class is empty",
            "Anything to the power 0 is 1, so an empty class has 0 below the line, and the scaling "
            "makes NaN of all weights. Set its weight to 0, and compute the others.",
            nan_where_empty,
        ),
        Misconception(
            "leaves empty classes out of the answer",
            "Entry c is the weight of class c, and PyTorch wants one entry for each output of the "
            "model. What stands in the place of a class without samples?",
            lambda counts, beta=DEFAULT: without_empty(by_effective_number(counts, beta)),
        ),
        Misconception(
            "fails at β = 0",
            "A logarithm of 0 or a 0/0 has crept in: at β = 0 all classes that have samples weigh "
            "the same, 1. Python's `0 ** n` knows what to do.",
            lambda counts, beta=DEFAULT: (
                by_effective_number(counts, beta) if beta else np.full(len(counts), math.nan)
            ),
        ),
        Misconception(
            "gives the effective numbers, not weights",
            "You found how many different samples there are, on average. A class weighs by 1 over "
            "that number, and the mean over the samples is 1.",
            lambda counts, beta=DEFAULT: as_it_stands(
                lambda n: unequal(n, beta) / (1 - beta), counts
            ),
        ),
        Misconception(
            "scales the weights to a sum of N",
            "A class of 900 brings its weight 900 times. It is the sum of n times w that should "
            "come to N.",
            lambda counts, beta=DEFAULT: (
                total(counts) * sum_one(lambda n: 1 / unequal(n, beta), counts)
            ),
        ),
    ],
    praise="Far below 1 / (1 - β) samples it is inverse frequency; far above, all weigh the same.",
    # Answers in float32 are off by up to 1 part in 10,000: β itself is rounded there.
    rtol=1e-3,
)
