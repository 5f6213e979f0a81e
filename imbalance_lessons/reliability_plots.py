"""Reliability diagrams: whether probabilities keep their promises."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import ArrayLike, NDArray

from imbalance_lessons.calibration import ReliabilityCurve, calibration_error, reliability_curve
from imbalance_lessons.intervals import wilson_interval
from imbalance_lessons.plots import COMMON, INK, RARE, _styled, new_axes
from imbalance_lessons.score_plots import OUTSIDE


@_styled
def plot_reliability(
    y_true: ArrayLike,
    y_prob: ArrayLike,
    bins: int = 10,
    quantiles: bool = False,
    ax: Axes | None = None,
) -> Axes:
    """Draw how often positives came, against how often the probabilities had promised them.

    Parameters
    ----------
    y_true, y_prob, bins, quantiles
        As for `calibration.reliability_curve`.
    ax
        Where to draw; a new figure if None.

    Returns
    -------
    matplotlib.axes.Axes
        The axes: a point for each bin with its 95 % Wilson interval, and the diagonal that kept
        promises lie on. Both axes end where the points do.

    Raises
    ------
    TypeError, ValueError
        As `calibration.reliability_curve` does.
    """
    curve = reliability_curve(y_true, y_prob, bins, quantiles)
    ax = ax or new_axes(height=4.2)
    reach = np.abs(_bin_intervals(curve) - curve.observed)
    ax.errorbar(
        curve.predicted,
        curve.observed,
        yerr=reach,
        fmt="--^",
        color=RARE,
        ecolor=INK,
        capsize=4,
        markersize=8,
        label="bins, 95% intervals",
    )
    end = min(1.0, 1.15 * max(curve.predicted.max(), curve.observed.max(), 0.01))
    ax.plot([0, 1], [0, 1], color=COMMON, label="promises kept")
    ax.set(xlim=(-0.02 * end, 1.02 * end), ylim=(-0.02 * end, 1.02 * end))
    ax.set(xlabel="mean predicted probability", ylabel="share of positives")
    ax.legend(**OUTSIDE)
    return ax


def describe_reliability(
    y_true: ArrayLike, y_prob: ArrayLike, bins: int = 10, quantiles: bool = False
) -> str:
    """Say what `plot_reliability` shows."""
    curve = reliability_curve(y_true, y_prob, bins, quantiles)
    parts = [
        f"{p:.3g} promised, {o:.3g} came ({n:,} samples)" for p, o, n in zip(*curve, strict=True)
    ]
    error = calibration_error(y_true, y_prob, bins, quantiles)
    return (
        f"Reliability diagram, the share of positives against the mean predicted probability in "
        f"{len(parts)} bins: {'; '.join(parts)}. On average the points are {error:.3f} from the "
        "diagonal, on which promises are kept. Each has its 95% interval."
    )


def _bin_intervals(curve: ReliabilityCurve) -> NDArray[np.float64]:
    hits = np.rint(curve.observed * curve.counts).astype(int)
    ends = [wilson_interval(int(k), int(n)) for k, n in zip(hits, curve.counts, strict=True)]
    return np.array(ends, dtype=float).T
