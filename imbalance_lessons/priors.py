"""Class shares that differ between training and the world, and how to translate between them."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from imbalance_lessons.score_validation import (
    as_class_probabilities,
    as_logits,
    as_probabilities,
    as_share,
    as_shares,
)
from imbalance_lessons.validation import as_integer, as_number


def correct_prior(
    probabilities: ArrayLike, trained_share: float, true_share: float
) -> NDArray[np.float64]:
    r"""Translate probabilities from the prevalence in training to the one in the world.

    Parameters
    ----------
    probabilities
        Of the positive class, one a sample, from a model that was trained on resampled data.
    trained_share, true_share
        The share of positives in what it was trained on, and where it will be used.

    Returns
    -------
    np.ndarray
        Shape (N,): the probabilities that belong to `true_share`, in the same order.

    Raises
    ------
    TypeError, ValueError
        If the probabilities are not numbers from 0 to 1, or a share does not lie between 0 and 1.

    Notes
    -----
    Bayes' theorem, where resampling changed the shares of the classes and nothing within them:

    .. math:: p' = \frac{p\,\pi / \pi_t}{p\,\pi / \pi_t + (1 - p)(1 - \pi) / (1 - \pi_t)}.

    The odds are multiplied by a constant, so that the ranking stays, and with it ROC-AUC and
    average precision. Weights in the loss act as resampling does: `effective_shares` gives their
    :math:`\pi_t`. It mends the priors only; a model that was badly calibrated before stays so.

    References
    ----------
    M. Saerens, P. Latinne, C. Decaestecker, "Adjusting the outputs of a classifier to new a priori
    probabilities", Neural Computation 14 (2002), 21-41; A. Dal Pozzolo et al., "Calibrating
    probability with undersampling for unbalanced classification", IEEE SSCI 2015, 159-166.

    Examples
    --------
    >>> correct_prior([0.5, 0.99], trained_share=0.5, true_share=0.01).round(4)
    array([0.01, 0.5 ])
    """
    p = as_probabilities(probabilities, "probabilities")
    trained = as_share(trained_share, "trained_share")
    true = as_share(true_share, "true_share")
    positive = p * true / trained
    negative = (1 - p) * (1 - true) / (1 - trained)
    return positive / (positive + negative)


def correct_priors(
    probabilities: ArrayLike, trained_shares: ArrayLike, true_shares: ArrayLike
) -> NDArray[np.float64]:
    r"""Translate the probabilities of C classes from the shares in training to those in the world.

    Parameters
    ----------
    probabilities
        Shape (N, C), rows that sum to 1, from a model that was trained on resampled data.
    trained_shares, true_shares
        The C classes' shares (or counts) in what it was trained on, and where it will be used.

    Returns
    -------
    np.ndarray
        Shape (N, C), rows that sum to 1: the probabilities that belong to `true_shares`.

    Raises
    ------
    TypeError, ValueError
        If the probabilities are not such rows, or the shares are not C positive numbers.

    Notes
    -----
    :math:`p'_c \propto p_c\, \pi_c / \pi_{t,c}`, scaled to a sum of 1. With two classes it is
    `correct_prior`.

    References
    ----------
    M. Saerens, P. Latinne, C. Decaestecker, "Adjusting the outputs of a classifier to new a priori
    probabilities", Neural Computation 14 (2002), 21-41.

    Examples
    --------
    >>> correct_priors([[0.5, 0.25, 0.25]], [1, 1, 1], [0.8, 0.1, 0.1]).round(4)
    array([[0.8889, 0.0556, 0.0556]])
    """
    p = as_class_probabilities(probabilities, "probabilities")
    trained = as_shares(trained_shares, "trained_shares", num_classes=p.shape[1])
    true = as_shares(true_shares, "true_shares", num_classes=p.shape[1])
    unscaled = p * true / trained
    return np.asarray(unscaled / unscaled.sum(axis=1, keepdims=True))


def estimate_share(
    probabilities: ArrayLike, trained_share: float, max_rounds: int = 10_000
) -> float:
    r"""Estimate the share of positives where a model is used, from its probabilities alone.

    Parameters
    ----------
    probabilities
        Of the positive class, one a sample of the place where the model is used; no labels.
    trained_share
        The share of positives to which these probabilities belong.
    max_rounds
        When to stop at the latest.

    Returns
    -------
    float
        The share for which `correct_prior` gives probabilities with that share as their mean.

    Raises
    ------
    TypeError, ValueError
        If the probabilities are not numbers from 0 to 1, `trained_share` does not lie between 0 and
        1, or `max_rounds` is not a whole number from 1 on.

    Notes
    -----
    The EM algorithm: correct to the share that was found last, take the mean, until it moves by
    less than :math:`10^{-9}`. It is the share that makes the samples most likely, if nothing but
    the shares has changed (each class looks as it did) and the model was calibrated in training.
    With few positives it is often near 0.

    References
    ----------
    M. Saerens, P. Latinne, C. Decaestecker, "Adjusting the outputs of a classifier to new a priori
    probabilities", Neural Computation 14 (2002), 21-41.

    Examples
    --------
    >>> round(estimate_share([0.2, 0.9, 0.9, 0.9], trained_share=0.5), 3)
    0.969
    """
    p = as_probabilities(probabilities, "probabilities")
    trained = share = as_share(trained_share, "trained_share")
    for _ in range(as_integer(max_rounds, "max_rounds", minimum=1)):
        previous, share = share, float(np.mean(correct_prior(p, trained, share)))
        if not 0 < share < 1 or abs(share - previous) < 1e-9:
            break
    return share


def effective_shares(counts: ArrayLike, weights: ArrayLike) -> NDArray[np.float64]:
    r"""Work out which shares the classes have for a loss with weights.

    Parameters
    ----------
    counts
        The number of samples (or the shares) of each class in what the model is trained on.
    weights
        The weight of each class in the loss.

    Returns
    -------
    np.ndarray
        Shape (C,), summing to 1: the shares to which the model's probabilities belong.

    Raises
    ------
    TypeError, ValueError
        If they are not positive numbers, as many of the one as of the other.

    Notes
    -----
    :math:`\pi_{t,c} = n_c w_c / \sum_k n_k w_k`: a weight of 2 acts like having each sample twice.
    With a balanced sampler *and* inverse-frequency weights, put the sampler's shares for `counts`:
    at 1 % positives the two together make 99 % of them.

    References
    ----------
    C. Elkan, "The foundations of cost-sensitive learning", IJCAI 2001, 973-978.

    Examples
    --------
    >>> effective_shares([990, 10], [1, 99])
    array([0.5, 0.5])
    """
    shares = as_shares(counts, "counts")
    weights = as_shares(weights, "weights", num_classes=len(shares))
    return np.asarray(shares * weights / np.sum(shares * weights))


def adjust_logits(logits: ArrayLike, shares: ArrayLike, tau: float = 1.0) -> NDArray[np.float64]:
    r"""Take the classes' sizes out of a trained model's logits.

    Parameters
    ----------
    logits
        Shape (N, C): what a model gives that was trained as usual.
    shares
        The C classes' shares (or counts) in what it was trained on.
    tau
        How much of them to take out: 0 nothing, 1 all.

    Returns
    -------
    np.ndarray
        Shape (N, C): logits whose largest entry answers as if all classes had the same size.

    Raises
    ------
    TypeError, ValueError
        If the logits are not finite numbers in this shape, the shares are not C positive numbers,
        or `tau` is not a finite number from 0 on.

    Notes
    -----
    :math:`z_c - \tau \log \pi_c`. With tau = 1 and a softmax after it, the same as `correct_priors`
    to equal shares; the best for balanced accuracy, if the model is calibrated. Nothing is trained
    again, and no sample weighted.

    References
    ----------
    A. K. Menon et al., "Long-tail learning via logit adjustment", ICLR 2021.

    Examples
    --------
    >>> adjust_logits([[2.0, 0.0]], [900, 100]).round(3)
    array([[2.105, 2.303]])
    """
    z = as_logits(logits)
    shares = as_shares(shares, "shares", num_classes=z.shape[1])
    return np.asarray(z - as_number(tau, "tau") * np.log(shares))
