"""The lessons' figures. Axes in, Axes out, and beside each plot the sentences that describe it.

The common class is blue with plain fills, solid lines and circles; the rare one is vermilion with
hatches, dashed lines and triangles. So nothing rests on colour alone.
"""

from __future__ import annotations

import base64
import functools
import html
import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import ParamSpec

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter
from numpy.typing import ArrayLike

# Okabe and Ito's palette, which readers with any colour vision can tell apart
# (https://jfly.uni-koeln.de/color/), with brown and their black in place of orange and sky blue:
# thin lines in these two are hard to see on white. Each colour always comes with the same hatch.
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#7A5200", "#333333")
HATCHES = ("", "///", "...", "xx", "\\\\\\", "++")
COMMON, RARE = COLOURS[:2]
INK = "#333333"
LOWEST_SCORE = 1e-5
STYLE = {
    "font.size": 12,
    "axes.titlesize": 13,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "figure.facecolor": "white",
    "axes.facecolor": "white",
    "text.color": INK,
    "axes.labelcolor": INK,
    "axes.edgecolor": INK,
    "xtick.color": INK,
    "ytick.color": INK,
    "hatch.linewidth": 0.8,
}
DOTS_PER_INCH = 160  # twice what a screen shows: sharp on a fine one

Parameters = ParamSpec("Parameters")


def _styled(plot: Callable[Parameters, Axes]) -> Callable[Parameters, Axes]:
    """Draw in the lessons' style, and leave the reader's own settings alone."""

    @functools.wraps(plot)
    def drawn(*args: Parameters.args, **kwargs: Parameters.kwargs) -> Axes:
        with mpl.rc_context(STYLE):
            return plot(*args, **kwargs)

    return drawn


@_styled
def new_axes(width: float = 7.5, height: float = 3.6) -> Axes:
    """Make a figure of its own, in inches, that no `pyplot` state holds on to."""
    return Figure(figsize=(width, height), layout="constrained").subplots()


@_styled
def plot_bars(
    counts: ArrayLike, names: Sequence[str] | None = None, ax: Axes | None = None
) -> Axes:
    """Draw the size of each class as a bar, with its count and share written above.

    Parameters
    ----------
    counts
        The number of samples of each class, shape (C,).
    names
        What to call the classes; "class 0" and so on if left out.
    ax
        Where to draw; a new figure if None.

    Returns
    -------
    matplotlib.axes.Axes
        The axes, whose vertical axis starts at 0.

    Raises
    ------
    ValueError
        If `counts` are not sizes of at least one class, or `names` does not fit them.
    """
    sizes, names = _sizes(counts, names)
    ax = ax or new_axes()
    crowded = len(sizes) > 3  # then a count and its share stand one below the other
    for c, (size, text) in enumerate(zip(sizes, _shares(sizes), strict=True)):
        text = text.replace(" ", "\n") if crowded else text
        colour, hatch = COLOURS[c % len(COLOURS)], HATCHES[c % len(HATCHES)]
        ax.bar(c, size, width=0.6, color=colour, hatch=hatch, edgecolor="white")
        ax.annotate(text, (c, size), (0, 4), textcoords="offset points", ha="center")
    ax.set(xticks=range(len(names)), xticklabels=names, ylabel="samples")
    ax.set_ylim(0, (1.2 if crowded else 1.12) * sizes.max())  # room for the words above the bars
    ax.yaxis.set_major_formatter("{x:,.0f}")
    return ax


def describe_bars(counts: ArrayLike, names: Sequence[str] | None = None) -> str:
    """Say what `plot_bars` shows."""
    sizes, names = _sizes(counts, names)
    parts = [f"{name} {text}" for name, text in zip(names, _shares(sizes), strict=True)]
    return f"Bar chart of the number of samples in each class: {'; '.join(parts)}."


@_styled
def plot_shares(
    steps: ArrayLike, shares: ArrayLike, count_share: float, ax: Axes | None = None
) -> Axes:
    """Draw the rare class's share of the gradient over training, a line for each run.

    Parameters
    ----------
    steps
        The training steps at which the share was measured, shape (T,).
    shares
        The shares, shape (R, T) for R runs, between 0 and 1.
    count_share
        The rare class's share of the samples, drawn as a line to compare with.
    ax
        Where to draw; a new figure if None.

    Returns
    -------
    matplotlib.axes.Axes
        The axes; steps are on a scale that is linear up to 1 and logarithmic from there.

    Raises
    ------
    ValueError
        If `shares` does not have a column for each step.
    """
    steps, shares = _runs(steps, shares)
    ax = ax or new_axes()
    for run in shares:
        ax.plot(steps, run, color=RARE, alpha=0.35, linewidth=1)
    ax.plot(
        steps, np.median(shares, axis=0), "--^", color=RARE, linewidth=2, label="median of the runs"
    )
    ax.axhline(count_share, color=COMMON, label=f"share of the samples ({count_share:.0%})")
    ax.axhline(0.5, color=INK, linestyle=":", label="equal pull (50%)")
    ax.set_xscale("symlog", linthresh=1)
    ax.set(xlabel="training step", ylabel="share of the gradient", ylim=(0, 0.75), xlim=(0, None))
    ax.xaxis.set_major_formatter("{x:.0f}")
    ax.yaxis.set_major_formatter(PercentFormatter(1))
    ax.legend(loc="center left", bbox_to_anchor=(1, 0.5), frameon=False)
    return ax


def describe_shares(steps: ArrayLike, shares: ArrayLike, count_share: float) -> str:
    """Say what `plot_shares` shows."""
    steps, shares = _runs(steps, shares)
    median = np.median(shares, axis=0)
    high = int(np.argmax(median))
    return (
        f"Line chart of the rare class's share of the gradient in {len(shares)} runs. The median "
        f"starts at {median[0]:.1%} at step {steps[0]:.0f}, where the class's share of the samples "
        f"is {count_share:.0%}, is highest at step {steps[high]:.0f} with {median[high]:.0%}, and "
        f"ends at {median[-1]:.0%} at step {steps[-1]:.0f}. A dotted line marks an equal pull, 50%."
    )


@_styled
def plot_scores(
    scores: ArrayLike, labels: ArrayLike, thresholds: Sequence[float], ax: Axes | None = None
) -> Axes:
    """Draw how a model's scores spread in either class, and where thresholds cut them.

    Parameters
    ----------
    scores
        The predicted probability of class 1, one a sample, shape (N,).
    labels
        The true classes, 0 or 1, shape (N,).
    thresholds
        Scores from which on a sample counts as class 1, drawn as vertical lines.
    ax
        Where to draw; a new figure if None.

    Returns
    -------
    matplotlib.axes.Axes
        The axes: scores on a logarithmic scale from `LOWEST_SCORE` on, each class as the share
        of its own samples.

    Raises
    ------
    ValueError
        If there is not one label a score, or a class has no samples.
    """
    scores, labels = _two_classes(scores, labels)
    ax = ax or new_axes()
    bins = np.geomspace(LOWEST_SCORE, 1, 31)
    for c, name in enumerate(("legitimate", "fraud")):
        own = scores[labels == c]
        share = np.histogram(own, bins)[0] / len(own)
        # The translucent fill lets the other class show through; the outline stays sharp.
        ax.stairs(
            share, bins, fill=True, color=COLOURS[c], alpha=0.45, hatch=HATCHES[c], label=name
        )
        ax.stairs(share, bins, color=COLOURS[c], linewidth=1.5)
    for threshold, line in zip(thresholds, ("--", ":", "-."), strict=False):
        ax.axvline(threshold, color=INK, linestyle=line, label=f"threshold {threshold:.2g}")
    ax.set(
        xscale="log",
        xlim=(bins[0], 1),
        xlabel="predicted probability of fraud",
        ylabel="share of the class",
    )
    ax.xaxis.set_major_formatter("{x:g}")
    ax.yaxis.set_major_formatter(PercentFormatter(1))
    ax.legend(loc="center left", bbox_to_anchor=(1, 0.5), frameon=False)
    return ax


def describe_scores(scores: ArrayLike, labels: ArrayLike, thresholds: Sequence[float]) -> str:
    """Say what `plot_scores` shows."""
    scores, labels = _two_classes(scores, labels)
    common, rare = scores[labels == 0], scores[labels == 1]
    cuts = "; ".join(
        f"at or above {t:.2g} lie {np.mean(rare >= t):.0%} of the frauds and "
        f"{np.mean(common >= t):.1%} of the legitimate payments"
        for t in thresholds
    )
    return (
        f"Two histograms of the predicted probability of fraud, on a logarithmic scale. Its median "
        f"is {np.median(common):.2g} for legitimate payments and {np.median(rare):.2g} for fraud, "
        f"and the two overlap. Vertical lines are thresholds: {cuts}. Left of the figure, below "
        f"{LOWEST_SCORE:g}, lie {np.mean(common < LOWEST_SCORE):.0%} of the legitimate payments."
    )


@_styled
def plot_intervals(
    names: Sequence[str],
    values: ArrayLike,
    lows: ArrayLike,
    highs: ArrayLike,
    ax: Axes | None = None,
) -> Axes:
    """Draw recalls as points with their intervals, one below the other.

    Parameters
    ----------
    names
        What each recall is called.
    values, lows, highs
        The recalls and the ends of their intervals, between 0 and 1.
    ax
        Where to draw; a new figure if None.

    Returns
    -------
    matplotlib.axes.Axes
        The axes, whose horizontal axis goes from 0 to 1.

    Raises
    ------
    ValueError
        If the arguments differ in length, or a value lies outside its interval.
    """
    values, lows, highs = _intervals(names, values, lows, highs)
    ax = ax or new_axes(height=1.2 + 0.5 * len(names))
    rows = np.arange(len(names))
    reach = np.stack([values - lows, highs - values])
    ax.errorbar(values, rows, xerr=reach, fmt="^", color=RARE, ecolor=INK, capsize=5, markersize=9)
    for row, low, high in zip(rows, lows, highs, strict=True):
        text = f"{low:.2f} to {high:.2f}"
        ax.annotate(text, (high, row), (8, 0), textcoords="offset points", va="center")
    ax.set(yticks=rows, yticklabels=names, xlim=(0, 1.15), ylim=(len(rows) - 0.5, -0.5))
    ax.set_xticks(np.linspace(0, 1, 6))
    ax.set_xlabel("recall")
    return ax


def describe_intervals(
    names: Sequence[str], values: ArrayLike, lows: ArrayLike, highs: ArrayLike
) -> str:
    """Say what `plot_intervals` shows."""
    values, lows, highs = _intervals(names, values, lows, highs)
    parts = [
        f"{name}: {value:.2f}, between {low:.2f} and {high:.2f}"
        for name, value, low, high in zip(names, values, lows, highs, strict=True)
    ]
    return f"Points with intervals for recall. {'; '.join(parts)}."


@dataclass(frozen=True)
class Picture:
    """A figure as a notebook shows it, with its text alternative.

    An HTML image, because that is where JupyterLab, nbconvert and nbgrader's feedback pages all
    keep an alt text: JupyterLab and nbconvert's default template ignore one that comes as metadata
    of a PNG. Where there is no HTML, the text stands in for the figure.
    """

    png: bytes
    alt: str
    width: int

    def _repr_html_(self) -> str:
        data = base64.b64encode(self.png).decode("ascii")
        # The white card stays white in a dark theme, so that dark ink can be read on it.
        return (
            '<div style="display:inline-block;background:#fff;padding:8px;border-radius:4px">'
            f'<img alt="{html.escape(self.alt)}" width="{self.width}" style="max-width:100%" '
            f'src="data:image/png;base64,{data}"></div>'
        )

    def __repr__(self) -> str:
        return f"[Figure: {self.alt}]"


def show(ax: Axes, alt: str) -> Picture:
    """Turn axes into what a cell shows, with the text for those who do not see it.

    Parameters
    ----------
    ax
        Any axes of the figure.
    alt
        What the figure shows: the kind of chart, and what there is to see in it.

    Returns
    -------
    Picture
        To be the last line of a cell. The same figure gives the same bytes.

    Raises
    ------
    ValueError
        If `alt` is empty.
    """
    if not alt.strip():
        raise ValueError("alt: expected a sentence on what the figure shows, got nothing")
    figure = ax.get_figure(root=True)
    if figure is None:
        raise ValueError("ax: expected axes that belong to a figure, got some that were removed")
    png = io.BytesIO()
    figure.savefig(png, format="png", dpi=DOTS_PER_INCH, metadata={"Software": None})
    return Picture(png.getvalue(), alt.strip(), width=round(figure.get_figwidth() * 80))


def _sizes(counts: ArrayLike, names: Sequence[str] | None) -> tuple[np.ndarray, Sequence[str]]:
    sizes = np.asarray(counts)
    if sizes.ndim != 1 or sizes.size == 0 or not (sizes >= 0).all() or sizes.sum() == 0:
        raise ValueError(f"counts: expected the sizes of one or more classes, got {counts!r}")
    if names is None:
        names = [f"class {c}" for c in range(len(sizes))]
    if len(names) != len(sizes):
        raise ValueError(f"names: expected {len(sizes)}, one a class, got {len(names)}")
    return sizes, names


def _shares(sizes: np.ndarray) -> list[str]:
    return [f"{size:,} ({size / sizes.sum():.1%})" for size in sizes]


def _runs(steps: ArrayLike, shares: ArrayLike) -> tuple[np.ndarray, np.ndarray]:
    steps, shares = np.asarray(steps), np.atleast_2d(np.asarray(shares, dtype=float))
    if steps.ndim != 1 or shares.shape[-1:] != steps.shape or shares.ndim != 2 or not steps.size:
        raise ValueError(
            f"shares: expected a column for each of the {steps.size} steps, "
            f"got shape {shares.shape}"
        )
    return steps, shares


def _two_classes(scores: ArrayLike, labels: ArrayLike) -> tuple[np.ndarray, np.ndarray]:
    scores, labels = np.asarray(scores, dtype=float), np.asarray(labels)
    if scores.ndim != 1 or labels.shape != scores.shape:
        raise ValueError(f"labels: expected one a score, {scores.shape}, got {labels.shape}")
    if set(np.unique(labels).tolist()) != {0, 1}:
        raise ValueError(f"labels: expected both 0 and 1 and nothing else, got {labels!r}")
    return scores, labels


def _intervals(
    names: Sequence[str], values: ArrayLike, lows: ArrayLike, highs: ArrayLike
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    arrays = [np.asarray(ends, dtype=float) for ends in (values, lows, highs)]
    for name, array in zip(("values", "lows", "highs"), arrays, strict=True):
        if array.shape != (len(names),):
            raise ValueError(f"{name}: expected {len(names)}, one a name, got shape {array.shape}")
    middle, low, high = arrays
    if not ((low <= middle) & (middle <= high)).all():
        raise ValueError("values: expected each between its low and its high")
    return middle, low, high
