"""One weight a class: how much each sample of it counts in a loss."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from imbalance_lessons.distribution import class_counts
from imbalance_lessons.validation import as_choice, as_number

NORMALIZATIONS = ("formula", "classes", "samples")
"""As the formula says; mean 1 over the classes; mean 1 over the samples."""


def inverse_frequency_weights(
    labels: ArrayLike, num_classes: int | None = None, normalization: str = "formula"
) -> NDArray[np.float64]:
    r"""Weigh each class by the inverse of its size, so that all classes weigh the same in sum.

    Parameters
    ----------
    labels, num_classes
        Class numbers, one a sample, and how many classes there are (None: largest label + 1).
    normalization
        "formula" for N / (K n_c), where K classes have samples; else see `normalize_weights`.

    Returns
    -------
    np.ndarray
        Shape (C,): one weight a class; 0 for a class without samples.

    Raises
    ------
    TypeError, ValueError
        If `labels` does not hold class numbers, `num_classes` is not a whole number above all of
        them, or there is no such `normalization`.

    Notes
    -----
    :math:`w_c = N / (K n_c)`: every class has the weight :math:`w_c n_c = N / K` in sum, and the
    mean over the samples is 1, so that "formula" and "samples" are the same here. On average the
    loss keeps its size.

    A class without samples has nothing to weigh, and its weight is 0. It is not counted in K
    either: declaring one changes no other weight. Nothing in a training set can meet the zero, but
    a validation set may: `nn.CrossEntropyLoss` then leaves those samples out of its mean, and a
    batch of nothing else gives NaN, as 0 / 0 does.

    Such weights do what oversampling does, and to the same end: with both at once, rare classes
    count too much instead of too little.

    References
    ----------
    G. King, L. Zeng, "Logistic regression in rare events data", Political Analysis 9 (2001),
    137-163. The same as `sklearn.utils.class_weight.compute_class_weight("balanced", ...)`.

    Examples
    --------
    >>> inverse_frequency_weights([0] * 900 + [1] * 100)
    array([0.55555556, 5.        ])
    >>> inverse_frequency_weights([0, 0, 2, 2], num_classes=4)
    array([1., 0., 1., 0.])
    """
    counts = class_counts(labels, num_classes)
    present = counts > 0
    weights = np.zeros(len(counts))
    weights[present] = counts.sum() / (present.sum() * counts[present])
    return normalize_weights(weights, counts, normalization)


def inverse_sqrt_weights(
    labels: ArrayLike, num_classes: int | None = None, normalization: str = "formula"
) -> NDArray[np.float64]:
    r"""Weigh each class by the inverse square root of its size: half-way to equal classes.

    Parameters
    ----------
    labels, num_classes
        Class numbers, one a sample, and how many classes there are (None: largest label + 1).
    normalization
        "formula" for 1 / √n_c; for "classes" and "samples" see `normalize_weights`.

    Returns
    -------
    np.ndarray
        Shape (C,): one weight a class; 0 for a class without samples.

    Raises
    ------
    TypeError, ValueError
        If `labels` does not hold class numbers, `num_classes` is not a whole number above all of
        them, or there is no such `normalization`.

    Notes
    -----
    :math:`w_c = n_c^{-1/2}`: class c weighs :math:`w_c n_c = \sqrt{n_c}` in sum, so that a ratio
    of 100:1 becomes one of 10:1.

    As the formula stands, the weights shrink with the data: 0.0135 is their mean over the samples
    for classes of 9000, 900 and 100. A loss that divides by the sum of the weights does not notice.
    One that divides by the number of samples becomes that much smaller, and so do its gradients:
    use "samples" there.

    References
    ----------
    D. Mahajan et al., "Exploring the limits of weakly supervised pretraining", ECCV 2018, which
    samples by the square root of the frequency.

    Examples
    --------
    >>> inverse_sqrt_weights([0] * 100 + [1] * 25)
    array([0.1, 0.2])
    >>> inverse_sqrt_weights([0] * 100 + [1] * 25, normalization="samples").round(3)
    array([0.833, 1.667])
    """
    counts = class_counts(labels, num_classes)
    present = counts > 0
    weights = np.zeros(len(counts))
    weights[present] = 1 / np.sqrt(counts[present])
    return normalize_weights(weights, counts, normalization)


def effective_number(counts: ArrayLike, beta: float) -> NDArray[np.float64]:
    r"""Estimate how many different samples there are among n that overlap.

    Parameters
    ----------
    counts
        The number of samples of each class.
    beta
        From 0 (all samples of a class are as good as one) to 1 (no two overlap).

    Returns
    -------
    np.ndarray
        Shape (C,): (1 - β^n) / (1 - β) for each n, computed so that no digits are lost.

    Raises
    ------
    TypeError, ValueError
        If `counts` is not a row of numbers from 0 on, or `beta` is not a number from 0 to 1.

    Notes
    -----
    :math:`E_n = 1 + \beta + \dots + \beta^{n-1} = (1 - \beta^n) / (1 - \beta)`. It grows like n as
    long as n is far below :math:`1 / (1 - \beta)`, and never gets above that. The ends are limits:
    1 for :math:`\beta = 0` (0 for a class without samples) and n for :math:`\beta = 1`.

    A power of :math:`\beta` close to 1, subtracted from 1, loses its digits;
    :math:`1 - \beta^n = -\mathrm{expm1}(n \log \beta)` keeps them. In float32, :math:`1 - \beta`
    alone is off by 1 in 10,000 at :math:`\beta = 0.9999`.

    References
    ----------
    Y. Cui, M. Jia, T.-Y. Lin, Y. Song, S. Belongie, "Class-balanced loss based on effective number
    of samples", CVPR 2019.

    Examples
    --------
    >>> effective_number([1, 2, 5000], beta=0.9999).round(3)
    array([1.000000e+00, 2.000000e+00, 3.934845e+03])
    """
    counts = as_class_values(counts, "counts")
    beta = as_number(beta, "beta", maximum=1)
    if beta == 0:
        return np.minimum(counts, 1)
    if beta == 1:
        return counts
    return np.asarray(np.expm1(counts * np.log(beta)) / (beta - 1))


def effective_number_weights(
    labels: ArrayLike,
    num_classes: int | None = None,
    normalization: str = "formula",
    beta: float = 0.9999,
) -> NDArray[np.float64]:
    r"""Weigh each class by the inverse of its effective number of samples.

    Parameters
    ----------
    labels, num_classes
        Class numbers, one a sample, and how many classes there are (None: largest label + 1).
    normalization
        "formula" for (1 - β) / (1 - β^n_c); for "classes" and "samples" see `normalize_weights`.
    beta
        From 0 (no weighting) to 1 (inverse frequency).

    Returns
    -------
    np.ndarray
        Shape (C,): one weight a class; 0 for a class without samples.

    Raises
    ------
    TypeError, ValueError
        If `labels` does not hold class numbers, `num_classes` is not a whole number above all of
        them, there is no such `normalization`, or `beta` is not a number from 0 to 1.

    Notes
    -----
    :math:`w_c = (1 - \beta) / (1 - \beta^{n_c})`. At :math:`\beta = 0` all are 1; at
    :math:`\beta = 1`, where the formula says 0 / 0, it is the limit :math:`1 / n_c`, proportional
    to the inverse frequency. What :math:`1 / (1 - \beta)` is large against counts as a small class.

    The paper scales the weights to a sum of C: "classes". It tries 0.9, 0.99, 0.999 and 0.9999,
    and the best of them depends on the data; at 0.9999, CIFAR-100 came out worse than unweighted.

    References
    ----------
    Y. Cui, M. Jia, T.-Y. Lin, Y. Song, S. Belongie, "Class-balanced loss based on effective number
    of samples", CVPR 2019.

    Examples
    --------
    >>> labels = [0] * 9000 + [1] * 900 + [2] * 100
    >>> effective_number_weights(labels, normalization="classes").round(3)
    array([0.044, 0.306, 2.649])
    """
    counts = class_counts(labels, num_classes)
    present = counts > 0
    weights = np.zeros(len(counts))
    weights[present] = 1 / effective_number(counts[present], beta)
    return normalize_weights(weights, counts, normalization)


def normalize_weights(
    weights: ArrayLike, counts: ArrayLike, normalization: str = "samples"
) -> NDArray[np.float64]:
    r"""Scale class weights to a mean of 1, without changing what they are to each other.

    Parameters
    ----------
    weights, counts
        Two rows of C numbers: the weight of each class, and how many samples it has.
    normalization
        "formula": as they are; "classes", "samples": mean 1 over those (classes with samples).

    Returns
    -------
    np.ndarray
        Shape (C,): the weights times one number.

    Raises
    ------
    TypeError, ValueError
        If `weights` or `counts` is not a row of numbers from 0 on, they differ in length, there is
        no such `normalization`, or no sample has a weight.

    Notes
    -----
    "classes": :math:`\sum_c w_c = K` for K classes with samples, the convention of Cui et al.
    (2019). "samples": :math:`\sum_c n_c w_c = N`. The second keeps the size of a loss that divides
    by the number of samples, and with it what a learning rate means. A loss that divides by the
    sum of the weights, such as `nn.CrossEntropyLoss(weight=...)` with its default mean, is the same
    under all three.

    References
    ----------
    Y. Cui, M. Jia, T.-Y. Lin, Y. Song, S. Belongie, "Class-balanced loss based on effective number
    of samples", CVPR 2019.

    Examples
    --------
    >>> normalize_weights([1, 3], [900, 100], "classes")
    array([0.5, 1.5])
    >>> normalize_weights([1, 3], [900, 100], "samples").round(3)
    array([0.833, 2.5  ])
    """
    weights = as_class_values(weights, "weights")
    counts = as_class_values(counts, "counts", num_classes=len(weights))
    if as_choice(normalization, "normalization", NORMALIZATIONS) == "formula":
        return weights
    size = counts if normalization == "samples" else counts > 0
    if (weights * size).sum() == 0:
        raise ValueError("weights: expected a weight above 0 for some sample, got none")
    return weights / np.average(weights, weights=size)


def as_class_values(values: Any, name: str, num_classes: int | None = None) -> NDArray[np.float64]:
    """Turn one number a class (counts, weights, priors) into a float64 array.

    Parameters
    ----------
    values
        Finite numbers from 0 on: a list, an array, or a tensor on any device.
    name
        What the caller calls this argument; errors use it.
    num_classes
        How many there must be, where that is known.

    Returns
    -------
    np.ndarray
        A new array of shape (C,), C > 0.

    Raises
    ------
    TypeError
        If they are not numbers.
    ValueError
        If one is negative, infinite or NaN, they are not in one dimension, there are none, or not
        as many as there must be.

    Examples
    --------
    >>> as_class_values([900, 100], "counts")
    array([900., 100.])
    """
    expected = f"{name}: expected numbers from 0 on, one a class"
    if hasattr(values, "detach"):  # NumPy reads no tensor on a device, and has no bfloat16
        values = values.detach().cpu()
        values = values.double() if values.is_floating_point() else values
    try:
        array = np.asarray(values)
    except (TypeError, ValueError, RuntimeError):  # ragged lists; sparse tensors
        raise ValueError(f"{expected}, got {values!r:.80}") from None
    if array.dtype.kind not in "iuf":
        raise TypeError(f"{expected}, got {values!r:.80}")
    if array.ndim != 1 or array.size == 0:
        raise ValueError(f"{expected}, got shape {array.shape}")
    array = array.astype(np.float64)
    if (wrong := ~((array >= 0) & np.isfinite(array))).any():
        position = int(wrong.argmax())
        raise ValueError(f"{expected}, got {array[position]} at position {position}")
    if num_classes is not None and len(array) != num_classes:
        raise ValueError(f"{name}: expected {num_classes} numbers, one a class, got {len(array)}")
    return array


def as_counts(counts: Any) -> NDArray[np.float64]:
    """Turn class counts, at least one of them above 0, into a float64 array.

    Raises what `as_class_values` does, and a ValueError if there are no samples at all.

    Examples
    --------
    >>> as_counts([900, 0, 100])
    array([900.,   0., 100.])
    """
    array = as_class_values(counts, "counts")
    if not array.any():
        raise ValueError(f"counts: expected a count above 0, got {array.tolist()!r:.80}")
    return array
