"""A bar that shows how far a loop is.

In a terminal it is rich's. In a notebook rich draws into an output widget, and a program that runs
notebooks by nbclient, as nbgrader's Validate does, then now and then misses that a cell is done and
waits until its time limit is over (with nbclient 0.11 and jupyter_client 8.10: 3 of 40 cells). So
there the bar is an ordinary output that is replaced in place, and which also stays in a page.
"""

from __future__ import annotations

import html
import time
from collections.abc import Iterable, Iterator, Sized
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TypeVar

__all__ = ["track", "tracked"]

T = TypeVar("T")
SECONDS_BETWEEN = 0.1  # a loop of thousands is not held up by its bar


def track(
    items: Iterable[T], description: str = "Working", total: int | None = None
) -> Iterator[T]:
    """Give the items of a loop, and show how many are done.

    Parameters
    ----------
    items
        What the loop goes over.
    description
        What to write before the bar.
    total
        How many there are, where `items` has no length.

    Yields
    ------
    T
        Each item.
    """
    with tracked(items, description, total) as counted:
        yield from counted


@contextmanager
def tracked(
    items: Iterable[T], description: str = "Working", total: int | None = None
) -> Iterator[Iterable[T]]:
    """Do as `track` does, with a bar that ends with the block, however the loop is left.

    Parameters
    ----------
    items, description, total
        As for `track`.

    Yields
    ------
    Iterable
        The items, once.
    """
    from rich.console import Console
    from rich.progress import Progress

    if total is None and isinstance(items, Sized):
        total = len(items)
    if Console().is_jupyter:
        yield _drawn(items, description, total)
    else:
        with Progress() as bars:
            yield bars.track(items, total, description=description)


@dataclass(frozen=True)
class Bar:
    """A bar as a notebook shows it.

    Attributes
    ----------
    description
        What is counted.
    done
        How many are done.
    total
        How many there are, if that is known.
    left
        For how many seconds it will go on; 0 if that is not known.
    """

    description: str
    done: int
    total: int | None
    left: float = 0.0

    def __repr__(self) -> str:
        return f"{self.description}: {self._count}"

    def _repr_html_(self) -> str:
        value = "" if self.total is None else f' max="{self.total}" value="{self.done}"'
        description = html.escape(self.description)
        return f"<label>{description} <progress{value}></progress> {self._count}</label>"

    @property
    def _count(self) -> str:
        of_all = "" if self.total is None else f" of {self.total}"
        left = f", about {self.left:.0f} s left" if self.left >= 1 else ""
        return f"{self.done}{of_all}{left}"


def _drawn(items: Iterable[T], description: str, total: int | None) -> Iterator[T]:
    """Give the items, and keep a bar in the cell's output up to date."""
    from IPython.display import DisplayHandle

    shown = DisplayHandle()
    shown.display(Bar(description, 0, total))
    started = last = time.monotonic()
    done = 0
    for done, item in enumerate(items, 1):
        yield item
        now = time.monotonic()
        if now - last >= SECONDS_BETWEEN and done != total:
            left = 0.0 if total is None else (now - started) / done * (total - done)
            shown.update(Bar(description, done, total, left))
            last = now
    shown.update(Bar(description, done, total))
