"""Figures with sliders: move one, and the figure is drawn again.

The figure is an ordinary output, which the sliders only replace. So it is there, with its text
alternative and the values it was drawn for, wherever sliders are not: in an exported page, on a
feedback page, or without ipywidgets.
"""

from __future__ import annotations

import html
import importlib
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from matplotlib.axes import Axes

from imbalance_lessons.plots import Picture, show

__all__ = ["Control", "Explorer", "explore"]

STATIC_NOTE = "(The sliders work where the notebook runs, with ipywidgets installed.)"


@dataclass(frozen=True)
class Control:
    """A slider: where it begins and ends, how far a step goes, and where it starts."""

    name: str
    low: float
    high: float
    step: float
    start: float

    def __post_init__(self) -> None:
        ends = (self.low, self.high, self.step, self.start)
        if any(isinstance(x, bool) or not isinstance(x, int | float) for x in ends):
            raise TypeError(f"{self.name}: expected four numbers, got {ends!r}")
        if not all(map(math.isfinite, ends)) or not self.low <= self.start <= self.high:
            raise ValueError(
                f"{self.name}: expected low <= start <= high, got low {self.low:g}, "
                f"start {self.start:g}, high {self.high:g}"
            )
        if self.low == self.high or not 0 < self.step <= self.high - self.low:
            raise ValueError(
                f"{self.name}: expected a step above 0 that fits between low and high, "
                f"got {self.step:g}"
            )

    @property
    def label(self) -> str:
        """The name in words, such as "cost of a miss" for ``cost_of_a_miss``."""
        return self.name.replace("_", " ")

    @property
    def whole(self) -> bool:
        """Whether the slider gives whole numbers, as it does if it was described with ints only."""
        return all(isinstance(x, int) for x in (self.low, self.high, self.step, self.start))

    def read(self, value: float) -> float:
        """Give a slider's value without the dust of binary fractions: 0.3, not 0.1 * 3."""
        return int(value) if self.whole else round(float(value), 10)


@dataclass(frozen=True)
class _Figure(Picture):
    """A picture with a line below it that says which values it was drawn for."""

    caption: str = ""

    def _repr_html_(self) -> str:
        return f'{super()._repr_html_()}<p style="margin:4px 0">{html.escape(self.caption)}</p>'

    def __repr__(self) -> str:
        return f"{super().__repr__()} {self.caption}"


class Explorer:
    """A figure that sliders redraw; what `explore` gives back, to be the last line of a cell.

    Attributes
    ----------
    controls
        The controls by name.
    sliders, boxes
        The ipywidgets sliders by name, and the number boxes beside them, once a cell has shown
        them.
    """

    def __init__(
        self,
        draw: Callable[..., Axes],
        describe: Callable[..., str],
        controls: Mapping[str, Control],
    ) -> None:
        self.controls = dict(controls)
        self.sliders: dict[str, Any] = {}
        self.boxes: dict[str, Any] = {}
        self._draw = draw
        self._describe = describe

    def picture(self, **values: float) -> Picture:
        """Draw the figure for some values, and the start values of the other controls."""
        if unknown := set(values) - set(self.controls):
            raise TypeError(f"expected values for {list(self.controls)}, got {sorted(unknown)}")
        values = {name: values.get(name, control.start) for name, control in self.controls.items()}
        picture = show(self._draw(**values), self._describe(**values))
        settings = [f"{self.controls[name].label} = {x:.6g}" for name, x in values.items()]
        caption = f"Drawn for {', '.join(settings)}."
        return _Figure(picture.png, picture.alt, picture.width, caption)

    def _ipython_display_(self) -> None:
        from IPython.display import display

        figure = self.picture()
        if box := self._box():
            note = f'<p style="margin:4px 0">{html.escape(STATIC_NOTE)}</p>'
            display({**box._repr_mimebundle_(), "text/html": note}, raw=True)
        handle = display(figure, display_id=True)

        def redraw(change: Any) -> None:
            if handle is not None:
                handle.update(self.picture(**self._values()))

        for slider in self.sliders.values():
            slider.observe(redraw, names="value")

    def __repr__(self) -> str:
        return repr(self.picture())

    def _box(self) -> Any:
        """Make the controls, one below the other; None where ipywidgets is missing."""
        try:
            widgets = importlib.import_module("ipywidgets")
        except ImportError:
            return None
        # Labels of one width, so that boxes below each other line up: about 0.65 em a letter.
        width = 1 + 0.65 * max(len(control.label) for control in self.controls.values())
        self.sliders = {name: _slider(widgets, c) for name, c in self.controls.items()}
        self.boxes = {name: _box(widgets, c, width) for name, c in self.controls.items()}
        rows = []
        for slider, box in zip(self.sliders.values(), self.boxes.values(), strict=True):
            widgets.link((slider, "value"), (box, "value"))
            rows.append(widgets.HBox([box, slider], layout={"flex_flow": "row wrap"}))
        return widgets.VBox(rows)

    def _values(self) -> dict[str, float]:
        return {name: self.controls[name].read(s.value) for name, s in self.sliders.items()}


def explore(
    draw: Callable[..., Axes],
    describe: Callable[..., str],
    **controls: tuple[float, float, float, float],
) -> Explorer:
    """Show a figure with sliders that redraw it.

    Parameters
    ----------
    draw
        Takes a value for each control, by name, and gives axes of a new figure.
    describe
        Takes the same, and gives the words for those who do not see the figure.
    controls
        For each its low end, high end, step and start. A control of whole numbers gives whole
        numbers.

    Returns
    -------
    Explorer
        To be the last line of a cell. The figure is redrawn when a slider is let go or moved by a
        key, or a number typed into the box beside it; where there are no sliders, it stays as
        drawn for the start values.

    Raises
    ------
    TypeError, ValueError
        If there are no controls, or one is not four numbers of which low <= start <= high and
        0 < step <= high - low.

    Examples
    --------
    >>> from imbalance_lessons.plots import new_axes
    >>> explore(
    ...     lambda threshold: new_axes(),
    ...     lambda threshold: f"Empty axes at {threshold}.",
    ...     threshold=(0.0, 1.0, 0.1, 0.5),
    ... )
    [Figure: Empty axes at 0.5.] Drawn for threshold = 0.5.
    """
    if not controls:
        raise TypeError("controls: expected at least one, got none")
    made = {}
    for name, ends in controls.items():
        if not isinstance(ends, tuple | list) or len(ends) != 4:
            raise TypeError(f"{name}: expected low, high, step and start, got {ends!r}")
        made[name] = Control(name, *ends)
    return Explorer(draw, describe, made)


def _range(control: Control) -> dict[str, Any]:
    """Give what a slider and its box have in common; both wait until the change is made."""
    return {
        "value": control.start,
        "min": control.low,
        "max": control.high,
        "step": control.step,
        "continuous_update": False,
    }


def _slider(widgets: Any, control: Control) -> Any:
    """Make a slider that can be moved by keys, and waits until it is let go."""
    kind = widgets.IntSlider if control.whole else widgets.FloatSlider
    return kind(
        **_range(control),
        readout_format="d" if control.whole else f".{_digits(control.step)}f",
        layout={"width": "min(26em, 95%)"},
    )


def _box(widgets: Any, control: Control, width: float) -> Any:
    """Make a box to type the number into, with a label of a width in em.

    The label is also the box's name. ipywidgets has no way to name a slider's handle, so whoever
    listens to a screen reader needs the box.
    """
    kind = widgets.BoundedIntText if control.whole else widgets.BoundedFloatText
    return kind(
        **_range(control),
        description=control.label,
        style={"description_width": f"{width}em"},
        layout={"width": f"{width + 7}em"},
    )


def _digits(step: float) -> int:
    """Count the digits behind the point that a step needs: 2 for 0.25."""
    return next((n for n in range(10) if math.isclose(round(step, n), step)), 10)
