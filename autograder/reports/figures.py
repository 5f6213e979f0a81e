"""The class report's figures: small SVG that takes its colours from the page, light or dark."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

from markupsafe import Markup

from autograder.reports.summaries import FATES, TENTHS

WIDTH, HEIGHT = 320, 132
LEFT, BOTTOM, TOP = 6, 24, 18
LABELS = {
    "full": "full marks",
    "partly": "some points",
    "wrong": "no points",
    "stopped": "stopped with an error",
    "untouched": "not started",
}


def histogram(tenths: Sequence[int], lesson: str) -> Markup:
    """Draw how a lesson's scores are distributed.

    Parameters
    ----------
    tenths
        How many scores lie in each tenth of the points.
    lesson
        The lesson's name, for those who do not see the figure.

    Returns
    -------
    Markup
        An SVG with the count above each bar.
    """
    step = (WIDTH - 2 * LEFT) / TENTHS
    room = HEIGHT - BOTTOM - TOP
    highest = max(max(tenths), 1)
    bars = []
    for place, count in enumerate(tenths):
        height = room * count / highest
        x, y = LEFT + place * step, HEIGHT - BOTTOM - height
        if count:
            bars.append(
                f'<rect class="bar" x="{x + 2:.1f}" y="{y:.1f}" width="{step - 4:.1f}" '
                f'height="{height:.1f}"/>'
                f'<text x="{x + step / 2:.1f}" y="{y - 4:.1f}">{count}</text>'
            )
    base = HEIGHT - BOTTOM
    axis = [f'<path class="axis" d="M{LEFT} {base}H{WIDTH - LEFT}"/>']
    for share, anchor in ((0, "start"), (50, "middle"), (100, "end")):
        x = LEFT + (WIDTH - 2 * LEFT) * share / 100
        axis.append(f'<text x="{x:.0f}" y="{base + 16}" text-anchor="{anchor}">{share}%</text>')
    return _svg(
        f"0 0 {WIDTH} {HEIGHT}", "histogram", distribution_text(tenths, lesson), *bars, *axis
    )


def distribution_text(tenths: Sequence[int], lesson: str) -> str:
    """Say in words what `histogram` draws."""
    step = 100 // TENTHS
    parts = [
        f"{count} from {place * step} to {(place + 1) * step}%"
        for place, count in enumerate(tenths)
        if count
    ]
    scores = f"scores in percent of the points: {', '.join(parts)}" if parts else "no scores yet"
    return f"{lesson}, {scores}."


def stacked(fates: Mapping[str, int], what: str) -> Markup:
    """Draw how answers fared, as one bar.

    Parameters
    ----------
    fates
        Counts by kind, of which `FATES` gives the order; those of a case (``right`` for ``full``)
        will do as well.
    what
        What fared like that, for those who do not see the figure.

    Returns
    -------
    Markup
        An SVG 100 units wide, whatever the counts.
    """
    total = sum(fates.values()) or 1
    parts, start = [], 0.0
    for kind in FATES:
        width = 100 * fates.get(kind, 0) / total
        if width:
            parts.append(
                f'<rect class="{kind}" x="{start:.2f}" width="{width:.2f}" y="0" height="10"/>'
            )
        start += width
    return _svg("0 0 100 10", "stacked", f"{what}: {fates_text(fates)}", *parts, stretch=True)


def fates_text(fates: Mapping[str, int]) -> str:
    """Say in words what `stacked` draws."""
    return ", ".join(f"{fates[k]} {LABELS[k]}" for k in FATES if fates.get(k)) or "nobody"


def _svg(box: str, name: str, text: str, *parts: str, stretch: bool = False) -> Markup:
    ratio = ' preserveAspectRatio="none"' if stretch else ""
    return Markup(
        f'<svg class="{name}" viewBox="{box}"{ratio} role="img" '
        f'aria-label="{escape(text)}">{"".join(parts)}</svg>'
    )
