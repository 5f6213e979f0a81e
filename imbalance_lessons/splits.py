"""Making a class rare; dividing samples into parts that hold every class, scaled by the first."""

from __future__ import annotations

import numbers
import reprlib
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from imbalance_lessons.features import as_rows
from imbalance_lessons.randomness import as_rng
from imbalance_lessons.validation import as_integer, as_labels, as_numbers, as_scalar

__all__ = [
    "imbalanced_subset",
    "make_rare",
    "split_three",
    "standardised_parts",
    "stratified_split",
]


def imbalanced_subset(labels: ArrayLike, rare: int, keep: int | float, seed: Any = 0) -> np.ndarray:
    r"""Make a class rare: keep some of its samples, and all samples of the other classes.

    Parameters
    ----------
    labels
        One class number (0, 1, 2, ...) a sample: a list, an array or a tensor.
    rare
        The class to thin out.
    keep
        A whole number: that many of its samples. A fraction, 0 < keep <= 1.0: that share of them.
    seed
        Which samples stay: a whole number, a NumPy generator, or None.

    Returns
    -------
    np.ndarray
        The positions of all samples that stay, each once, in random order.

    Raises
    ------
    TypeError
        If an argument is not a number of its kind.
    ValueError
        If `labels` does not hold class numbers, `rare` has no samples, or `keep` comes to none or
        to more than there are.

    Notes
    -----
    A share of n samples is the whole number nearest to `keep * n`. So `keep=1` is one sample,
    and `keep=1.0` is all of them.

    Thin out training data only. A validation or test set should have the shares of the world in
    which the model will work.

    References
    ----------
    `imblearn.datasets.make_imbalance` does the same for inputs and labels together.

    Examples
    --------
    >>> positions = imbalanced_subset([0, 1, 0, 1, 1, 1], rare=1, keep=0.25)
    >>> len(positions), sorted(positions[positions % 2 == 0].tolist())[:2]
    (3, [0, 2])
    """
    labels = as_labels(labels)
    available = int(np.count_nonzero(labels == as_integer(rare, "rare")))
    return make_rare(labels, rare, _number_to_keep(keep, available, rare), seed)


def make_rare(labels: ArrayLike, rare: int, keep: int, seed: Any = 0) -> np.ndarray:
    r"""Choose some samples of one class at random, and all samples of the others.

    Parameters
    ----------
    labels
        One class number (0, 1, 2, ...) a sample: a list, an array or a tensor.
    rare, keep
        The class to thin out, and how many of its samples stay.
    seed
        A whole number: the same one chooses the same samples.

    Returns
    -------
    np.ndarray
        The positions of all samples that stay, each once, in any order.

    Raises
    ------
    TypeError
        If `rare` or `keep` is not a whole number, or `seed` nothing to draw from.
    ValueError
        If `labels` does not hold class numbers, or `keep` is not between 1 and what there is.

    Notes
    -----
    The positions come in random order. `imbalanced_subset` also takes the share to keep.

    References
    ----------
    `imblearn.datasets.make_imbalance` does the same for inputs and labels together.

    Examples
    --------
    >>> sorted(make_rare([1, 0, 1, 0, 0], rare=1, keep=1, seed=0).tolist())
    [1, 2, 3, 4]
    """
    labels, rng = as_labels(labels), as_rng(seed)
    members = np.flatnonzero(labels == as_integer(rare, "rare"))
    as_integer(keep, "keep", minimum=1, maximum=len(members))
    kept = rng.choice(members, keep, replace=False)
    return rng.permutation(np.concatenate([np.flatnonzero(labels != rare), kept]))


def stratified_split(labels: ArrayLike, shares: ArrayLike, seed: Any = 0) -> list[np.ndarray]:
    r"""Divide samples into parts that all have the same shares of the classes.

    Parameters
    ----------
    labels
        One class number (0, 1, 2, ...) a sample: a list, an array or a tensor.
    shares
        How much of the samples each part gets, such as [0.6, 0.2, 0.2] for training, validation
        and test: positive numbers with the sum 1.
    seed
        Which sample goes where: a whole number, a NumPy generator, or None.

    Returns
    -------
    list of np.ndarray
        The positions of each part's samples, in random order; every position is in one part.

    Raises
    ------
    TypeError
        If an argument does not hold numbers.
    ValueError
        If `labels` does not hold class numbers, the shares are not positive or do not add up to 1,
        or a class has fewer samples than there are parts.

    Notes
    -----
    The samples of each class are shuffled and cut at :math:`n_c (s_1 + \dots + s_k)`, rounded. A
    part's number of samples of a class is thus less than 1 from :math:`n_c s_k`, unless that would
    leave it without any: then it gets one from the part with most. No score can be had for a class
    that a test set does not hold, and none can be trusted for a class with one sample.

    References
    ----------
    `sklearn.model_selection.train_test_split` with `stratify`: two parts, and twice for three.

    Examples
    --------
    >>> labels = np.array([0] * 90 + [1] * 10)
    >>> [np.bincount(labels[part]).tolist() for part in stratified_split(labels, [0.6, 0.2, 0.2])]
    [[54, 6], [18, 2], [18, 2]]
    """
    labels = as_labels(labels)
    shares = _as_shares(shares)
    rng = as_rng(seed)
    part_of = np.empty(len(labels), dtype=np.int64)
    for c in np.unique(labels):
        members = rng.permutation(np.flatnonzero(labels == c))
        part_of[members] = np.repeat(np.arange(len(shares)), _part_sizes(len(members), shares, c))
    return [rng.permutation(np.flatnonzero(part_of == k)) for k in range(len(shares))]


def split_three(
    labels: ArrayLike, shares: Sequence[float] = (0.6, 0.2, 0.2), seed: Any = 0
) -> list[np.ndarray]:
    """Divide samples into training, validation and test, each class by the same shares.

    Parameters
    ----------
    labels, shares
        One class number a sample; how much of each class the parts get, in whole samples.
    seed
        The same seed gives the same parts, another seed others.

    Returns
    -------
    list of np.ndarray
        Three arrays of positions; every position is in exactly one of them.

    Raises
    ------
    TypeError, ValueError
        If `labels` are no class numbers, or `seed` is no seed.

    Notes
    -----
    The exercise of lesson 08. `stratified_split` makes any number of parts, and sees to it that
    none lacks a class.

    Examples
    --------
    >>> labels = np.array([0] * 90 + [1] * 10)
    >>> [np.bincount(labels[part]).tolist() for part in split_three(labels)]
    [[54, 6], [18, 2], [18, 2]]
    """
    labels, rng = as_labels(labels), as_rng(seed)
    pieces = []
    for c in np.unique(labels):
        rows = rng.permutation(np.flatnonzero(labels == c))
        cuts = np.rint(len(rows) * np.cumsum(shares)).astype(int)
        pieces.append(np.split(rows, cuts[:2]))
    return [rng.permutation(np.concatenate(part)) for part in zip(*pieces, strict=True)]


def standardised_parts(
    inputs: ArrayLike,
    labels: ArrayLike,
    shares: Sequence[float] = (0.5, 0.25, 0.25),
    seed: Any = 0,
    split: Callable[..., Sequence[np.ndarray]] = stratified_split,
) -> list[tuple[np.ndarray, np.ndarray]]:
    """Split samples, and scale their features by mean and deviation of the first part.

    Parameters
    ----------
    inputs, labels
        Samples, a row each, and the class number of each.
    shares
        Of the parts: to train on, to tune with, to test.
    seed
        Where the random numbers of the split start.
    split
        A function of labels, shares and seed that gives the rows of each part.

    Returns
    -------
    list of tuple
        Inputs and labels of each part. A feature without spread in the first part is only shifted.

    Raises
    ------
    TypeError, ValueError
        As `split` does, or if the inputs are not rows of finite numbers, one a label.

    Examples
    --------
    >>> train, test = standardised_parts([[0.0], [4.0]] * 4, [0, 1] * 4, [0.5, 0.5])
    >>> float(train[0].mean()), float(train[0].std())
    (0.0, 1.0)
    """
    features, classes = as_rows(inputs, "inputs"), as_labels(labels)
    if len(classes) != len(features):
        raise ValueError(f"labels: expected {len(features)}, one a row, got {len(classes)}")
    parts = split(classes, shares, seed)
    training = features[parts[0]]
    # A column of one number may have a deviation all the same: its mean is rounded.
    scale = np.where(np.ptp(training, axis=0) > 0, training.std(axis=0), 1)
    features = (features - training.mean(axis=0)) / scale
    return [(features[rows], classes[rows]) for rows in parts]


def _number_to_keep(keep: Any, available: int, rare: int) -> int:
    """Turn a number or a share of the samples of a class into a number of them."""
    value = as_scalar(keep)
    if isinstance(value, bool) or not isinstance(value, numbers.Real):
        raise TypeError(
            f"keep: expected a whole number or a share of the samples, got {reprlib.repr(keep)}"
        )
    if available == 0:
        raise ValueError(f"rare: expected a class with samples, got {rare}, which has none")
    if isinstance(value, numbers.Integral):
        return as_integer(value, "keep", minimum=1, maximum=available)
    share = float(value)
    if not 0 < share <= 1:  # NaN is refused too
        raise ValueError(f"keep: expected a share between 0 and 1.0, got {value}")
    number = int(np.floor(share * available + 0.5))
    if number == 0:
        raise ValueError(
            f"keep: expected a share that leaves a sample of class {rare}, "
            f"got {value} of {available}"
        )
    return number


def _as_shares(shares: ArrayLike) -> np.ndarray:
    """Turn shares into positive floats that add up to 1, or refuse them."""
    values = as_numbers(shares, "shares", "the share of each part").astype(np.float64)
    if values.ndim != 1 or len(values) < 2:
        raise ValueError(f"shares: expected two or more in one dimension, got shape {values.shape}")
    if not (values > 0).all() or not abs(values.sum() - 1) < 1e-6:  # float32 thirds are close
        raise ValueError(f"shares: expected positive numbers with the sum 1, got {values.tolist()}")
    return np.asarray(values / values.sum())


def _part_sizes(available: int, shares: np.ndarray, label: int) -> np.ndarray:
    """Say how many samples of a class each part gets: its share of them, and at least one."""
    if available < len(shares):
        raise ValueError(
            f"labels: expected at least {len(shares)} samples of class {label}, one for each part, "
            f"got {available}"
        )
    # What is a half but for rounding errors is rounded up, whatever machine adds the shares.
    cuts = np.floor(available * np.cumsum(shares) + 0.5 + 1e-9).astype(np.int64)
    cuts[-1] = available
    sizes = np.diff(cuts, prepend=0)
    while sizes.min() == 0:
        sizes[sizes.argmax()] -= 1
        sizes[sizes.argmin()] += 1
    return sizes
