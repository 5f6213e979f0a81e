"""Everything worth knowing about a set of predictions, in one object that prints as a report."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from imbalance_lessons.calibration import brier_score, log_loss
from imbalance_lessons.intervals import wilson_interval
from imbalance_lessons.metrics import accuracy
from imbalance_lessons.multiclass import (
    balanced_accuracy,
    confusion_matrix,
    g_mean,
    matthews_correlation,
)
from imbalance_lessons.ranking import average_precision, prevalence, ratio, roc_auc
from imbalance_lessons.score_validation import class_probabilities
from imbalance_lessons.validation import as_labels


@dataclass(frozen=True)
class Evaluation:
    """What a set of predictions is worth; printed, it is a report.

    Attributes
    ----------
    confusion
        A tuple for each true class, with the number of its samples taken for each class.
    accuracy, balanced_accuracy, g_mean, mcc
        Scores of all classes together, as the functions of these names give them.
    precision, recall, f1
        Each class's, in order; 0 where 0 is divided by 0.
    recall_intervals
        The Wilson interval of each recall, at 95 % confidence.
    roc_auc, average_precision
        How well the probabilities rank: of class 1 if there are two classes, else the mean over the
        classes, each against the rest. None without probabilities, and where there is nothing to
        rank, as all samples are of one class.
    average_precision_baseline
        What a random ranking would have: the prevalence, or its mean over the same classes.
    brier, log_loss
        How good the probabilities are as such; None without them.
    """

    confusion: tuple[tuple[int, ...], ...]
    accuracy: float
    balanced_accuracy: float
    g_mean: float
    mcc: float
    precision: tuple[float, ...]
    recall: tuple[float, ...]
    f1: tuple[float, ...]
    recall_intervals: tuple[tuple[float, float], ...]
    roc_auc: float | None = None
    average_precision: float | None = None
    average_precision_baseline: float | None = None
    brier: float | None = None
    log_loss: float | None = None

    @property
    def support(self) -> tuple[int, ...]:
        """The number of samples of each class."""
        return tuple(map(sum, self.confusion))

    def __str__(self) -> str:
        parts = [*self._matrix_lines(), "", *self._class_lines(), *self._remarks(), ""]
        parts += [
            f"Accuracy           {self.accuracy:.4f}",
            f"  always the commonest class would have {max(self.support) / sum(self.support):.4f}",
            f"Balanced accuracy  {self.balanced_accuracy:.4f}",
            f"G-mean             {self.g_mean:.4f}",
            f"MCC                {self.mcc:.4f}",
        ]
        return "\n".join(parts + self._probability_lines())

    def _matrix_lines(self) -> list[str]:
        names = [f"class {c}" for c in range(len(self.confusion))]
        cells = [[f"{n:,}" for n in row] for row in self.confusion]
        width = max(len(cell) for row in [names, *cells] for cell in row)
        label = len(names[-1])
        return [
            "Confusion matrix (rows: true, columns: predicted)",
            "  " + "  ".join([" " * label, *(f"{name:>{width}}" for name in names)]),
            *(
                "  " + "  ".join([f"{name:<{label}}", *(f"{cell:>{width}}" for cell in row)])
                for name, row in zip(names, cells, strict=True)
            ),
        ]

    def _class_lines(self) -> list[str]:
        label = len(f"class {len(self.support) - 1}")
        sizes = [f"{n:,}" for n in self.support]
        width = max(len("samples"), *map(len, sizes))
        head = f"  {'':<{label}}  precision  recall  {'(95 % interval)':<15}  f1     "
        lines = [head + f"{'samples':>{width}}"]
        for c, size in enumerate(sizes):
            low, high = self.recall_intervals[c]
            interval = f"({low:.3f} to {high:.3f})"
            lines.append(
                f"  {f'class {c}':<{label}}  {self.precision[c]:<9.3f}  {self.recall[c]:<6.3f}  "
                f"{interval:<16} {self.f1[c]:.3f}  {size:>{width}}"
            )
        return lines

    def _remarks(self) -> list[str]:
        guesses = [sum(column) for column in zip(*self.confusion, strict=True)]
        absent = [f"class {c}" for c, n in enumerate(self.support) if n == 0]
        never = [f"class {c}" for c, n in enumerate(guesses) if n == 0]
        remarks = []
        if absent:
            remarks.append(
                f"No samples of {', '.join(absent)}: recall set to 0, and left out of balanced "
                "accuracy and G-mean."
            )
        if never:
            remarks.append(f"Never predicted: {', '.join(never)}; precision set to 0.")
        return [textwrap.fill(r, 79, initial_indent="  ", subsequent_indent="  ") for r in remarks]

    def _probability_lines(self) -> list[str]:
        if self.brier is None:
            return []
        if self.roc_auc is None or self.average_precision is None:
            ranking = ["ROC-AUC and average precision: undefined, all samples are of one class"]
        else:
            ranking = [
                f"ROC-AUC            {self.roc_auc:.4f}  (guessing: 0.5)",
                f"Average precision  {self.average_precision:.4f}  "
                f"(guessing: {self.average_precision_baseline:.4f})",
            ]
        return [
            *ranking,
            f"Brier score        {self.brier:.4f}",
            f"Log loss           {self.log_loss:.4f}",
        ]


def evaluation(y_true: ArrayLike, y_pred: ArrayLike, y_prob: ArrayLike | None = None) -> Evaluation:
    r"""Score a set of predictions in all the ways that matter where classes are unequal.

    Parameters
    ----------
    y_true, y_pred
        True and predicted class numbers, one each a sample: lists, arrays or tensors.
    y_prob
        The probability of class 1 of two, shape (N,); or of each of C classes, shape (N, C).

    Returns
    -------
    Evaluation
        The confusion matrix, scores of each class and of all together; with `y_prob`, also how well
        it ranks and how good its probabilities are.

    Raises
    ------
    TypeError, ValueError
        If `y_true` or `y_pred` does not hold class numbers, or `y_prob` does not hold
        probabilities; if their lengths differ; or if there are labels beyond `y_prob`'s classes.

    Notes
    -----
    There are as many classes as `y_prob` has columns; without it, as the largest label says, and at
    least two. Nothing is NaN: 0/0 is 0, and a ranking of samples of one class is None.

    With more than two classes, ROC-AUC and average precision are those of each class against the
    rest, averaged over the classes that have samples. `y_pred` need not be what 0.5 or argmax
    would make of `y_prob`: thresholds may be moved.

    References
    ----------
    T. Fawcett, "An introduction to ROC analysis", Pattern Recognition Letters 27 (2006), 861-874;
    the functions called here name theirs.

    Examples
    --------
    >>> evaluation([0, 0, 1, 1], [0, 1, 1, 1]).recall
    (0.5, 1.0)
    >>> evaluation([0, 0], [0, 0], [0.1, 0.2]).roc_auc is None
    True
    """
    probabilities, classes = None, None
    if y_prob is not None:
        probabilities = class_probabilities(y_true, y_prob)[1]
        classes = probabilities.shape[1]
    matrix = confusion_matrix(y_true, as_labels(y_pred, "y_pred", classes), classes)
    sizes, guesses, right = matrix.sum(axis=1), matrix.sum(axis=0), matrix.diagonal()
    return Evaluation(
        confusion=tuple(map(tuple, matrix.tolist())),
        accuracy=accuracy(y_true, y_pred),
        balanced_accuracy=balanced_accuracy(y_true, y_pred),
        g_mean=g_mean(y_true, y_pred),
        mcc=matthews_correlation(y_true, y_pred),
        precision=tuple(ratio(right, guesses).tolist()),
        recall=tuple(ratio(right, sizes).tolist()),
        f1=tuple(ratio(2 * right, sizes + guesses).tolist()),
        recall_intervals=tuple(map(wilson_interval, right.tolist(), sizes.tolist())),
        **({} if probabilities is None else _of_probabilities(y_true, probabilities, sizes)),
    )


def evaluate_imbalanced(
    y_true: ArrayLike, y_pred: ArrayLike, y_prob: ArrayLike | None = None
) -> Evaluation:
    """Print a report on a set of predictions, and return what it says.

    Parameters
    ----------
    y_true, y_pred
        True and predicted class numbers, one each a sample: lists, arrays or tensors.
    y_prob
        The probability of class 1 of two, shape (N,); or of each of C classes, shape (N, C).

    Returns
    -------
    Evaluation
        As `evaluation` gives it.

    Raises
    ------
    TypeError, ValueError
        As `evaluation` does, before anything is printed.

    Examples
    --------
    >>> result = evaluate_imbalanced([0] * 990 + [1] * 10, [0] * 992 + [1] * 8)
    Confusion matrix (rows: true, columns: predicted)
               class 0  class 1
      class 0      990        0
      class 1        2        8
    <BLANKLINE>
               precision  recall  (95 % interval)  f1     samples
      class 0  0.998      1.000   (0.996 to 1.000) 0.999      990
      class 1  1.000      0.800   (0.490 to 0.943) 0.889       10
    <BLANKLINE>
    Accuracy           0.9980
      always the commonest class would have 0.9900
    Balanced accuracy  0.9000
    G-mean             0.8944
    MCC                0.8935
    >>> result.mcc > 0.89
    True
    """
    result = evaluation(y_true, y_pred, y_prob)
    print(result)
    return result


def _of_probabilities(
    y_true: ArrayLike, probabilities: NDArray[np.float64], sizes: NDArray[np.int64]
) -> dict[str, float]:
    """Give the scores of the probabilities; those of the ranking only if there is one."""
    scores = {
        "brier": brier_score(y_true, probabilities),
        "log_loss": log_loss(y_true, probabilities),
    }
    there = [c for c in range(len(sizes)) if 0 < sizes[c] < sizes.sum()]
    if not there:
        return scores
    wanted = [1] if len(sizes) == 2 else there
    ranked = [(y_true, probabilities[:, c], c) for c in wanted]
    scores["roc_auc"] = float(np.mean([roc_auc(*each) for each in ranked]))
    scores["average_precision"] = float(np.mean([average_precision(*each) for each in ranked]))
    shares = [prevalence(y_true, c) for c in wanted]
    scores["average_precision_baseline"] = float(np.mean(shares))
    return scores
