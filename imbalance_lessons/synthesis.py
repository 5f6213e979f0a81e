"""Balance by making: new samples between those of a rare class (SMOTE)."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from sklearn.neighbors import NearestNeighbors

from imbalance_lessons.features import as_rows, as_segments
from imbalance_lessons.randomness import as_rng
from imbalance_lessons.sampling import labels_of
from imbalance_lessons.validation import as_integer, as_labels

__all__ = ["interpolate", "nearest_neighbours", "smote", "smote_samples", "synthetic_samples"]


def interpolate(starts: ArrayLike, ends: ArrayLike, gaps: ArrayLike) -> np.ndarray:
    r"""Make one new sample on the line segment between each pair of samples.

    Parameters
    ----------
    starts, ends
        Two arrays of shape (M, D): row i of each is one end of segment i.
    gaps
        Shape (M,): how far along its segment each new sample lies, from 0 to 1.

    Returns
    -------
    np.ndarray
        Shape (M, D): a start where the gap is 0, an end where it is 1.

    Raises
    ------
    TypeError, ValueError
        If an argument does not hold finite numbers, the shapes do not fit, or a gap is not from 0
        to 1.

    Notes
    -----
    SMOTE's step: :math:`x + \lambda (x' - x)`, with one :math:`\lambda` a sample. With one a
    feature, as in the pseudocode of the paper (its worked example has one a sample), new samples
    would fill the box that the segment is a diagonal of.

    References
    ----------
    N. V. Chawla, K. W. Bowyer, L. O. Hall, W. P. Kegelmeyer, "SMOTE: Synthetic Minority
    Over-sampling Technique", Journal of Artificial Intelligence Research 16 (2002), 321-357.

    Examples
    --------
    >>> interpolate([[0, 0], [6, 4]], [[2, 8], [4, 3]], [0.25, 0.5])
    array([[0.5, 2. ],
           [5. , 3.5]])
    """
    starts, ends, gaps = as_segments(starts, ends, gaps)
    return np.asarray(starts + gaps[:, np.newaxis] * (ends - starts))


def nearest_neighbours(samples: ArrayLike, k: int = 5) -> np.ndarray:
    r"""Find the k samples that are nearest to each sample, itself left out.

    Parameters
    ----------
    samples
        Shape (N, D): one row of features a sample.
    k
        How many neighbours, from 1 on; at most the N - 1 that there are.

    Returns
    -------
    np.ndarray
        Shape (N, k), row numbers: those of the neighbours of sample i in row i, nearest first.

    Raises
    ------
    TypeError, ValueError
        If `samples` does not hold rows of finite numbers, or `k` is not a whole number from 1 on.

    Notes
    -----
    Euclidean distance, which takes features as they are: scale them first, or the one with the
    largest unit decides alone. A k above N - 1 is lowered to it. A sample that is alone has no
    neighbour but itself, and gets that: shape (1, 1).

    A duplicate of a sample is a neighbour of it, at distance 0. The order of neighbours at the same
    distance is not defined.

    References
    ----------
    `sklearn.neighbors.NearestNeighbors`. Asked for the neighbours of the samples that it was fitted
    on, it leaves out each sample itself; imbalanced-learn asks for one more and drops the first,
    which among duplicates may be another.

    Examples
    --------
    >>> nearest_neighbours([[0.0], [1.0], [3.0], [7.0]], k=2)
    array([[1, 2],
           [0, 2],
           [1, 0],
           [2, 1]])
    """
    samples, k = as_rows(samples), as_integer(k, "k", minimum=1)
    if len(samples) == 1:
        return np.array([[0]])
    k = min(k, len(samples) - 1)
    finder = NearestNeighbors(n_neighbors=k).fit(samples)
    return np.asarray(finder.kneighbors(return_distance=False))


def smote_samples(samples: ArrayLike, num_samples: int, k: int = 5, seed: Any = None) -> np.ndarray:
    r"""Make new samples of one class by SMOTE.

    Parameters
    ----------
    samples, num_samples
        The samples of the class, shape (N, D), and the number M of new ones to make.
    k, seed
        How many nearest neighbours to choose from; a whole number, a NumPy generator or None.

    Returns
    -------
    np.ndarray
        Shape (M, D): each on the segment from a random sample to one of its neighbours.

    Raises
    ------
    TypeError, ValueError
        If `samples` does not hold rows of finite numbers, `num_samples` or `k` is not a whole
        number from 1 on, or `seed` is none of the above.

    Notes
    -----
    The start is drawn uniformly from all samples, with replacement, its end uniformly from the
    start's neighbours, and one gap a new sample uniformly from [0, 1). The paper takes each sample
    as a start equally often instead; imbalanced-learn draws as is done here.

    A single sample is repeated. New samples never leave the convex hull of the old ones, and vary
    less than these: with neighbours as good as random (k = N - 1) the variance of each feature is
    :math:`2/3 - 1/(3(N-1))` times that of the N samples.

    References
    ----------
    Chawla et al. 2002, as for `interpolate`; `imblearn.over_sampling.SMOTE`.

    Examples
    --------
    >>> new = smote_samples([[0.0, 0.0], [1.0, 2.0]], num_samples=50, seed=0)
    >>> new.shape, np.allclose(new[:, 1], 2 * new[:, 0])
    ((50, 2), True)
    """
    samples, num_samples = as_rows(samples), as_integer(num_samples, "num_samples", 1)
    neighbours = nearest_neighbours(samples, k)
    rng = as_rng(seed)
    starts = rng.integers(len(samples), size=num_samples)
    ends = neighbours[starts, rng.integers(neighbours.shape[1], size=num_samples)]
    gaps = rng.random(num_samples)
    return interpolate(samples[starts], samples[ends], gaps)


def synthetic_samples(
    inputs: ArrayLike,
    labels: ArrayLike,
    rare: int,
    num_samples: int,
    k: int = 5,
    seed: Any = None,
) -> np.ndarray:
    """Make new samples of one class of a data set by SMOTE.

    Parameters
    ----------
    inputs, labels, rare
        Shape (N, D), N class numbers, and the class to make samples of (two of it or more).
    num_samples, k, seed
        How many to make; neighbours to choose from, if there are as many; whole number or None.

    Returns
    -------
    np.ndarray
        Shape (num_samples, D): each on a segment from a sample of the class to a neighbour there.

    Raises
    ------
    TypeError, ValueError
        If `inputs` does not hold rows of finite numbers or `labels` class numbers, the class has
        fewer than two samples, or a number is out of range.
    IndexError
        If there are not as many labels as rows.

    Notes
    -----
    Start, neighbour and gap are drawn uniformly, and each new sample has a gap of its own, as in
    `smote_samples`. Samples of other classes are never looked at: a segment towards one of them
    would lead into its territory. `smote` fills up all classes at once.

    References
    ----------
    Chawla et al. 2002, as for `interpolate`; `imblearn.over_sampling.SMOTE`.

    Examples
    --------
    >>> inputs, labels = [[0, 0], [1, 1], [8, 8], [9, 7]], [0, 0, 1, 1]
    >>> new = synthetic_samples(inputs, labels, rare=1, num_samples=50, seed=0)
    >>> new.shape, bool((8 <= new[:, 0]).all()), np.allclose(new.sum(axis=1), 16)
    ((50, 2), True, True)
    """
    own = as_rows(inputs)[as_labels(labels) == rare]
    k = min(k, len(own) - 1)
    neighbours = NearestNeighbors(n_neighbors=k).fit(own).kneighbors(return_distance=False)
    rng = as_rng(seed)
    starts = rng.integers(len(own), size=num_samples)
    ends = neighbours[starts, rng.integers(k, size=num_samples)]
    gaps = rng.random((num_samples, 1))
    return np.asarray(own[starts] + gaps * (own[ends] - own[starts]))


def smote(
    inputs: ArrayLike, labels: ArrayLike, *, k: int = 5, seed: Any = None
) -> tuple[np.ndarray, np.ndarray]:
    """Fill every class up to the size of the largest with new samples made by SMOTE.

    Parameters
    ----------
    inputs, labels
        Rows of features, shape (N, D), and N class numbers (0, 1, 2, ...).
    k, seed
        How many nearest neighbours to choose from; a whole number, a NumPy generator or None.

    Returns
    -------
    tuple of np.ndarray
        New inputs and labels: all that came, in its order, and the new samples after it.

    Raises
    ------
    TypeError, ValueError
        If `inputs` does not hold N rows of finite numbers, `labels` not N class numbers, `k` is
        not a whole number from 1 on, or `seed` is none of the above.

    Notes
    -----
    Only samples of one class are interpolated with each other; a class is not looked at when
    another is filled up. Classes without samples stay empty. A class with k samples or fewer uses
    those that it has, where imbalanced-learn refuses; a class of one sample repeats it.

    The new samples are those of `smote_samples`, class after class, with one generator; but the
    neighbours are looked for only of samples that are drawn as a start.

    For the training data alone, after the split and on scaled features: a point between a training
    and a test sample tells the model about the test. The predicted probabilities of a model that
    was trained on balanced classes are those of balanced classes, far too high for the rare one.
    For images, `create_augmented_dataset`: a mean of two images is no image.

    References
    ----------
    Chawla et al. 2002, as for `interpolate`; `imblearn.over_sampling.SMOTE`, with the same order
    of the result. That casts new samples to the type of `inputs`, which for integers rounds
    towards zero; here integers become floats first.

    Examples
    --------
    >>> inputs, labels = smote([[0], [1], [2], [8], [9]], [0, 0, 0, 1, 1], seed=0)
    >>> labels.tolist(), bool(8 <= inputs[5, 0] <= 9)
    ([0, 0, 0, 1, 1, 1], True)
    """
    inputs = as_rows(inputs, "inputs")
    labels = labels_of(inputs, labels)
    rng, k = as_rng(seed), as_integer(k, "k", minimum=1)
    counts = np.bincount(labels)
    missing = np.where(counts > 0, counts.max() - counts, 0)
    new = [
        _fewer_searches(inputs[labels == c], missing[c], k, rng) for c in np.flatnonzero(missing)
    ]
    new_labels = np.repeat(np.arange(len(counts)), missing)
    return np.concatenate([inputs, *new]), np.concatenate([labels, new_labels])


def _fewer_searches(
    samples: np.ndarray, num_samples: int, k: int, rng: np.random.Generator
) -> np.ndarray:
    """Do what `smote_samples` does, with a search for each start that is drawn and no other."""
    if len(samples) == 1:
        return smote_samples(samples, num_samples, k, rng)
    k = min(k, len(samples) - 1)
    starts = rng.integers(len(samples), size=num_samples)
    rows, place = np.unique(starts, return_inverse=True)
    finder = NearestNeighbors(n_neighbors=k + 1).fit(samples)
    found = finder.kneighbors(samples[rows], return_distance=False)
    is_other = found != rows[:, np.newaxis]
    # Where more than k duplicates crowd a sample out of its own list, drop the last of them.
    is_other[is_other.all(axis=1), -1] = False
    neighbours = found[is_other].reshape(len(rows), k)
    ends = neighbours[place, rng.integers(k, size=num_samples)]
    return interpolate(samples[starts], samples[ends], rng.random(num_samples))
