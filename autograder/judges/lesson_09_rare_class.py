"""The judge of lesson 09 on making a class rare."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from autograder.engine.judge import Judge, Misconception
from autograder.judges.labels import as_list

BY_CHANCE = 10**6
"""Where fewer choices than this exist, the first samples may have been chosen by chance."""


def members(labels: Any, rare: int) -> tuple[list[int], list[int]]:
    """List the positions of the rare class, and those of the others."""
    numbers = as_list(labels)
    own = [i for i, number in enumerate(numbers) if number == rare]
    return own, [i for i, number in enumerate(numbers) if number != rare]


def chosen(own: Sequence[int], keep: int, seed: Any) -> list[int]:
    """Choose some positions by sorting random keys."""
    keys = np.random.default_rng([seed, len(own)]).random(len(own)).tolist()
    return [i for _, i in sorted(zip(keys, own, strict=True))[:keep]]


def expected_positions(labels: Any, rare: int, keep: int, seeds: list[int]) -> list[list[int]]:
    """Choose with each of the seeds."""
    own, others = members(labels, rare)
    return [sorted(others + chosen(own, keep, seed)) for seed in seeds]


def facts(answer: Any, labels: Any, rare: int, keep: int, seeds: list[int]) -> dict[str, Any]:
    """Read what is the same for every random choice: in which order the positions are is not."""
    runs = [positions(one, len(labels)) for one in answer]
    if len(runs) != len(seeds):
        raise ValueError("answer: expected one choice a seed")
    own, others = members(labels, rare)
    kept = [sorted(set(run) & set(own)) for run in runs]
    found: dict[str, Any] = {
        "positions that come twice": [len(run) - len(set(run)) for run in runs],
        "samples of the rare class that stay": [len(one) for one in kept],
        "samples of other classes that are lost": [len(set(others) - set(run)) for run in runs],
        "whether the same seed chooses the same samples": kept[0] == kept[1],
    }
    if choices(len(own), keep) > BY_CHANCE:
        found["whether another seed chooses other samples"] = kept[0] != kept[2]
        found["whether the samples are chosen at random"] = not any(
            one in (own[:keep], own[-keep:]) for one in kept
        )
    return found


def positions(answer: Any, samples: int) -> list[int]:
    """Read positions; a mask of True and False is none."""
    values = np.asarray(answer)
    if values.dtype == bool or values.ndim != 1 or not np.isin(values, np.arange(samples)).all():
        raise ValueError("answer: expected positions")
    return [int(value) for value in values]


def choices(available: int, keep: int) -> float:
    """Count the ways to choose so many."""
    ways = 1.0
    for i in range(keep):
        ways *= (available - i) / (i + 1)
    return ways


def first_ones(labels: Any, rare: int, keep: int, seed: Any = 0) -> list[int]:
    """Keep the first samples of the class."""
    own, others = members(labels, rare)
    return others + own[:keep]


def last_ones(labels: Any, rare: int, keep: int, seed: Any = 0) -> list[int]:
    """Keep the last samples of the class."""
    own, others = members(labels, rare)
    return others + own[-keep:]


def with_replacement(labels: Any, rare: int, keep: int, seed: Any = 0) -> list[int]:
    """Draw with replacement, as `rng.choice` does unless it is told."""
    own, others = members(labels, rare)
    drawn: list[int] = np.random.default_rng(seed).choice(own, keep).tolist()
    return others + drawn


def same_always(labels: Any, rare: int, keep: int, seed: Any = 0) -> list[int]:
    """Use the same generator whatever the seed."""
    own, others = members(labels, rare)
    return others + chosen(own, keep, 42)


class Unseeded:
    """Choose anew with each call: the seed is ignored."""

    def __init__(self) -> None:
        self.calls = 0

    def __call__(self, labels: Any, rare: int, keep: int, seed: Any = 0) -> list[int]:
        """Choose with a seed that nobody asked for."""
        self.calls += 1
        own, others = members(labels, rare)
        return others + chosen(own, keep, 1000 + self.calls)


def removed_so_many(labels: Any, rare: int, keep: int, seed: Any = 0) -> list[int]:
    """Take `keep` samples away, and keep the rest."""
    own, others = members(labels, rare)
    return others + chosen(own, len(own) - keep, seed)


def rare_alone(labels: Any, rare: int, keep: int, seed: Any = 0) -> list[int]:
    """Give the positions of the rare class only."""
    own, _ = members(labels, rare)
    return chosen(own, keep, seed)


def all_classes(labels: Any, rare: int, keep: int, seed: Any = 0) -> list[int]:
    """Thin out every class."""
    numbers = as_list(labels)
    return [i for c in sorted(set(numbers)) for i in chosen(members(labels, c)[0], keep, seed)]


def others_thinned(labels: Any, rare: int, keep: int, seed: Any = 0) -> list[int]:
    """Keep all of the rare class, and some of the others."""
    own, others = members(labels, rare)
    return own + chosen(others, keep, seed)


def within_the_class(labels: Any, rare: int, keep: int, seed: Any = 0) -> list[int]:
    """Count positions within the class, and not within all labels."""
    own, others = members(labels, rare)
    return others + chosen(range(len(own)), keep, seed)


def the_labels(labels: Any, rare: int, keep: int, seed: Any = 0) -> list[int]:
    """Give the labels that stay."""
    own, others = members(labels, rare)
    numbers = as_list(labels)
    return [numbers[i] for i in others + chosen(own, keep, seed)]


def a_mask(labels: Any, rare: int, keep: int, seed: Any = 0) -> np.ndarray:
    """Give True for each sample that stays."""
    own, others = members(labels, rare)
    return np.isin(np.arange(len(labels)), others + chosen(own, keep, seed))


def a_ratio(labels: Any, rare: int, keep: int, seed: Any = 0) -> list[int]:
    """Take `keep` for a ratio: one of so many stays."""
    own, others = members(labels, rare)
    return others + chosen(own, len(own) // keep, seed)


make_rare = Judge(
    name="make_rare",
    expected=expected_positions,
    reading=facts,
    misconceptions=[
        Misconception(
            "keeps the first samples of the class",
            "The first ones may all be from one writer, or one day. Choose at random: a generator "
            "made from `seed` has a method for that.",
            first_ones,
        ),
        Misconception(
            "keeps the last samples of the class",
            "The last ones are no random choice, and another seed should give others. A generator "
            "made from `seed` has a method for that.",
            last_ones,
        ),
        Misconception(
            "draws with replacement, so that some samples come twice",
            "A copy is no second sample. `rng.choice` puts back what it has drawn unless you tell "
            "it not to.",
            with_replacement,
        ),
        Misconception(
            "chooses the same samples whatever the seed",
            "The generator should be made from the argument `seed`, so that another seed gives "
            "another choice.",
            same_always,
        ),
        Misconception(
            "ignores the seed",
            "Two calls with the same seed gave different samples, so that nobody can repeat your "
            "experiment. Make the generator from `seed`, within the function.",
            Unseeded(),
        ),
        Misconception(
            "takes `keep` samples away, and leaves the rest",
            "`keep` says how many stay. How many samples of the rare class are left in your "
            "answer?",
            removed_so_many,
        ),
        Misconception(
            "leaves out all other classes",
            "Only the rare class is thinned out. All positions of the other classes belong to the "
            "answer as well.",
            rare_alone,
        ),
        Misconception(
            "thins out every class",
            "That would be a small balanced data set. The other classes keep all of their samples.",
            all_classes,
        ),
        Misconception(
            "thins out the other classes",
            "It is the class `rare` that loses samples. Look at your comparison: `==` or `!=`?",
            others_thinned,
        ),
        Misconception(
            "gives positions within the class",
            "You chose numbers from 0 to the size of the class. They count its samples, not all "
            "samples. Which positions do these samples have in `labels`?",
            within_the_class,
        ),
        Misconception(
            "gives labels",
            "With the labels alone nobody finds the images. Give the positions of the samples that "
            "stay.",
            the_labels,
        ),
        Misconception(
            "gives True or False for each sample",
            "A mask says the same in another form, but positions were asked for. "
            "`np.flatnonzero(mask)` turns one into the other.",
            a_mask,
        ),
        Misconception(
            "takes `keep` for a ratio",
            "`keep` is a number of samples. With `keep=9`, nine of them stay, however many there "
            "were.",
            a_ratio,
        ),
    ],
    praise="Nothing but the rare class has changed, and the same seed makes it rare again.",
)
