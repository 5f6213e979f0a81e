"""How many samples each class has, how unequal that is, and what to do about it."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from imbalance_lessons.counting import fast_class_counts
from imbalance_lessons.validation import as_labels, as_ratio

if TYPE_CHECKING:
    from imbalance_lessons.gradients import gradient_share

__all__ = [
    "ClassDistribution",
    "analyze_class_distribution",
    "class_counts",
    "class_distribution",
    "gradient_share",
    "imbalance_ratio",
    "majority_baseline",
    "recommended_action",
    "severity",
]

ACTIONS = {
    "Mild": "Train as usual, and watch the scores of each class.",
    "Moderate": "Give rare classes more weight in the loss, or move the decision threshold.",
    "Significant": (
        "Weight the loss or resample, then set the threshold on validation data; "
        "compare with an untouched baseline before you combine them."
    ),
    "Extreme": (
        "Compare stronger measures, and reconsider the problem: collect more of the rare class, "
        "rank instead of classify, or look for anomalies."
    ),
}


def class_counts(labels: ArrayLike, num_classes: int | None = None) -> np.ndarray:
    r"""Count the samples of each class.

    Parameters
    ----------
    labels
        One class number (0, 1, 2, ...) a sample: a list, an array or a tensor.
    num_classes
        C, the number of classes. If None, one more than the largest label.

    Returns
    -------
    np.ndarray
        Shape (C,), whole numbers: entry c is the number of samples of class c, which may be 0.

    Raises
    ------
    TypeError, ValueError
        If `labels` does not hold class numbers, or `num_classes` is not a whole number above all
        of them.

    Notes
    -----
    :math:`n_c = \sum_i [y_i = c]`. Without `num_classes`, a class that has no samples is seen only
    if it lies below the largest label.

    References
    ----------
    `numpy.bincount`: no sorting, which as `numpy.unique` does it takes about ten times as long for
    a million labels. `counting.fast_class_counts` gives the same counts in less time.

    Examples
    --------
    >>> class_counts([0, 2, 2])
    array([1, 0, 2])
    >>> class_counts([0, 2, 2], num_classes=4)
    array([1, 0, 2, 0])
    """
    labels = as_labels(labels, num_classes=num_classes)
    return np.bincount(labels, minlength=num_classes or 0)


def imbalance_ratio(labels: ArrayLike, num_classes: int | None = None) -> float:
    r"""Divide the size of the largest class by the size of the smallest.

    Parameters
    ----------
    labels
        One class number (0, 1, 2, ...) a sample: a list, an array or a tensor.
    num_classes
        C, the number of classes. If None, one more than the largest label.

    Returns
    -------
    float
        1 if all classes have the same size; infinity if one of the C classes has no samples.

    Raises
    ------
    TypeError, ValueError
        If `labels` does not hold class numbers, or `num_classes` is not a whole number above all
        of them.

    Notes
    -----
    :math:`\rho = \max_c n_c / \min_c n_c`. It says nothing about how many samples the smallest
    class has, nor about the classes in between.

    References
    ----------
    M. Buda, A. Maki, M. A. Mazurowski, "A systematic study of the class imbalance problem in
    convolutional neural networks", Neural Networks 106 (2018), 249-259.

    Examples
    --------
    >>> imbalance_ratio([0] * 9000 + [1] * 900 + [2] * 100)
    90.0
    >>> imbalance_ratio([0, 0, 1], num_classes=3)
    inf
    """
    counts = class_counts(labels, num_classes)
    if counts.min() == 0:
        return float("inf")
    return float(counts.max() / counts.min())


def severity(ratio: float) -> str:
    """Name the severity of an imbalance.

    Parameters
    ----------
    ratio
        Largest class divided by smallest class, from 1 on; infinity if a class is empty.

    Returns
    -------
    str
        "Mild", "Moderate", "Significant" or "Extreme". The bands meet at ratios of 3, 10 and
        100, and each of these three belongs to the band above it.

    Raises
    ------
    TypeError
        If `ratio` is not a number.
    ValueError
        If it is below 1 or NaN.

    Notes
    -----
    Mild [1, 3), Moderate [3, 10), Significant [10, 100), Extreme [100, ∞]. The bands are a rule
    of thumb, and there are others: Google's goes by the share of the rarer class (mild 20-40 %,
    moderate 1-20 %, extreme below 1 %), so that 16:1, with a share of 6 %, is "moderate" there.

    References
    ----------
    Google for Developers, Machine Learning Crash Course, "Datasets: Imbalanced datasets".

    Examples
    --------
    >>> severity(2.9), severity(3), severity(16), severity(100)
    ('Mild', 'Moderate', 'Significant', 'Extreme')
    """
    ratio = as_ratio(ratio)
    if ratio < 3:
        return "Mild"
    if ratio < 10:
        return "Moderate"
    if ratio < 100:
        return "Significant"
    return "Extreme"


def recommended_action(ratio: float) -> str:
    """Say what to try first at an imbalance ratio.

    Parameters
    ----------
    ratio
        Largest class divided by smallest class, from 1 on; infinity if a class is empty.

    Returns
    -------
    str
        One sentence, the same for all ratios of one `severity`.

    Raises
    ------
    TypeError
        If `ratio` is not a number.
    ValueError
        If it is below 1 or NaN.

    Notes
    -----
    Resampling and a weighted loss each undo the same skew: full strength of both at once undoes it
    twice. And moving the threshold of an untouched model often does as well as either. Hence the
    advice to compare before combining.

    References
    ----------
    R. van den Goorbergh, M. van Smeden, D. Timmerman, B. Van Calster, "The harm of class imbalance
    corrections for risk prediction models", JAMIA 29 (2022), 1525-1534.

    Examples
    --------
    >>> recommended_action(2)
    'Train as usual, and watch the scores of each class.'
    """
    return ACTIONS[severity(ratio)]


def majority_baseline(labels: ArrayLike) -> float:
    r"""Compute the accuracy of always predicting the commonest class.

    Parameters
    ----------
    labels
        The true class numbers (0, 1, 2, ...), one a sample: a list, an array or a tensor.

    Returns
    -------
    float
        Between 0 and 1: what any model has to beat on these labels.

    Raises
    ------
    TypeError, ValueError
        If `labels` does not hold class numbers.

    Notes
    -----
    :math:`\max_c n_c / N`, which is never below 1 / C for C classes. Which class is the commonest
    is decided on `labels` themselves; a baseline that was fitted on training data scores no higher.

    References
    ----------
    `sklearn.dummy.DummyClassifier(strategy="most_frequent")`.

    Examples
    --------
    >>> majority_baseline([0] * 990 + [1] * 10)
    0.99
    """
    labels = as_labels(labels)
    counts = np.bincount(labels)
    return float(counts.max() / counts.sum())


@dataclass(frozen=True)
class ClassDistribution:
    """What there is to say about the sizes of the classes; printed, it is a report.

    Attributes
    ----------
    counts
        The number of samples of each class, by class number.
    shares
        The same, divided by the number of all samples.
    ratio
        Largest class divided by smallest class; infinity if a class is empty.
    severity
        The name of the ratio's band.
    action
        What to try first.
    """

    counts: tuple[int, ...]
    shares: tuple[float, ...]
    ratio: float
    severity: str
    action: str

    def __str__(self) -> str:
        sizes = [f"{count:,}" for count in self.counts]
        names = [f"class {c}" for c in range(len(sizes))]
        rows = [
            f"  {name:<{len(names[-1])}}  {size:>{max(map(len, sizes))}}  {share:7.2%}"
            for name, size, share in zip(names, sizes, self.shares, strict=True)
        ]
        empty = [name for name, count in zip(names, self.counts, strict=True) if count == 0]
        ratio = f"infinite (no samples of {', '.join(empty)})" if empty else f"{self.ratio:.1f}:1"
        return "\n".join(
            [
                f"Class distribution of {sum(self.counts):,} samples",
                *rows,
                "",
                f"Imbalance ratio: {ratio}",
                f"Severity: {self.severity}",
                textwrap.fill(f"What to try: {self.action}", width=79, subsequent_indent="  "),
            ]
        )


def class_distribution(labels: ArrayLike, num_classes: int | None = None) -> ClassDistribution:
    """Measure how the samples are spread over the classes.

    Parameters
    ----------
    labels
        One class number (0, 1, 2, ...) a sample: a list, an array or a tensor.
    num_classes
        C, the number of classes. If None, one more than the largest label.

    Returns
    -------
    ClassDistribution
        Counts, shares, ratio, severity and recommended action.

    Raises
    ------
    TypeError, ValueError
        If `labels` does not hold class numbers, or `num_classes` is not a whole number above all
        of them.

    Examples
    --------
    >>> class_distribution([0] * 3 + [1]).shares
    (0.75, 0.25)
    """
    counts = fast_class_counts(labels, num_classes)
    ratio = float(counts.max() / counts.min()) if counts.all() else float("inf")
    return ClassDistribution(
        counts=tuple(counts.tolist()),
        shares=tuple((counts / counts.sum()).tolist()),
        ratio=ratio,
        severity=severity(ratio),
        action=recommended_action(ratio),
    )


def analyze_class_distribution(labels: ArrayLike, num_classes: int | None = None) -> dict[int, int]:
    """Print a report on the class distribution, and return the counts.

    Parameters
    ----------
    labels
        One class number (0, 1, 2, ...) a sample: a list, an array or a tensor.
    num_classes
        C, the number of classes. If None, one more than the largest label.

    Returns
    -------
    dict
        Class number to number of samples, for all C classes in order.

    Raises
    ------
    TypeError, ValueError
        If `labels` does not hold class numbers, or `num_classes` is not a whole number above all
        of them.

    Examples
    --------
    >>> analyze_class_distribution([0] * 9000 + [1] * 900 + [2] * 100)
    Class distribution of 10,000 samples
      class 0  9,000   90.00%
      class 1    900    9.00%
      class 2    100    1.00%
    <BLANKLINE>
    Imbalance ratio: 90.0:1
    Severity: Significant
    What to try: Weight the loss or resample, then set the threshold on validation
      data; compare with an untouched baseline before you combine them.
    {0: 9000, 1: 900, 2: 100}
    """
    distribution = class_distribution(labels, num_classes)
    print(distribution)
    return dict(enumerate(distribution.counts))


if not TYPE_CHECKING:  # a type checker reads the import above, and knows no other name

    def __getattr__(name: str) -> Any:
        """Load `gradient_share`, and PyTorch with it, when it is first asked for."""
        if name != "gradient_share":
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        from imbalance_lessons.gradients import gradient_share

        return gradient_share
