"""Class weights step by step: three schemes, a loss that uses them, what they do to answers.

The schemes take class counts and give weights with a mean of 1 over the samples. `weighting` has
them for labels and in other scales, `losses` the loss with its reductions.
"""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray

from imbalance_lessons.loss_inputs import as_class_tensor
from imbalance_lessons.score_validation import as_probabilities
from imbalance_lessons.validation import as_number, as_targets
from imbalance_lessons.weighting import as_counts

__all__ = [
    "corrected_probabilities",
    "inverse_effective_number",
    "inverse_frequency",
    "inverse_sqrt",
    "weighted_loss",
]


def inverse_frequency(counts: ArrayLike) -> NDArray[np.float64]:
    r"""Weigh each class by the inverse of its size.

    Parameters
    ----------
    counts
        The number of samples of each class: a list, an array or a tensor; some may be 0.

    Returns
    -------
    np.ndarray
        Shape (C,): N / (K n_c) for the K classes that have samples, 0 for the others.

    Raises
    ------
    TypeError, ValueError
        If `counts` is not a row of numbers from 0 on, or all of them are 0.

    Notes
    -----
    :math:`w_c = N / (K n_c)`. Each class weighs :math:`w_c n_c = N / K` in sum, and the mean over
    the samples is 1. A class without samples is not counted in K: that it was declared changes no
    other weight.

    References
    ----------
    G. King, L. Zeng, "Logistic regression in rare events data", Political Analysis 9 (2001),
    137-163. The same as `sklearn.utils.class_weight.compute_class_weight("balanced", ...)`.

    Examples
    --------
    >>> inverse_frequency([900, 0, 100])
    array([0.55555556, 0.        , 5.        ])
    """
    counts = as_counts(counts)
    present = counts > 0
    weights = np.zeros(len(counts))
    weights[present] = counts.sum() / (present.sum() * counts[present])
    return weights


def inverse_sqrt(counts: ArrayLike) -> NDArray[np.float64]:
    r"""Weigh each class by the inverse square root of its size, with mean 1 over the samples.

    Parameters
    ----------
    counts
        The number of samples of each class: a list, an array or a tensor; some may be 0.

    Returns
    -------
    np.ndarray
        Shape (C,): proportional to 1 / √n_c, 0 for a class without samples, scaled so that the
        sum of n_c w_c is N.

    Raises
    ------
    TypeError, ValueError
        If `counts` is not a row of numbers from 0 on, or all of them are 0.

    Notes
    -----
    :math:`w_c = n_c^{-1/2} N / \sum_k n_k^{1/2}`. Class c weighs :math:`w_c n_c \propto
    \sqrt{n_c}` in sum, so that a ratio of 100:1 becomes one of 10:1.

    References
    ----------
    D. Mahajan et al., "Exploring the limits of weakly supervised pretraining", ECCV 2018, which
    samples by the square root of the frequency.

    Examples
    --------
    >>> inverse_sqrt([100, 25]).round(3)
    array([0.833, 1.667])
    """
    counts = as_counts(counts)
    present = counts > 0
    weights = np.zeros(len(counts))
    weights[present] = 1 / np.sqrt(counts[present])
    weights *= counts.sum() / np.sum(weights * counts)
    return weights


def inverse_effective_number(counts: ArrayLike, beta: float = 0.9999) -> NDArray[np.float64]:
    r"""Weigh each class by the inverse of its effective number, with mean 1 over the samples.

    Parameters
    ----------
    counts
        The number of samples of each class: a list, an array or a tensor; some may be 0.
    beta
        From 0 (all weights are 1) to 0.999999.

    Returns
    -------
    np.ndarray
        Shape (C,): proportional to (1 - β) / (1 - β^n_c), 0 for a class without samples, scaled
        so that the sum of n_c w_c is N.

    Raises
    ------
    TypeError, ValueError
        If `counts` is not a row of numbers from 0 on, all of them are 0, or `beta` is not a number
        from 0 to 0.999999.

    Notes
    -----
    :math:`E_n = (1 - \beta^n) / (1 - \beta)` grows like n while n is far below :math:`1 / (1 -
    \beta)` and never gets above that. The factor :math:`1 - \beta` is the same for all classes and
    goes out in the scaling. The result is good to 1 part in 10^9; closer to 1, where the limit is
    inverse frequency, use `weighting.effective_number_weights`.

    References
    ----------
    Y. Cui, M. Jia, T.-Y. Lin, Y. Song, S. Belongie, "Class-balanced loss based on effective number
    of samples", CVPR 2019.

    Examples
    --------
    >>> inverse_effective_number([9000, 900, 100], beta=0.9999).round(3)
    array([ 0.472,  3.257, 28.173])
    """
    counts = as_counts(counts)
    beta = as_number(beta, "beta", maximum=0.999999)
    present = counts > 0
    weights = np.zeros(len(counts))
    weights[present] = 1 / (1 - beta ** counts[present])
    weights *= counts.sum() / np.sum(weights * counts)
    return weights


def weighted_loss(
    logits: torch.Tensor, targets: torch.Tensor, weights: torch.Tensor
) -> torch.Tensor:
    r"""Compute the weighted mean of a batch's cross entropies.

    Parameters
    ----------
    logits, targets
        A model's output of shape (N, C), and N class numbers.
    weights
        C numbers, one a class.

    Returns
    -------
    torch.Tensor
        One number: each sample's cross entropy times the weight of its class, summed up, and
        divided by the sum of the samples' weights.

    Raises
    ------
    TypeError, ValueError
        If `logits` is not a tensor of that shape, or `targets` or `weights` do not fit it.

    Notes
    -----
    :math:`\sum_i w_{y_i} \ell_i / \sum_i w_{y_i}` with :math:`\ell_i = -\log p_{i, y_i}`, as
    `torch.nn.CrossEntropyLoss(weight=...)` does by default. If no weight is left, it is NaN.
    `losses.weighted_cross_entropy` has the other reductions as well.

    References
    ----------
    `torch.nn.CrossEntropyLoss`.

    Examples
    --------
    >>> logits = torch.tensor([[2.0, 0.0], [0.0, 0.0]])
    >>> weighted_loss(logits, torch.tensor([0, 1]), torch.tensor([1.0, 3.0]))
    tensor(0.5516)
    """
    targets = as_targets(targets, logits)
    sample_weights = as_class_tensor(weights, logits, "weights")[targets]
    losses = -logits.log_softmax(dim=1).gather(1, targets[:, None])[:, 0]
    return (sample_weights * losses).sum() / sample_weights.sum()


def corrected_probabilities(probabilities: ArrayLike, factor: float) -> NDArray[np.float64]:
    r"""Multiply the odds of the positive class by a factor.

    Parameters
    ----------
    probabilities
        Of the positive class, N numbers from 0 to 1.
    factor
        What multiplies the odds p / (1 - p), above 0: the weight of the positive class divided by
        that of the other, say.

    Returns
    -------
    np.ndarray
        Shape (N,): the probabilities that belong to the new odds; 0 stays 0, and 1 stays 1.

    Raises
    ------
    TypeError, ValueError
        If the probabilities are not numbers from 0 to 1, or `factor` is not a number above 0.

    Notes
    -----
    :math:`p' = p f / (1 - p + p f)`, which has no division by zero at p = 1. It rises with p, so
    that the ranking stays. Resampling from a share :math:`\pi` to :math:`\pi_t` has the factor
    :math:`(\pi_t / (1 - \pi_t)) / (\pi / (1 - \pi))`, and `priors.correct_prior` turns it back.

    References
    ----------
    C. Elkan, "The foundations of cost-sensitive learning", IJCAI 2001, 973-978.

    Examples
    --------
    >>> corrected_probabilities([0.01, 0.5, 1], factor=99).round(2)
    array([0.5 , 0.99, 1.  ])
    """
    p = as_probabilities(probabilities, "probabilities")
    factor = as_number(factor, "factor", minimum=1e-300)
    return p * factor / (1 - p + p * factor)
