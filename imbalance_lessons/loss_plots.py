"""Figures of a loss, and of what a trained model decides, in the style of `plots`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np
import torch
from matplotlib.axes import Axes
from numpy.typing import ArrayLike, NDArray

from imbalance_lessons.features import as_rows
from imbalance_lessons.losses import focal_term
from imbalance_lessons.plots import COLOURS, HATCHES, INK, _styled, new_axes
from imbalance_lessons.score_plots import LINES, MARKERS, OUTSIDE
from imbalance_lessons.validation import as_integer, as_labels

GAMMAS = (0, 0.5, 1, 2, 5)  # those of Lin et al. 2017, figure 1
HARD, EASY = 0.5, 0.6  # their words: at most 4 times less up to .5; "well-classified" above .6

Predict = Callable[[NDArray[np.float64]], ArrayLike]


class _Regions(NamedTuple):
    """Samples of two features, their classes, and what a model says all over the plane."""

    samples: NDArray[np.float64]
    labels: NDArray[np.int64]
    names: Sequence[str]
    x: NDArray[np.float64]
    y: NDArray[np.float64]
    decided: NDArray[np.int64]
    recalls: list[str]


@_styled
def plot_focal(gammas: Sequence[float] = GAMMAS, ax: Axes | None = None) -> Axes:
    """Draw the focal loss of a sample against the probability of its true class.

    Parameters
    ----------
    gammas
        One to six of them, a curve each; 0 is cross entropy.
    ax
        Where to draw; a new figure if None.

    Returns
    -------
    matplotlib.axes.Axes
        The axes, with the regions of hard (up to 0.5) and of easy samples (above 0.6) shaded.

    Raises
    ------
    TypeError, ValueError
        If a gamma is not a number from 0 on, or there are none or more than six.

    References
    ----------
    T.-Y. Lin, P. Goyal, R. Girshick, K. He, P. Dollár, "Focal loss for dense object detection",
    ICCV 2017, figure 1.
    """
    p, curves = _focal_curves(gammas)
    ax = ax or new_axes(height=4.2)
    ax.axvspan(0, HARD, color=COLOURS[4], alpha=0.15, lw=0)
    ax.axvspan(EASY, 1, facecolor=COLOURS[5], alpha=0.15, hatch="..", edgecolor="white", lw=0)
    for i, (gamma, losses) in enumerate(zip(gammas, curves, strict=True)):
        name = f"γ = {gamma:g}" + (" (cross entropy)" if gamma == 0 else "")
        look: dict[str, Any] = {"color": COLOURS[i], "linestyle": LINES[i], "marker": MARKERS[i]}
        ax.plot(p, losses, label=name, markevery=(4 + i, 12), markersize=6, **look)
    top = 5
    ax.text(HARD / 2, 0.96 * top, "hard", ha="center", va="top")
    ax.text((EASY + 1) / 2, 0.96 * top, "easy", ha="center", va="top")
    ax.set(xlim=(0, 1), ylim=(0, top), xlabel="probability of the true class", ylabel="loss")
    ax.legend(**OUTSIDE)
    return ax


def describe_focal(gammas: Sequence[float] = GAMMAS) -> str:
    """Say what `plot_focal` shows."""
    p, curves = _focal_curves(gammas)
    hard, easy = (int(np.argmin(np.abs(p - at))) for at in (HARD, 0.9))
    parts = [
        f"gamma {gamma:g}: {losses[hard]:.3g} at probability 0.5, {losses[easy]:.3g} at 0.9"
        for gamma, losses in zip(gammas, curves, strict=True)
    ]
    return (
        "Line chart of the focal loss against the probability of the true class, all curves "
        f"falling to 0 at probability 1. {'; '.join(parts)}. Up to 0.5 samples are marked as hard, "
        "above 0.6 as easy."
    )


@_styled
def plot_decision_regions(
    predict: Predict,
    samples: ArrayLike,
    labels: ArrayLike,
    names: Sequence[str] | None = None,
    steps: int = 150,
    ax: Axes | None = None,
) -> Axes:
    """Draw samples of two features on the regions that a model gives to each class.

    Parameters
    ----------
    predict
        Takes rows of two numbers, float64 of shape (M, 2), and gives M class numbers.
    samples, labels
        Features of shape (N, 2), and the true class of each.
    names
        What to call the classes; "class 0" and so on if left out.
    steps
        How many points along each axis to ask `predict` for.
    ax
        Where to draw; a new figure if None.

    Returns
    -------
    matplotlib.axes.Axes
        The axes; each class has its colour, its hatch and its marker.

    Raises
    ------
    TypeError, ValueError
        If `samples` are not rows of two finite numbers, `labels` not as many class numbers, there
        are more than six classes, `names` does not fit them, or `predict` does not give a class
        number a row.
    """
    regions = _regions(predict, samples, labels, names, steps)
    ax = ax or new_axes(height=4.2)
    for c, name in enumerate(regions.names):
        own = (regions.decided == c).astype(float)
        if own.any():
            style = {"colors": [COLOURS[c]], "hatches": [HATCHES[c]], "alpha": 0.2}
            ax.contourf(regions.x, regions.y, own, levels=[0.5, 1.5], **style)
        if own.any() and not own.all():
            ax.contour(regions.x, regions.y, own, levels=[0.5], colors=INK, linewidths=1)
        first, second = regions.samples[regions.labels == c].T
        label = f"{name} ({len(first):,})"
        look: dict[str, Any] = {"color": COLOURS[c], "marker": MARKERS[c]}
        look |= {"edgecolor": "white", "linewidth": 0.6, "zorder": 3 + c}
        ax.scatter(first, second, s=42, label=label, **look)
    ax.set(xlabel="first feature", ylabel="second feature")
    ax.margins(0)
    ax.legend(**OUTSIDE)
    return ax


def describe_decision_regions(
    predict: Predict,
    samples: ArrayLike,
    labels: ArrayLike,
    names: Sequence[str] | None = None,
    steps: int = 150,
) -> str:
    """Say what `plot_decision_regions` shows."""
    regions = _regions(predict, samples, labels, names, steps)
    parts = [
        f"{name}: {np.sum(regions.labels == c):,} samples, {regions.recalls[c]}, "
        f"{np.mean(regions.decided == c):.0%} of the plane"
        for c, name in enumerate(regions.names)
    ]
    return f"Samples of two features on the regions that the model decides. {'; '.join(parts)}."


def _focal_curves(gammas: Sequence[float]) -> tuple[NDArray[np.float64], list[np.ndarray]]:
    if not 1 <= len(gammas) <= len(LINES):
        raise ValueError(f"gammas: expected 1 to {len(LINES)} numbers, got {len(gammas)}")
    p = np.linspace(0, 1, 201)[1:-1]
    log_odds = torch.logit(torch.from_numpy(p))
    return p, [focal_term(log_odds, gamma).numpy() for gamma in gammas]


def _regions(
    predict: Predict,
    samples: ArrayLike,
    labels: ArrayLike,
    names: Sequence[str] | None,
    steps: int,
) -> _Regions:
    rows, classes = as_rows(samples), as_labels(labels)
    if rows.shape[1] != 2:
        raise ValueError(f"samples: expected two features, shape (N, 2), got {rows.shape}")
    if len(classes) != len(rows):
        raise ValueError(f"labels: expected {len(rows)}, one a sample, got {len(classes)}")
    steps = as_integer(steps, "steps", minimum=2, maximum=2000)
    low, high = rows.min(axis=0).astype(float), rows.max(axis=0).astype(float)
    room = np.where(high > low, 0.06 * (high - low), 0.5)
    x, y = (np.linspace(low[i] - room[i], high[i] + room[i], steps) for i in (0, 1))
    grid = np.stack(np.meshgrid(x, y), axis=-1).reshape(-1, 2)
    decided, answers = (_decide(predict, points) for points in (grid, rows.astype(float)))
    size = 1 + max(int(values.max()) for values in (classes, decided, answers))
    names = [f"class {c}" for c in range(max(size, 2))] if names is None else names
    if not size <= len(names):
        raise ValueError(f"names: expected {size}, one a class, got {len(names)}")
    if len(names) > len(COLOURS):
        raise ValueError(f"labels: expected up to {len(COLOURS)} classes, got {len(names)}")
    recalls = [
        f"recall {np.mean(answers[classes == c] == c):.0%}" if (classes == c).any() else "no recall"
        for c in range(len(names))
    ]
    return _Regions(rows, classes, names, x, y, decided.reshape(steps, steps), recalls)


def _decide(predict: Predict, points: NDArray[np.float64]) -> NDArray[np.int64]:
    decided = as_labels(predict(points), "predict")
    if len(decided) != len(points):
        raise ValueError(
            f"predict: expected a class number for each of {len(points)} rows, got {len(decided)}"
        )
    return decided
