"""Data for the lessons: generated from a seed, so that nothing is downloaded.

Real digits are in `imbalance_lessons.digits`, real tables in `imbalance_lessons.tables`.
"""

from __future__ import annotations

import numpy as np

from imbalance_lessons.validation import as_integer, as_number

__all__ = ["make_fraud"]

FEATURES = 20
INFORMATIVE = 6
REDUNDANT = 4
CLUSTERS = 2
"""Clusters a class: payments of one kind do not all look alike, and fraud does not either."""


def make_fraud(
    n_samples: int = 20_000,
    prevalence: float = 0.01,
    seed: int = 0,
    *,
    class_sep: float = 0.8,
) -> tuple[np.ndarray, np.ndarray]:
    """Generate payments of which a few are fraud.

    Parameters
    ----------
    n_samples
        N, the number of payments.
    prevalence
        The share of frauds among them, between 0 and 1. The number of frauds is the even number
        nearest to N times this, half of them in each cluster; there must be at least two frauds
        and two legitimate payments.
    seed
        Where the random numbers start. The same seed gives the same data; another seed gives
        another problem, easier or harder, and not just another sample of the same one.
    class_sep
        How far the clusters lie apart. At 0.8 fraud and legitimate payments overlap; at 1.5 most
        frauds can be told apart.

    Returns
    -------
    inputs : np.ndarray
        Shape (N, 20), float32: 6 features that tell, 4 mixtures of these, 10 of pure noise, in a
        random order.
    labels : np.ndarray
        Shape (N,), int64: 1 for fraud, 0 for legitimate.

    Raises
    ------
    TypeError
        If an argument is not a number, or `n_samples` or `seed` not a whole one.
    ValueError
        If `prevalence` leaves fewer than two samples to a class, or a number is out of range.

    Notes
    -----
    `sklearn.datasets.make_classification` with two clusters a class and `flip_y=0`. Its default
    flips one label in a hundred, half of them into the other class: at a prevalence of 1 %, a
    third of all "frauds" would be noise that no model can find.

    A legitimate and a fraudulent payment differ in nothing but their clusters' places, so this is
    no model of how real fraud looks. What it shares with real fraud is the skew and the overlap.

    References
    ----------
    I. Guyon, "Design of experiments for the NIPS 2003 variable selection benchmark", 2003: the
    generator that scikit-learn's is adapted from.

    Examples
    --------
    >>> inputs, labels = make_fraud(1_000, prevalence=0.05, seed=1)
    >>> inputs.shape, int(labels.sum())
    ((1000, 20), 50)
    """
    n_samples = as_integer(n_samples, "n_samples", minimum=4)
    seed = as_integer(seed, "seed", minimum=0, maximum=2**32 - 1)
    prevalence = as_number(prevalence, "prevalence", maximum=1)
    class_sep = as_number(class_sep, "class_sep")
    if not 0 < prevalence < 1:
        raise ValueError(f"prevalence: expected a share between 0 and 1, got {prevalence:g}")
    frauds = CLUSTERS * round(n_samples * prevalence / CLUSTERS)
    counts = np.array([n_samples - frauds, frauds])
    if counts.min() < CLUSTERS:
        raise ValueError(
            f"prevalence: expected at least {CLUSTERS} samples of either class, "
            f"got {frauds} frauds among {n_samples} samples"
        )
    from sklearn.datasets import make_classification

    inputs, labels = make_classification(
        n_samples,
        n_features=FEATURES,
        n_informative=INFORMATIVE,
        n_redundant=REDUNDANT,
        n_clusters_per_class=CLUSTERS,
        # The generator rounds down: a little more than the share keeps 99.99... from becoming 99.
        weights=(counts + 1e-6) / n_samples,
        class_sep=class_sep,
        flip_y=0,
        random_state=seed,
    )
    return inputs.astype(np.float32), labels.astype(np.int64)
