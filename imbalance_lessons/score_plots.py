"""Figures of what a model's answers are worth, in the style of `imbalance_lessons.plots`.

Curves of several models differ in colour, in line style and in marker.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle
from matplotlib.ticker import PercentFormatter
from numpy.typing import ArrayLike, NDArray

from imbalance_lessons.multiclass import confusion_matrix
from imbalance_lessons.plots import COLOURS, INK, _styled, new_axes
from imbalance_lessons.ranking import (
    ThresholdCurve,
    average_precision,
    prevalence,
    ratio,
    roc_auc,
    threshold_curve,
)

LINES = ("-", "--", "-.", (0, (3, 1, 1, 1, 1, 1)), (0, (1, 1)), (0, (8, 2)))
MARKERS = ("o", "^", "s", "D", "v", "P")
OUTSIDE: dict[str, Any] = {"loc": "center left", "bbox_to_anchor": (1, 0.5), "frameon": False}

Scores = ArrayLike | Mapping[str, ArrayLike]


class _Table(NamedTuple):
    """A confusion matrix, the shares of its rows, and what its classes are called."""

    counts: NDArray[np.int64]
    shares: NDArray[np.float64]
    names: Sequence[str]

    def recall(self, c: int) -> str:
        return f"recall {self.shares[c, c]:.1%}" if self.counts[c].any() else "no samples"


@_styled
def plot_confusion(
    y_true: ArrayLike,
    y_pred: ArrayLike,
    names: Sequence[str] | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw the confusion matrix: the darker a cell, the larger its share of the true class.

    Parameters
    ----------
    y_true, y_pred
        True and predicted class numbers, one each a sample.
    names
        What to call the classes; "class 0" and so on if left out.
    ax
        Where to draw; a new figure if None.

    Returns
    -------
    matplotlib.axes.Axes
        The axes: a row for each true class with its recall, a frame around each right answer.

    Raises
    ------
    TypeError, ValueError
        As `multiclass.confusion_matrix` does; a ValueError if `names` does not fit the classes.
    """
    table = _table(y_true, y_pred, names)
    classes = range(len(table.names))
    ax = ax or new_axes(3 + 1.4 * len(classes), 1.4 + 0.9 * len(classes))
    ax.imshow(table.shares, cmap="Blues", vmin=0, vmax=1, aspect="auto")
    for t in classes:
        for p in classes:
            words = f"{table.counts[t, p]:,}\n{table.shares[t, p]:.1%}"
            # The one of black and white that stands out more; INK would not, halfway.
            ink = "white" if table.shares[t, p] > 0.718 else "black"
            ax.text(p, t, words, ha="center", va="center", color=ink)
        ax.add_patch(Rectangle((t - 0.47, t - 0.47), 0.94, 0.94, fill=False, ec=INK, lw=2))
    rows = [f"{name}\n{table.recall(t)}" for t, name in enumerate(table.names)]
    ax.set(xticks=classes, xticklabels=table.names, yticks=classes, yticklabels=rows)
    ax.set(xlabel="predicted class", ylabel="true class")
    ax.tick_params(length=0)
    return ax


def describe_confusion(
    y_true: ArrayLike, y_pred: ArrayLike, names: Sequence[str] | None = None
) -> str:
    """Say what `plot_confusion` shows."""
    table = _table(y_true, y_pred, names)
    rows = []
    for t, name in enumerate(table.names):
        cells = [f"{n:,} taken for {p}" for n, p in zip(table.counts[t], table.names, strict=True)]
        rows.append(f"{name} ({table.recall(t)}): {', '.join(cells)}")
    return f"Confusion matrix, a row for each true class. {'; '.join(rows)}."


@_styled
def plot_roc(y_true: ArrayLike, scores: Scores, positive: int = 1, ax: Axes | None = None) -> Axes:
    """Draw the recall against the share of negatives flagged, at every threshold.

    Parameters
    ----------
    y_true
        True class numbers, one a sample.
    scores
        As many numbers, higher where the positive class is more likely; or several models' scores
        as a dictionary from the name of each.
    positive
        The class that we are looking for.
    ax
        Where to draw; a new figure if None.

    Returns
    -------
    matplotlib.axes.Axes
        The axes, with a curve for each model and the diagonal that a guess gives.

    Raises
    ------
    TypeError, ValueError
        As `ranking.threshold_curve` does; a ValueError if there are no models.
    """
    ax = ax or new_axes(height=4.2)
    for m, (name, values) in enumerate(_models(scores).items()):
        curve = threshold_curve(y_true, values, positive)
        label = f"{name} (area {roc_auc(y_true, values, positive):.3f})"
        ax.plot(curve.false_positive_rate, curve.recall, label=label, **_look(m, curve))
    ax.plot([0, 1], [0, 1], color=INK, linestyle=":", label="guessing (area 0.500)")
    _share_axes(ax, "share of the negatives flagged", "recall")
    return ax


def describe_roc(y_true: ArrayLike, scores: Scores, positive: int = 1) -> str:
    """Say what `plot_roc` shows."""
    parts = []
    for name, values in _models(scores).items():
        curve = threshold_curve(y_true, values, positive)
        best = curve.recall[curve.false_positive_rate <= 0.1].max()
        area = roc_auc(y_true, values, positive)
        parts.append(
            f"{name}: area {area:.3f}, recall {best:.0%} with up to 10% of the negatives flagged"
        )
    return (
        f"ROC curve, recall against the share of the negatives flagged. {'; '.join(parts)}. "
        "The dotted diagonal is guessing, area 0.500."
    )


@_styled
def plot_precision_recall(
    y_true: ArrayLike, scores: Scores, positive: int = 1, ax: Axes | None = None
) -> Axes:
    """Draw the precision against the recall, at every threshold.

    Parameters
    ----------
    y_true, scores, positive, ax
        As for `plot_roc`.

    Returns
    -------
    matplotlib.axes.Axes
        The axes. Curves are steps, so that the area under each is its average precision; the
        baseline lies at the share of the positives.

    Raises
    ------
    TypeError, ValueError
        As `plot_roc` does.
    """
    ax = ax or new_axes(height=4.2)
    for m, (name, values) in enumerate(_models(scores).items()):
        curve = threshold_curve(y_true, values, positive)
        # Nobody flagged has no precision: the first step begins where the highest score leads.
        precision = np.append(curve.precision[1], curve.precision[1:])
        label = f"{name} (AP {average_precision(y_true, values, positive):.3f})"
        look = _look(m, curve)
        ax.plot(curve.recall, precision, drawstyle="steps-pre", label=label, **look)
    share = prevalence(y_true, positive)
    ax.axhline(share, color=INK, linestyle=":", label=f"guessing ({share:.3f})")
    _share_axes(ax, "recall", "precision")
    return ax


def describe_precision_recall(y_true: ArrayLike, scores: Scores, positive: int = 1) -> str:
    """Say what `plot_precision_recall` shows."""
    parts = []
    for name, values in _models(scores).items():
        curve = threshold_curve(y_true, values, positive)
        best = curve.precision[curve.recall >= 0.8].max()
        mean = average_precision(y_true, values, positive)
        parts.append(
            f"{name}: average precision {mean:.3f}, precision {best:.0%} at a recall of 80% or more"
        )
    return (
        f"Precision-recall curve. {'; '.join(parts)}. The dotted line is guessing, at the share of "
        f"the positives, {prevalence(y_true, positive):.3f}."
    )


@_styled
def plot_thresholds(
    y_true: ArrayLike,
    scores: ArrayLike,
    cost_fp: float = 1.0,
    cost_fn: float = 1.0,
    positive: int = 1,
    ax: Axes | None = None,
) -> Axes:
    """Draw precision, recall, F1 and cost at every threshold, and where F1 and cost are best.

    Parameters
    ----------
    y_true, scores, positive
        As for `ranking.threshold_curve`.
    cost_fp, cost_fn
        What a false alarm and what a missed positive costs.
    ax
        Where to draw; a new figure if None.

    Returns
    -------
    matplotlib.axes.Axes
        The axes. A cost of 1 is that of the cheaper of two answers without a model, to flag nobody
        or everybody; costs above 1.5 times that lie outside the figure.

    Raises
    ------
    TypeError, ValueError
        As `ranking.threshold_curve` and its `cost` do.
    """
    curve, lines = _threshold_lines(y_true, scores, cost_fp, cost_fn, positive)
    ax = ax or new_axes(height=4.2)
    for i, (name, values) in enumerate(lines.items()):
        # Samples at the threshold are flagged: each value holds from the score below up to its own.
        rising, heights = curve.thresholds[:0:-1], values[:0:-1]
        ax.plot(rising, heights, drawstyle="steps-pre", label=name, **_look(i, curve))
    for name, best, line in (
        ("best F1", _best_f1(lines), "--"),
        ("lowest cost", _cheapest(lines), ":"),
    ):
        where = curve.thresholds[best]
        if np.isfinite(where):
            ax.axvline(where, color=INK, linestyle=line, label=f"{name} (at {where:.3g})")
    ax.set(xlabel="threshold", ylabel="precision, recall, F1, cost", ylim=(0, 1.5))
    if lines["cost"][1:].min() > 1.4 or lines["cost"].max() <= 1:
        ax.set_ylim(0, 1.05)
    ax.legend(**OUTSIDE)
    return ax


def describe_thresholds(
    y_true: ArrayLike,
    scores: ArrayLike,
    cost_fp: float = 1.0,
    cost_fn: float = 1.0,
    positive: int = 1,
) -> str:
    """Say what `plot_thresholds` shows."""
    curve, lines = _threshold_lines(y_true, scores, cost_fp, cost_fn, positive)
    best, cheapest = _best_f1(lines), _cheapest(lines)
    where = curve.thresholds[cheapest]
    place = f"at {where:.3g}" if np.isfinite(where) else "above all scores, where nobody is flagged"
    return (
        "Lines of precision, recall, F1 and cost against the threshold. F1 is highest at "
        f"{curve.thresholds[best]:.3g} with {lines['F1'][best]:.2f}, from a precision of "
        f"{lines['precision'][best]:.0%} and a recall of {lines['recall'][best]:.0%}. If a false "
        f"alarm costs {cost_fp:g} and a missed positive {cost_fn:g}, the cost is lowest {place}: "
        f"{lines['cost'][cheapest]:.0%} of the best answer without a model."
    )


def _table(y_true: ArrayLike, y_pred: ArrayLike, names: Sequence[str] | None) -> _Table:
    counts = confusion_matrix(y_true, y_pred, None)
    if names is None:
        names = [f"class {c}" for c in range(len(counts))]
    if len(names) > len(counts):
        counts = confusion_matrix(y_true, y_pred, len(names))
    if len(names) != len(counts):
        raise ValueError(f"names: expected {len(counts)}, one a class, got {len(names)}")
    return _Table(counts, ratio(counts, np.tile(counts.sum(axis=1), (len(counts), 1)).T), names)


def _models(scores: Scores) -> Mapping[str, ArrayLike]:
    models = scores if isinstance(scores, Mapping) else {"model": scores}
    if not 1 <= len(models) <= len(LINES):
        raise ValueError(f"scores: expected those of 1 to {len(LINES)} models, got {len(models)}")
    return models


def _look(i: int, curve: ThresholdCurve) -> dict[str, Any]:
    """Give the i-th curve a look of its own, with about eight markers that do not coincide."""
    every = max(1, len(curve.thresholds) // 8)
    return {
        "color": COLOURS[i],
        "linestyle": LINES[i],
        "marker": MARKERS[i],
        "markevery": (i * every // 4, every),
        "markersize": 6,
        "linewidth": 1.8,
    }


def _share_axes(ax: Axes, xlabel: str, ylabel: str) -> None:
    ax.set(xlabel=xlabel, ylabel=ylabel, xlim=(-0.02, 1.02), ylim=(-0.02, 1.04))
    ax.xaxis.set_major_formatter(PercentFormatter(1))
    ax.yaxis.set_major_formatter(PercentFormatter(1))
    ax.legend(**OUTSIDE)


def _threshold_lines(
    y_true: ArrayLike, scores: ArrayLike, cost_fp: float, cost_fn: float, positive: int
) -> tuple[ThresholdCurve, dict[str, NDArray[np.float64]]]:
    curve = threshold_curve(y_true, scores, positive)
    cost = curve.cost(cost_fp, cost_fn)
    without_model = min(cost[0], cost[-1])
    return curve, {
        "precision": curve.precision,
        "recall": curve.recall,
        "F1": curve.f_score(),
        "cost": cost / without_model,
    }


def _best_f1(lines: dict[str, NDArray[np.float64]]) -> int:
    return int(np.argmax(lines["F1"]))


def _cheapest(lines: dict[str, NDArray[np.float64]]) -> int:
    return int(np.argmin(lines["cost"]))
