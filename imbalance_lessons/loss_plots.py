"""Figures of a loss, and of what a trained model decides, in the style of `plots`."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import torch
from matplotlib.axes import Axes
from numpy.typing import ArrayLike, NDArray

from imbalance_lessons.features import as_rows
from imbalance_lessons.losses import focal_term
from imbalance_lessons.plots import COLOURS, HATCHES, INK, _styled, new_axes
from imbalance_lessons.score_plots import LINES, MARKERS, OUTSIDE
from imbalance_lessons.validation import as_integer, as_labels, as_number

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
def plot_loss_shares(
    probabilities: ArrayLike, labels: ArrayLike, gamma: float, alpha: float, ax: Axes | None = None
) -> Axes:
    """Draw how much of the focal loss of a batch each of its samples has.

    Parameters
    ----------
    probabilities, labels
        The probability of each sample's true class, between 0 and 1; and 1 for rare, 0 for common.
    gamma, alpha
        Focusing, from 0 on; and the weight of the rare class, where the common one has 1 - alpha.
    ax
        Where to draw; a new figure if None.

    Returns
    -------
    matplotlib.axes.Axes
        The axes: a bar for each sample, and each class's share in the legend.

    Raises
    ------
    TypeError, ValueError
        If there are not as many labels as probabilities, or a number is out of range.
    """
    p, rare, shares = _loss_shares(probabilities, labels, gamma, alpha)
    ax = ax or new_axes()
    for c, name in enumerate(("common", "rare")):
        at = np.flatnonzero(rare == c)
        style: dict[str, Any] = {"color": COLOURS[c], "hatch": HATCHES[c], "edgecolor": "white"}
        ax.bar(at, shares[at], label=f"{name}: {shares[at].sum():.0%} of the loss", **style)
    names = [f"{value:g}" for value in p]
    ax.set(xticks=range(len(p)), xticklabels=names, ylim=(0, 1), ylabel="share of the loss")
    ax.set_xlabel("probability of the true class")
    ax.legend(loc="upper left")
    return ax


def describe_loss_shares(
    probabilities: ArrayLike, labels: ArrayLike, gamma: float, alpha: float
) -> str:
    """Say what `plot_loss_shares` shows."""
    p, rare, shares = _loss_shares(probabilities, labels, gamma, alpha)
    parts = [
        f"{name} {', '.join(f'{p[i]:g}: {shares[i]:.1%}' for i in np.flatnonzero(rare == c))}"
        for c, name in enumerate(("common", "rare"))
    ]
    common, whole = (f"{shares[rare == c].sum():.0%}" for c in (0, 1))
    return (
        "Bar chart of each sample's share of the loss, by the probability of its true class. "
        f"{'; '.join(parts)}. Rare samples have {whole} of the loss in all, common ones {common}."
    )


@_styled
def plot_leads(
    names: Sequence[str], leads: Mapping[str, ArrayLike], what: str, ax: Axes | None = None
) -> Axes:
    """Draw by how much several ways are ahead of another one, problem by problem.

    Parameters
    ----------
    names
        What each way is called.
    leads
        For each of one to six occasions by name a row a problem, and a column a way.
    what
        What they are ahead in, for the axis.
    ax
        Where to draw; a new figure if None.

    Returns
    -------
    matplotlib.axes.Axes
        The axes: a point for each problem, way and occasion, and a line at 0.

    Raises
    ------
    ValueError
        If an occasion has not a column for each name.
    """
    tables = _leads(names, leads)
    ax = ax or new_axes(height=4.2)
    for k, (occasion, table) in enumerate(tables.items()):
        at = np.arange(len(names)) + 0.24 * (k - (len(tables) - 1) / 2)
        style: dict[str, Any] = {"color": COLOURS[k], "marker": MARKERS[k], "s": 50, "alpha": 0.9}
        ax.scatter(np.tile(at, len(table)), table.ravel(), label=occasion, **style)
    ax.axhline(0, color=INK, linewidth=1)
    ax.set(xticks=range(len(names)), ylabel=what)
    ax.set_xticklabels([_in_two_lines(name) for name in names], fontsize=10)
    ax.legend(loc="lower center", bbox_to_anchor=(0.5, 1), ncols=len(tables))
    return ax


def describe_leads(names: Sequence[str], leads: Mapping[str, ArrayLike], what: str) -> str:
    """Say what `plot_leads` shows."""
    parts = [
        f"{occasion}: "
        + ", ".join(
            f"{name} {column.min():+.2f} to {column.max():+.2f}"
            for name, column in zip(names, table.T, strict=True)
        )
        for occasion, table in _leads(names, leads).items()
    ]
    return f"Points of {what}, one a problem. {'; '.join(parts)}."


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


def _loss_shares(
    probabilities: ArrayLike, labels: ArrayLike, gamma: float, alpha: float
) -> tuple[NDArray[np.float64], NDArray[np.int64], NDArray[np.float64]]:
    p, rare = np.asarray(probabilities, dtype=float), as_labels(labels, num_classes=2)
    if p.ndim != 1 or not ((p > 0) & (p < 1)).all():
        raise ValueError(f"probabilities: expected numbers between 0 and 1, got {probabilities!r}")
    if len(rare) != len(p):
        raise ValueError(f"labels: expected {len(p)}, one a sample, got {len(rare)}")
    alpha = as_number(alpha, "alpha", maximum=1)
    losses = focal_term(torch.logit(torch.from_numpy(p)), gamma).numpy()
    losses = losses * np.where(rare == 1, alpha, 1 - alpha)
    return p, rare, losses / losses.sum()


def _in_two_lines(name: str) -> str:
    """Break after the first comma, or else at the first space."""
    return name.replace(", ", ",\n", 1) if ", " in name else name.replace(" ", "\n", 1)


def _leads(names: Sequence[str], leads: Mapping[str, ArrayLike]) -> dict[str, NDArray[np.float64]]:
    tables = {occasion: np.asarray(table, dtype=float) for occasion, table in leads.items()}
    for occasion, table in tables.items():
        if table.ndim != 2 or table.shape[1] != len(names):
            raise ValueError(
                f"leads: expected {len(names)} columns for {occasion!r}, got shape {table.shape}"
            )
    return tables


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
