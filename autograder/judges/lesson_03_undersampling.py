"""The judge of undersampling in lesson 03."""

from __future__ import annotations

from collections import Counter
from math import factorial
from typing import Any

import numpy as np

from autograder.engine.judge import Judge, Misconception
from autograder.judges.labels import as_list

BY_CHANCE = 10**9
"""Where fewer orders than this exist, one that is sorted by class may have come up by chance."""


def expected_indices(labels: Any, seed: Any = None, seeds: Any = None) -> Any:
    """Shuffle all positions, and keep the first few of each class."""
    if seeds is not None:
        return [expected_indices(labels, seed) for seed in seeds]
    labels = as_list(labels)
    smallest, kept = min(Counter(labels).values()), Counter[int]()
    chosen = []
    for i in np.random.default_rng(seed).permutation(len(labels)).tolist():
        kept[labels[i]] += 1
        if kept[labels[i]] <= smallest:
            chosen.append(i)
    return chosen


def facts(answer: Any, labels: Any, seed: Any = None, seeds: Any = None) -> dict[str, Any]:
    """Read from row numbers what is the same for every random choice."""
    if seeds is not None:
        one, again, other = answer
        same = "whether the same seed gives the same rows"
        different = "whether another seed gives the same rows"
        chosen, chosen_again, others = (sorted(as_list(rows)) for rows in (one, again, other))
        equal = {same: chosen == chosen_again, different: chosen == others}
        return facts(one, labels) | equal
    rows, labels = np.asarray(answer, dtype=float), np.array(as_list(labels))
    if rows.ndim != 1 or not np.isin(rows, np.arange(len(labels))).all():
        raise ValueError("answer: expected row numbers")
    order = labels[rows.astype(int)]
    counts = np.bincount(order, minlength=labels.max() + 1)
    found: dict[str, Any] = {
        "number of rows kept of each class": counts,
        "whether a row comes more than once": len(np.unique(rows)) < len(rows),
    }
    changes = int(np.count_nonzero(np.diff(order)))
    if orders(counts) > BY_CHANCE:
        found["whether the classes come one after the other"] = bool(
            changes < np.count_nonzero(counts)
        )
    return found


def orders(counts: np.ndarray) -> int:
    """Count the orders in which the classes of so many samples can come."""
    ways = factorial(int(counts.sum()))
    for count in counts.tolist():
        ways //= factorial(count)
    return ways


def positions(labels: Any) -> list[np.ndarray]:
    """List the positions of each class that has samples."""
    labels = np.array(as_list(labels))
    return [np.flatnonzero(labels == c) for c in np.unique(labels)]


def smallest(labels: Any) -> int:
    """Give the size of the smallest class that has samples."""
    return min(map(len, positions(labels)))


def choose(labels: Any, seed: Any, number: int, replace: bool = False) -> np.ndarray:
    """Choose as many of each class, in random order."""
    rng = np.random.default_rng(seed)
    kept = [rng.choice(own, number, replace=replace) for own in positions(labels)]
    return rng.permutation(np.concatenate(kept))


def by_class(labels: Any, seed: Any = None) -> np.ndarray:
    """Choose as many of each class, class after class."""
    rng = np.random.default_rng(seed)
    kept = [rng.choice(own, smallest(labels), replace=False) for own in positions(labels)]
    return np.concatenate(kept)


def first_ones(labels: Any, seed: Any = None) -> np.ndarray:
    """Keep the first samples of each class."""
    kept = np.concatenate([own[: smallest(labels)] for own in positions(labels)])
    return np.random.default_rng(seed).permutation(kept)


def same_share(labels: Any, seed: Any = None) -> np.ndarray:
    """Keep a random set of the right number of samples, of whatever classes."""
    number = smallest(labels) * len(positions(labels))
    return np.random.default_rng(seed).choice(len(labels), number, replace=False)


def total_of_smallest(labels: Any, seed: Any = None) -> np.ndarray:
    """Keep as many samples in all as the smallest class has."""
    number = max(smallest(labels) // len(positions(labels)), 1)
    return choose(labels, seed, number)


def within_classes(labels: Any, seed: Any = None) -> np.ndarray:
    """Give positions within each class, not in the data set."""
    rng = np.random.default_rng(seed)
    kept = [rng.choice(len(own), smallest(labels), replace=False) for own in positions(labels)]
    return rng.permutation(np.concatenate(kept))


def repeated(labels: Any, seed: Any = None) -> np.ndarray:
    """Fill up to the largest class."""
    return choose(labels, seed, max(map(len, positions(labels))), replace=True)


def emptied(labels: Any, seed: Any = None) -> np.ndarray:
    """Take a class number without samples for the smallest class."""
    counts = np.bincount(as_list(labels))
    return choose(labels, seed, int(counts.min()))


def only_largest(labels: Any, seed: Any = None) -> np.ndarray:
    """Cut the largest class alone."""
    rng = np.random.default_rng(seed)
    largest = max(map(len, positions(labels)))
    kept = [
        rng.choice(own, smallest(labels), replace=False) if len(own) == largest else own
        for own in positions(labels)
    ]
    return rng.permutation(np.concatenate(kept))


def of_two_classes(labels: Any, seed: Any = None) -> np.ndarray:
    """Assume that class 1 is the rare one, and class 0 the only other."""
    rng, labels = np.random.default_rng(seed), np.array(as_list(labels))
    rare, common = np.flatnonzero(labels == 1), np.flatnonzero(labels == 0)
    return rng.permutation(np.concatenate([rare, rng.choice(common, len(rare), replace=False)]))


def as_mask(labels: Any, seed: Any = None) -> np.ndarray:
    """Say of each row whether it stays."""
    mask = np.zeros(len(labels), dtype=bool)
    mask[choose(labels, seed, smallest(labels))] = True
    return mask


undersampled_indices = Judge(
    name="undersampled_indices",
    expected=expected_indices,
    reading=facts,
    misconceptions=[
        Misconception(
            "draws with replacement, so that a row can come twice",
            "A row that comes twice takes the place of another one, and the smallest class loses "
            "samples that it has. `replace=False` is what you want.",
            lambda labels, seed=None: choose(labels, seed, smallest(labels), replace=True),
        ),
        Misconception(
            "leaves the rows sorted by class",
            "Whoever reads them in this order without shuffling gets batches of a single class. "
            "Put the chosen rows in random order at the end.",
            by_class,
        ),
        Misconception(
            "leaves the rows sorted by class, and ignores `seed`",
            "Use the generator that `as_rng(seed)` gives, not NumPy's: for the choice in "
            "each class, and then to put all chosen rows in random order.",
            lambda labels, seed=None: by_class(labels),
        ),
        Misconception(
            "sorts the chosen rows",
            "Where the data are sorted by class, sorted row numbers are as well, and batches then "
            "hold a single class. Leave the chosen rows in random order.",
            lambda labels, seed=None: np.sort(choose(labels, seed, smallest(labels))),
        ),
        Misconception(
            "keeps the first rows of each class instead of random ones",
            "Data are often sorted by date or by source, so the first rows are no fair sample. Let "
            "the generator choose among all members of a class.",
            first_ones,
        ),
        Misconception(
            "ignores `seed`",
            "The same seed should give the same rows, or nobody can repeat the experiment. Use "
            "the generator that `as_rng(seed)` gives for all that is random.",
            lambda labels, seed=None: choose(labels, None, smallest(labels)),
        ),
        Misconception(
            "gives positions within each class, not rows of the data set",
            "The third member of class 1 is not row 2 of the data. Choose from the list of the "
            "rows that belong to the class, not from their number.",
            within_classes,
        ),
        Misconception(
            "keeps rows of any class, not the same number of each",
            "A random choice among all rows keeps the skew that the data have. Choose within each "
            "class separately.",
            same_share,
        ),
        Misconception(
            "takes a missing class for the smallest one",
            "A class number that no sample has would leave nothing of any class. Here only "
            "classes that have samples count.",
            emptied,
        ),
        Misconception(
            "keeps too few: as many rows in all as the smallest class has",
            "The smallest class is to be kept whole, and as many rows of each other class.",
            total_of_smallest,
        ),
        Misconception(
            "fills small classes up instead of cutting large ones",
            "That is oversampling. Here no row is repeated: which class size can every class "
            "reach without repeats?",
            repeated,
        ),
        Misconception(
            "cuts the largest class only",
            "With three classes there may be two that are too large. Every class should come down "
            "to the size of the smallest.",
            only_largest,
        ),
        Misconception(
            "knows of classes 0 and 1 only, and takes 1 for the rare one",
            "There may be more classes, and the smallest may have any number. Let the labels tell "
            "which classes there are.",
            of_two_classes,
        ),
        Misconception(
            "gives labels, not rows",
            "A `Subset` of the data set needs to know which rows to keep. Your choice was made; "
            "give back where the samples stand, not what class they are.",
            lambda labels, seed=None: np.array(as_list(labels))[
                choose(labels, seed, smallest(labels))
            ],
        ),
        Misconception(
            "uses a seed of its own, whatever `seed` is",
            "Another seed should give other rows. Hand `seed` to `as_rng`, and set no seed "
            "yourself.",
            lambda labels, seed=None: choose(labels, 42, smallest(labels)),
        ),
        Misconception(
            "gives a mask, not row numbers",
            "A mask says of every row whether it stays, and cannot say in which order. Give the "
            "numbers of the rows that you chose.",
            as_mask,
        ),
    ],
    praise=(
        "Balanced, and nothing is repeated. The price stands in the text below: with 9000, 900 "
        "and 100 samples, 97 of 100 are thrown away."
    ),
)
