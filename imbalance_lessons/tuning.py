"""A threshold that is chosen on some data, and measured on others."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from imbalance_lessons.multiclass import balanced_accuracy
from imbalance_lessons.score_validation import as_logits, as_scores
from imbalance_lessons.thresholds import apply_threshold
from imbalance_lessons.validation import as_integer, as_labels

Search = Callable[[ArrayLike, ArrayLike], tuple[float, float]]
Measure = Callable[[ArrayLike, ArrayLike], float]


@dataclass(frozen=True)
class TunedThreshold:
    """A threshold, and what it is worth where it was found and where it was not.

    Attributes
    ----------
    threshold
        What the validation data chose.
    on_validation
        Its score there: too good, as it was chosen to be.
    on_test
        Its score on data that had no say: the one to report.
    """

    threshold: float
    on_validation: float
    on_test: float

    def __str__(self) -> str:
        return (
            f"Threshold {self.threshold:.4g}, chosen on the validation data\n"
            f"  validation  {self.on_validation:.3f}  (chosen to be high)\n"
            f"  test        {self.on_test:.3f}  (the one to report)"
        )


def tune_and_report(
    search: Search,
    measure: Measure,
    validation: tuple[ArrayLike, ArrayLike],
    test: tuple[ArrayLike, ArrayLike],
) -> tuple[float, float, float]:
    """Choose a threshold on validation data, and report what it is worth on test data.

    Parameters
    ----------
    search
        Takes labels and scores, and gives a threshold first, and then what it promises.
    measure
        Takes true and predicted labels, 1 for flagged, and gives a number.
    validation, test
        Labels (1 for a positive, 0 for a negative) and scores of each, as a pair.

    Returns
    -------
    tuple
        The threshold, its measure on the validation data, and its measure on the test data.

    Raises
    ------
    TypeError, ValueError
        As `search` and `measure` do; and if a pair is none.

    Notes
    -----
    `measure` need not be what `search` looks for: find the cheapest threshold, say, and report its
    recall. `tune_then_test` does the same with more care.

    Examples
    --------
    >>> from imbalance_lessons.metrics import recall
    >>> from imbalance_lessons.thresholds import best_f_threshold
    >>> validation = [0, 0, 1, 0, 1], [0.1, 0.2, 0.3, 0.4, 0.6]
    >>> test = [0, 1, 0, 1], [0.1, 0.2, 0.5, 0.7]
    >>> tune_and_report(best_f_threshold, recall, validation, test)
    (0.3, 1.0, 0.5)
    """
    y_val, scores_val = validation
    y_test, scores_test = test
    threshold = search(y_val, scores_val)[0]
    on_validation = measure(y_val, apply_threshold(scores_val, threshold))
    on_test = measure(y_test, apply_threshold(scores_test, threshold))
    return threshold, on_validation, on_test


def tune_then_test(
    search: Search,
    measure: Measure,
    validation: tuple[ArrayLike, ArrayLike],
    test: tuple[ArrayLike, ArrayLike],
) -> TunedThreshold:
    """Choose a threshold on validation data, and measure it on test data.

    Parameters
    ----------
    search
        Takes labels and scores, and gives a threshold first: `best_f_threshold`, for instance.
    measure
        Takes true and predicted labels, 1 for flagged, and gives a number: `f_score`, for instance.
    validation, test
        Labels (1 for a positive, 0 for a negative) and scores of each.

    Returns
    -------
    TunedThreshold
        The threshold and its two scores; printed, a short report.

    Raises
    ------
    TypeError, ValueError
        As `search` and `measure` do; and a ValueError if a pair is none, or both are the same data.

    Notes
    -----
    The search sees nothing of `test`. With about 20 positives, tuning F1 on the test set itself
    reported 0.31 for a model that was worth 0.22 on new data.

    References
    ----------
    G. C. Cawley, N. L. C. Talbot, "On over-fitting in model selection and subsequent selection bias
    in performance evaluation", Journal of Machine Learning Research 11 (2010), 2079-2107.

    Examples
    --------
    >>> from imbalance_lessons.metrics import f_score
    >>> from imbalance_lessons.thresholds import best_f_threshold
    >>> validation = [0, 0, 1, 0, 1], [0.1, 0.2, 0.3, 0.4, 0.6]
    >>> test = [0, 1, 0, 1], [0.1, 0.2, 0.5, 0.7]
    >>> tune_then_test(best_f_threshold, f_score, validation, test)
    TunedThreshold(threshold=0.3, on_validation=0.8, on_test=0.5)
    """
    (y_val, scores_val), (y_test, scores_test) = (
        _pair(validation, "validation"),
        _pair(test, "test"),
    )
    if np.array_equal(y_val, y_test) and np.array_equal(scores_val, scores_test):
        raise ValueError("test: expected other samples than validation, got the same")
    pairs = (y_val, scores_val), (y_test, scores_test)
    return TunedThreshold(*tune_and_report(search, measure, *pairs))


def _pair(data: tuple[ArrayLike, ArrayLike], name: str) -> tuple[ArrayLike, ArrayLike]:
    """Make arrays of labels and scores, so that the search can change nothing of the caller's."""
    if not isinstance(data, (tuple, list)) or len(data) != 2:
        raise ValueError(f"{name}: expected labels and scores, got {type(data).__name__}")
    labels = as_labels(data[0], f"{name} labels", num_classes=2)
    scores = as_scores(data[1], f"{name} scores")
    if len(scores) != len(labels):
        raise ValueError(f"{name} scores: expected {len(labels)}, one a label, got {len(scores)}")
    return labels, scores


def best_shift(y_true: ArrayLike, logits: ArrayLike, label: int, shifts: ArrayLike) -> float:
    r"""Find what to add to the logits of one class for the best balanced accuracy.

    Parameters
    ----------
    y_true, logits
        True class numbers of N validation samples, and a model's logits for them, shape (N, C).
    label, shifts
        The class whose logits are shifted, a column of `logits`, and the numbers to try.

    Returns
    -------
    float
        The one of `shifts` with the best balanced accuracy; any of them if several are best.

    Raises
    ------
    TypeError, ValueError
        If labels and logits do not fit each other, `label` is not a column, or `shifts` holds no
        finite numbers.

    Notes
    -----
    The first of several. A threshold for one class of many: with two classes, a shift s of class 1
    puts the threshold on its log-odds at -s. Adding :math:`\log(\pi_k / \pi_c)` to class c of a
    network that was trained at shares :math:`\pi` needs no validation data: logit adjustment.

    References
    ----------
    A. K. Menon et al., "Long-tail learning via logit adjustment", ICLR 2021.

    Examples
    --------
    >>> logits = [[2.0, 0.0], [1.0, 0.5], [1.5, 0.9], [0.2, 0.0]]
    >>> best_shift([0, 1, 1, 0], logits, label=1, shifts=[0, 0.7, 1.5, 3])
    0.7
    """
    logits = as_logits(logits)
    column = as_integer(label, "label", maximum=logits.shape[1] - 1)
    shifts, scores = as_scores(shifts, "shifts"), []
    for shift in shifts:
        moved = logits.copy()
        moved[:, column] += shift
        scores.append(balanced_accuracy(y_true, moved.argmax(axis=1)))
    return float(shifts[np.argmax(scores)])
