"""The judges of lesson 04 on the three weighting schemes."""

from __future__ import annotations

import math
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np

from autograder.engine.judge import Judge, Misconception
from autograder.judges.labels import as_list

Raw = Callable[[int], float]


def mean_one(raw: Raw, counts: Any) -> list[float]:
    """Weigh each class by its size alone, then scale to a mean of 1 over the samples."""
    sizes = as_list(counts)
    weights = [raw(n) if n else 0.0 for n in sizes]
    scale = sum(sizes) / math.fsum(w * n for w, n in zip(weights, sizes, strict=True))
    return [w * scale for w in weights]


def as_it_stands(raw: Raw, counts: Any) -> list[float]:
    """Weigh each class by its size alone, and scale nothing."""
    return [raw(n) if n else 0.0 for n in as_list(counts)]


def mean_one_over_classes(raw: Raw, counts: Any) -> Any:
    """Scale to a mean of 1 over the classes that have samples."""
    weights = np.array(as_it_stands(raw, counts))
    return weights / weights[weights > 0].mean()


def sum_one(raw: Raw, counts: Any) -> Any:
    """Scale to a sum of 1."""
    weights = np.array(as_it_stands(raw, counts))
    return weights / weights.sum()


def without_empty(weights: Any) -> list[float]:
    """Leave the empty classes out."""
    return [weight for weight in weights if weight]


def infinite_where_empty(weights: Any) -> list[float]:
    """Divide by zero, as NumPy and PyTorch do without a word."""
    return [weight or math.inf for weight in weights]


def each_sample(weights: Any, counts: Any) -> Any:
    """Give every sample the weight of its class."""
    return np.repeat(weights, as_list(counts))


def by_frequency(counts: Any) -> list[float]:
    """Compute N / (K n) in fractions, K being the number of classes with samples."""
    sizes = as_list(counts)
    present = sum(n > 0 for n in sizes)
    return [float(Fraction(sum(sizes), present * n)) if n else 0.0 for n in sizes]


def total(counts: Any) -> int:
    """Count all samples."""
    return sum(as_list(counts))


inverse_frequency = Judge(
    name="inverse_frequency",
    expected=lambda counts: np.array(by_frequency(counts)),
    misconceptions=[
        Misconception(
            "gives the frequencies upright",
            "A share of 1% is what a rare class has, and it should count for more than the others. "
            "Which of the two numbers belongs on top, N or n?",
            lambda counts: [n / total(counts) for n in as_list(counts)],
        ),
        Misconception(
            "leaves the number of classes out",
            "Your weights are K times too large: a balanced data set should get a weight of 1 for "
            "every class. What else stands below the line of the formula?",
            lambda counts: as_it_stands(lambda n: total(counts) / n, counts),
        ),
        Misconception(
            "gives 1 / n and no more",
            "These weights are right relative to each other, but they shrink as the data set "
            "grows. The formula has two more letters, N and K.",
            lambda counts: as_it_stands(lambda n: 1 / n, counts),
        ),
        Misconception(
            "counts empty classes in K",
            "K is the number of classes that have samples. A class that was only declared should "
            "change no other weight: how do you count those with a count above 0?",
            lambda counts: as_it_stands(lambda n: total(counts) / (len(counts) * n), counts),
        ),
        Misconception(
            "gives infinity for an empty class",
            "Dividing by a count of 0 makes `inf`, and a loss that meets it is ruined. Set the "
            "weight of a class without samples to 0, and divide for the others only.",
            lambda counts: infinite_where_empty(by_frequency(counts)),
        ),
        Misconception(
            "gives infinity for an empty class, and counts it in K",
            "Two things to mend for a class without samples: its own weight is 0, not `inf`, and K "
            "counts only the classes that have samples.",
            lambda counts: infinite_where_empty(
                as_it_stands(lambda n: total(counts) / (len(counts) * n), counts)
            ),
        ),
        Misconception(
            "treats an empty class as if it had one sample",
            "Raising a count of 0 to 1 avoids the division by zero, but gives the largest weight "
            "to a class that nobody has seen. Its weight here is 0.",
            lambda counts: [total(counts) / (len(counts) * max(n, 1)) for n in as_list(counts)],
        ),
        Misconception(
            "leaves empty classes out of the answer",
            "Entry c is the weight of class c, and PyTorch wants one entry for each output of the "
            "model. What stands in the place of a class without samples?",
            lambda counts: without_empty(by_frequency(counts)),
        ),
        Misconception(
            "scales the weights to a mean of 1 over the classes",
            "With N / (K n) it is the mean over the samples that comes to 1. Nothing is left to "
            "scale after that.",
            lambda counts: mean_one_over_classes(lambda n: 1 / n, counts),
        ),
        Misconception(
            "scales the weights to a sum of 1",
            "N / (K n) needs no scaling afterwards. What do the weights come to if you leave the "
            "last step out?",
            lambda counts: sum_one(lambda n: 1 / n, counts),
        ),
        Misconception(
            "compares each class with the largest one",
            "That gives the largest class a weight of 1 and all others more, so that the loss "
            "grows. The formula divides N / K, the size of an average class, by n.",
            lambda counts: as_it_stands(lambda n: max(as_list(counts)) / n, counts),
        ),
        Misconception(
            "drops what comes after the decimal point",
            "Most weights of large classes lie between 0 and 1. Look for `//` or `int` in your "
            "code.",
            lambda counts: [w // 1 for w in by_frequency(counts)],
        ),
        Misconception(
            "gives a weight for each sample",
            "A sampler wants a weight for each sample; a loss wants one for each class and looks "
            "it up. How long should the answer be?",
            lambda counts: each_sample(by_frequency(counts), counts),
        ),
        Misconception(
            "takes the counts for labels",
            "The classes have been counted already: entry c is how many samples class c has. "
            "Nothing is left for `bincount` to do.",
            lambda counts: (
                len(counts)
                / (max(as_list(counts)) + 1)
                / np.maximum(np.bincount(as_list(counts)), 1e-300)
            ),
        ),
        Misconception(
            "treats an empty class as if it had one sample, also in N and K",
            "Raising a count of 0 to 1 invents a sample, and gives the largest weight to a class "
            "that nobody has seen. Its weight here is 0, and it counts in neither N nor K.",
            lambda counts: by_frequency([max(n, 1) for n in as_list(counts)]),
        ),
    ],
    praise="Each class now weighs N / K in sum, however many samples it has.",
)


def root(n: int) -> float:
    """Weigh by the inverse square root."""
    return 1 / math.sqrt(n)


inverse_sqrt = Judge(
    name="inverse_sqrt",
    expected=lambda counts: np.array(mean_one(root, counts)),
    misconceptions=[
        Misconception(
            "gives 1 / √n without scaling it",
            "The proportions are right. Now find the one number that makes the sum of n times w "
            "equal to N, and multiply all weights by it.",
            lambda counts: as_it_stands(root, counts),
        ),
        Misconception(
            "scales to a mean of 1 over the classes",
            "The mean over the samples counts a weight once for each sample of its class, so the "
            "large classes decide it. Where do the counts come in?",
            lambda counts: mean_one_over_classes(root, counts),
        ),
        Misconception(
            "scales to a mean of 1 over all entries, empty classes included",
            "Two things: it is the mean over the samples that should be 1, and a class without "
            "samples has no part in it. The sum of n times w should come to N.",
            lambda counts: (
                np.array(as_it_stands(root, counts)) / np.mean(as_it_stands(root, counts))
            ),
        ),
        Misconception(
            "scales the weights to a sum of 1",
            "Not the sum of the weights, but their mean over the samples is 1. Add up n times w, "
            "and compare that with N.",
            lambda counts: sum_one(root, counts),
        ),
        Misconception(
            "scales to a sum of 1 over the samples",
            "The sum of n times w came to 1. Its mean over N samples should be 1: what should the "
            "sum be?",
            lambda counts: np.array(mean_one(root, counts)) / total(counts),
        ),
        Misconception(
            "forgets the root",
            "These are the weights of inverse frequency. The scheme of this exercise is milder: "
            "what does it take of n before it divides? In Python, is `n ** -1/2` a root at all?",
            by_frequency,
        ),
        Misconception(
            "takes the root of the inverse-frequency weights, and no more",
            "The proportions are right, but the root has changed the scale: the mean over the "
            "samples is not 1 any more. Scale once, at the end.",
            lambda counts: np.sqrt(by_frequency(counts)),
        ),
        Misconception(
            "gives rare classes less, not more",
            "The root grows with the size of a class. A rare class should get the larger weight.",
            lambda counts: mean_one(math.sqrt, counts),
        ),
        Misconception(
            "divides by zero where a class is empty",
            "1 / √0 is `inf`, and infinity times 0 is NaN. Give an empty class the weight 0 first, "
            "and work on the others.",
            lambda counts: [
                math.nan if 0 in as_list(counts) else w for w in mean_one(root, counts)
            ],
        ),
        Misconception(
            "leaves empty classes out of the answer",
            "Entry c is the weight of class c, and PyTorch wants one entry for each output of the "
            "model. What stands in the place of a class without samples?",
            lambda counts: without_empty(mean_one(root, counts)),
        ),
        Misconception(
            "gives the largest class a weight of 1",
            "Then all other weights lie above 1, and the loss grows with them. Scale so that the "
            "mean over the samples is 1.",
            lambda counts: as_it_stands(lambda n: math.sqrt(max(as_list(counts)) / n), counts),
        ),
        Misconception(
            "divides N / K by the root",
            "That is the scale of inverse frequency, and with a root the mean over the samples is "
            "no longer 1. Take 1 / √n, and scale once at the end.",
            lambda counts: as_it_stands(
                lambda n: total(counts) / (sum(k > 0 for k in as_list(counts)) * math.sqrt(n)),
                counts,
            ),
        ),
        Misconception(
            "scales the weights to a sum of N",
            "A class of 900 brings its weight 900 times. It is the sum of n times w that should "
            "come to N.",
            lambda counts: total(counts) * sum_one(root, counts),
        ),
        Misconception(
            "multiplies by N, and divides by nothing",
            "Two numbers make the scale: what all samples should weigh together, which is N, and "
            "what they do weigh now.",
            lambda counts: total(counts) * np.array(as_it_stands(root, counts)),
        ),
        Misconception(
            "takes the root of the shares",
            "The proportions are right, but the mean over the samples is not 1. Scale once at the "
            "end: the sum of n times w should come to N.",
            lambda counts: as_it_stands(lambda n: math.sqrt(total(counts) / n), counts),
        ),
    ],
    praise="A ratio of 100:1 is down to 10:1, and the loss has kept its size.",
)
