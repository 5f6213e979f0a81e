"""The judge of lesson 08 on a split that leaks nothing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from autograder.engine.judge import Judge, Misconception
from autograder.judges.labels import as_list

DEFAULT = (0.6, 0.2, 0.2)
Parts = list[list[int]]


def members(labels: Any) -> list[list[int]]:
    """List the positions of each class that there is."""
    numbers = as_list(labels)
    return [[i for i, n in enumerate(numbers) if n == c] for c in sorted(set(numbers))]


def cut(rows: Sequence[int], shares: Sequence[float]) -> Parts:
    """Cut a row of positions in three, rounded to whole ones."""
    first = round(len(rows) * shares[0])
    second = round(len(rows) * (shares[0] + shares[1]))
    return [list(rows[:first]), list(rows[first:second]), list(rows[second:])]


def shuffled(rows: Sequence[int], seed: int) -> list[int]:
    """Shuffle by sorting random keys."""
    keys = np.random.default_rng([seed, len(rows)]).random(len(rows))
    return [row for _, row in sorted(zip(keys.tolist(), rows, strict=True))]


def joined(pieces: Sequence[Parts]) -> Parts:
    """Put the pieces of all classes together."""
    return [[row for piece in pieces for row in piece[k]] for k in range(3)]


def stratified(labels: Any, shares: Sequence[float] = DEFAULT, seed: int = 0) -> Parts:
    """Shuffle each class and cut it: what is right."""
    return joined([cut(shuffled(rows, seed), shares) for rows in members(labels)])


def counted(parts: Parts, rows: int) -> np.ndarray:
    """Count how often each row is in each part."""
    return np.array([np.bincount(np.array(part, dtype=int), minlength=rows) for part in parts])


def expected_runs(labels: Any, shares: Sequence[float] = DEFAULT, seed: int = 0) -> np.ndarray:
    """Split with the seed, with the same again, and with the next."""
    seeds = (seed, seed, seed + 1)
    return np.array([counted(stratified(labels, shares, s), len(labels)) for s in seeds])


def facts(
    answer: Any, labels: Any, shares: Sequence[float] = DEFAULT, seed: int = 0
) -> dict[str, bool]:
    """Read what matters of a split: in which order the rows are, and which they are, does not."""
    runs = np.asarray(answer)
    if runs.shape != (3, 3, len(labels)):
        raise ValueError("no three runs of three parts")
    classes = members(labels)
    return {
        "no row in two parts": bool(((runs > 0).sum(axis=1) <= 1).all()),
        "no row twice in one part": bool((runs <= 1).all()),
        "no row left out": bool((runs.sum(axis=1) >= 1).all()),
        "the parts as large as the shares say": all(
            by_the_shares(run, range(len(labels)), shares, 2.5 * len(classes)) for run in runs
        ),
        "each class divided by the shares": all(
            by_the_shares(run, rows, shares) for run in runs for rows in classes
        ),
        "rows taken at random": not all(in_order(run, rows) for run in runs for rows in classes),
        "the same parts with the same seed": bool((runs[0] == runs[1]).all()),
        "other parts with another seed": bool((runs[0] != runs[2]).any()),
    }


def by_the_shares(
    run: np.ndarray, rows: Sequence[int], shares: Sequence[float], leeway: float = 2.5
) -> bool:
    """Tell whether each part has its share of some rows; splitting twice may cost more than 2."""
    sizes = run[:, list(rows)].sum(axis=1)
    return bool((np.abs(sizes - len(rows) * np.asarray(shares)) < leeway).all())


def in_order(run: np.ndarray, rows: list[int]) -> bool:
    """Tell whether the parts follow each other within a class: nothing was shuffled."""
    part = run[:, rows].argmax(axis=0)
    return len(set(part.tolist())) == 1 or bool((np.diff(part) >= 0).all())


Split = Callable[..., Any]


def as_it_comes(labels: Any, shares: Sequence[float] = DEFAULT, seed: int = 0) -> Parts:
    """Shuffle all rows and cut them, whatever their class."""
    return cut(shuffled(range(len(labels)), seed), shares)


def drawn_apart(labels: Any, shares: Sequence[float] = DEFAULT, seed: int = 0) -> Parts:
    """Draw each part from all rows of a class, so that parts overlap."""
    pieces = []
    for rows in members(labels):
        sizes = [len(piece) for piece in cut(rows, shares)]
        draws = [shuffled(rows, 10 * seed + k) for k in range(3)]
        pieces.append([draw[:size] for draw, size in zip(draws, sizes, strict=True)])
    return joined(pieces)


def trained_on_all(labels: Any, shares: Sequence[float] = DEFAULT, seed: int = 0) -> Parts:
    """Take validation and test out, and train on all rows."""
    _, validation, test = stratified(labels, shares, seed)
    return [list(range(len(labels))), validation, test]


def cut_at_the_shares(labels: Any, shares: Sequence[float] = DEFAULT, seed: int = 0) -> Parts:
    """Cut where the second share ends if it is counted from the start, not from the first cut."""
    pieces = []
    for rows in members(labels):
        mixed = shuffled(rows, seed)
        first, second = (int(len(rows) * share) for share in shares[:2])
        pieces.append([mixed[:first], mixed[first:second], mixed[second:]])
    return joined(pieces)


def a_list_of_pieces(labels: Any, shares: Sequence[float] = DEFAULT, seed: int = 0) -> Any:
    """Collect the pieces of the classes, and do not join them."""
    pieces = [cut(shuffled(rows, seed), shares) for rows in members(labels)]
    return [[np.array(piece[k]) for piece in pieces] for k in range(3)]


def oversampled_first(labels: Any, shares: Sequence[float] = DEFAULT, seed: int = 0) -> Parts:
    """Copy rows of rare classes until all are as large, and split then."""
    classes = members(labels)
    most = max(map(len, classes))
    copied = [(rows * (most // len(rows) + 1))[:most] for rows in classes]
    return joined([cut(shuffled(rows, seed), shares) for rows in copied])


def oversampled_training(labels: Any, shares: Sequence[float] = DEFAULT, seed: int = 0) -> Parts:
    """Split well, and copy rows within the training part."""
    pieces = [cut(shuffled(rows, seed), shares) for rows in members(labels)]
    most = max(len(piece[0]) for piece in pieces)
    for piece in pieces:
        piece[0] = (piece[0] * (most // len(piece[0]) + 1))[:most]
    return joined(pieces)


def undersampled_first(labels: Any, shares: Sequence[float] = DEFAULT, seed: int = 0) -> Parts:
    """Throw rows of large classes away, and split the rest."""
    classes = members(labels)
    fewest = min(map(len, classes))
    return joined([cut(shuffled(rows, seed)[:fewest], shares) for rows in classes])


def balanced_test(labels: Any, shares: Sequence[float] = DEFAULT, seed: int = 0) -> Parts:
    """Put as many rows of each class into validation and test, the rest into training."""
    classes = members(labels)
    fewest = min(map(len, classes))
    val, test = (round(fewest * share) for share in shares[1:])
    pieces = []
    for rows in classes:
        some = shuffled(rows, seed)
        pieces.append([some[val + test :], some[:val], some[val : val + test]])
    return joined(pieces)


def share_of_the_rest(labels: Any, shares: Sequence[float] = DEFAULT, seed: int = 0) -> Parts:
    """Take the test share of all rows, and the validation share of what is left."""
    pieces = []
    for rows in members(labels):
        some = shuffled(rows, seed)
        test = round(len(some) * shares[2])
        val = round((len(some) - test) * shares[1])
        pieces.append([some[test + val :], some[test : test + val], some[:test]])
    return joined(pieces)


def rounded_down(labels: Any, shares: Sequence[float] = DEFAULT, seed: int = 0) -> Parts:
    """Round each size down, so that rows remain that nobody gets."""
    pieces = []
    for rows in members(labels):
        some, start, piece = shuffled(rows, seed), 0, []
        for share in shares:
            size = int(len(some) * share)
            piece.append(some[start : start + size])
            start += size
        pieces.append(piece)
    return joined(pieces)


def within_classes(labels: Any, shares: Sequence[float] = DEFAULT, seed: int = 0) -> Parts:
    """Give places within a class for places among all rows."""
    return joined([cut(shuffled(range(len(rows)), seed), shares) for rows in members(labels)])


def in_another_order(labels: Any, shares: Sequence[float] = DEFAULT, seed: int = 0) -> Parts:
    """Give the parts in the opposite order."""
    return stratified(labels, shares, seed)[::-1]


def the_labels(labels: Any, shares: Sequence[float] = DEFAULT, seed: int = 0) -> Parts:
    """Give the labels of the parts."""
    numbers = as_list(labels)
    return [[numbers[row] for row in part] for part in stratified(labels, shares, seed)]


def marked(labels: Any, shares: Sequence[float] = DEFAULT, seed: int = 0) -> list[np.ndarray]:
    """Mark each row with True or False, for each part."""
    return [counts == 1 for counts in counted(stratified(labels, shares, seed), len(labels))]


class Unseeded:
    """Split with another seed at every call, as a generator without a seed does."""

    calls = 0

    def __call__(self, labels: Any, shares: Sequence[float] = DEFAULT, seed: int = 0) -> Parts:
        """Split."""
        self.calls = (self.calls + 1) % 1000
        return stratified(labels, shares, 7919 + self.calls)


split_three = Judge(
    name="split_three",
    expected=expected_runs,
    reading=facts,
    misconceptions=[
        Misconception(
            "splits without looking at the classes",
            "Each class is to be divided by the shares, not just all rows together: with ten rare "
            "samples, a test set may otherwise get none. Split class by class.",
            as_it_comes,
        ),
        Misconception(
            "draws the parts one by one from all rows",
            "A row that is in training and in test as well was seen before the exam. Shuffle once, "
            "and cut: what one part has, no other can get.",
            drawn_apart,
        ),
        Misconception(
            "leaves validation and test rows in the training part",
            "The model would learn the very rows that it is tested on. Whatever goes to validation "
            "or test has to leave the training part.",
            trained_on_all,
        ),
        Misconception(
            "copies rare rows before it splits",
            "Copies of one row land on both sides, and the test knows what training saw. Split "
            "first; what is copied later is copied in training only.",
            oversampled_first,
        ),
        Misconception(
            "copies rare rows in the training part",
            "That is the right place for copies, but not the job of a split: every position stands "
            "in one part, once. Resample afterwards.",
            oversampled_training,
        ),
        Misconception(
            "throws rows of the larger classes away",
            "A split leaves nothing out, and the test set should have the shares of the world. "
            "Undersample afterwards, in training only.",
            undersampled_first,
        ),
        Misconception(
            "balances validation and test",
            "The world that the model is for is not balanced, so neither may be what it is judged "
            "by. Every part gets the same share of every class.",
            balanced_test,
        ),
        Misconception(
            "takes the validation share of what the test left over",
            "A fifth of the remaining 80% is 16% of all. Each share is of the whole class, so "
            "compute the sizes before you take anything away.",
            share_of_the_rest,
        ),
        Misconception(
            "rounds every part down",
            "Of 41 rows 24, 8 and 8 make 40: one is in no part. Compute where to cut, and let the "
            "last part have the rest.",
            rounded_down,
        ),
        Misconception(
            "takes the rows in the order in which they come",
            "Files are often sorted, by date for instance, and then the parts are of different "
            "times. Shuffle the rows of each class before you cut.",
            lambda labels, shares=DEFAULT, seed=0: joined(
                [cut(rows, shares) for rows in members(labels)]
            ),
        ),
        Misconception(
            "cuts the rows in their order, whatever their class",
            "If the labels are sorted, the test set holds one class only. Take the rows of each "
            "class, shuffle them, and then cut.",
            lambda labels, shares=DEFAULT, seed=0: cut(range(len(labels)), shares),
        ),
        Misconception(
            "ignores the seed",
            "Another seed should give other parts: that is how you find out how much a result owes "
            "to one lucky split. Hand the seed to your random numbers.",
            lambda labels, shares=DEFAULT, seed=0: stratified(labels, shares, 42),
        ),
        Misconception(
            "gives other parts each time, whatever the seed",
            "Nobody can repeat your experiment, not even you. Make the random numbers from the "
            "seed, anew in each call.",
            Unseeded(),
        ),
        Misconception(
            "ignores the shares",
            "0.6, 0.2 and 0.2 are only the default. Compute the sizes from `shares`.",
            lambda labels, shares=DEFAULT, seed=0: stratified(labels, DEFAULT, seed),
        ),
        Misconception(
            "gives positions within a class",
            "The third sample of class 1 is not row 3 of the data. Shuffle the positions that "
            "`np.flatnonzero(labels == c)` gives.",
            within_classes,
        ),
        Misconception(
            "gives the parts in another order",
            "Training comes first, then validation, then test, as the shares do.",
            in_another_order,
        ),
        Misconception(
            "gives labels, not positions",
            "With positions one can take the rows of inputs and labels alike. Give back which rows "
            "are in each part, not what stands in them.",
            the_labels,
        ),
        Misconception(
            "cuts at the shares, not at their running sum",
            "`np.split` wants the places where to cut. The second cut lies after the first two "
            "shares together: which function adds up as it goes along?",
            cut_at_the_shares,
        ),
        Misconception(
            "gives a list of arrays for each part",
            "A part is one row of positions. You collected one array a class: join them, with "
            "`np.concatenate` or by `extend` in place of `append`.",
            a_list_of_pieces,
        ),
        Misconception(
            "marks each row with True or False",
            "A mask can pick rows as well, but positions are asked for: which rows are in the "
            "part. `np.flatnonzero` turns one into the other.",
            marked,
        ),
    ],
    praise="No row on two sides, each class in each part: now a test score means something.",
)
