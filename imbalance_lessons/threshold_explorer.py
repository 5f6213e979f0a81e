"""A confusion matrix with sliders for the threshold and for the price of a miss."""

from __future__ import annotations

from collections.abc import Sequence

from matplotlib.axes import Axes
from numpy.typing import ArrayLike

from imbalance_lessons.metrics import confusion_counts, f_score, precision, recall
from imbalance_lessons.score_plots import describe_confusion, plot_confusion
from imbalance_lessons.sliders import Explorer, explore
from imbalance_lessons.thresholds import apply_threshold

__all__ = ["explore_threshold"]


def explore_threshold(
    y_true: ArrayLike,
    scores: ArrayLike,
    names: Sequence[str] = ("negative", "positive"),
    threshold: tuple[float, float, float, float] = (0.005, 0.5, 0.005, 0.5),
    cost_of_a_miss: tuple[int, int, int, int] = (1, 100, 1, 40),
) -> Explorer:
    """Show the confusion matrix at a threshold that a slider moves, and what mistakes cost there.

    Parameters
    ----------
    y_true, scores
        Labels 0 and 1; and as many scores, higher where 1 is more likely.
    names
        What to call the two classes.
    threshold, cost_of_a_miss
        Low end, high end, step and start of each slider. A false alarm costs 1.

    Returns
    -------
    Explorer
        To be the last line of a cell.

    Raises
    ------
    TypeError, ValueError
        As `sliders.explore` does for the sliders; the others are checked as they are drawn.
    """

    def headline(threshold: float, cost_of_a_miss: float) -> str:
        flagged = apply_threshold(scores, threshold)
        counts = confusion_counts(y_true, flagged)
        cost = counts.fp + cost_of_a_miss * counts.fn
        return (
            f"precision {precision(y_true, flagged):.3f}, recall {recall(y_true, flagged):.2f}, "
            f"F1 {f_score(y_true, flagged):.3f}, cost {cost:,}"
        )

    def draw(threshold: float, cost_of_a_miss: float) -> Axes:
        ax = plot_confusion(y_true, apply_threshold(scores, threshold), names)
        ax.set_title(headline(threshold, cost_of_a_miss), fontsize=11)
        return ax

    def describe(threshold: float, cost_of_a_miss: float) -> str:
        words = describe_confusion(y_true, apply_threshold(scores, threshold), names)
        return f"{words} At this threshold: {headline(threshold, cost_of_a_miss)}."

    return explore(draw, describe, threshold=threshold, cost_of_a_miss=cost_of_a_miss)
