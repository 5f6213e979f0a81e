"""Time several ways to do the same work, by turns, and compare their medians."""

from __future__ import annotations

import gc
import importlib
import math
import os
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

BUDGET = 6.0
"""Seconds that one row may take, once each contender has had its least number of turns."""

SHORTEST = 0.03
"""Seconds that a turn takes at least: shorter work is repeated within it."""


@dataclass(frozen=True)
class Contender:
    """One way to do the work.

    Attributes
    ----------
    name
        What the table calls it.
    run
        Does the work once. What it returns is kept only for `Work.check`.
    own
        Whether it is a second way of this project, and not a peer.
    clocked
        Whether `run` gives the seconds that it took; otherwise the call is timed.
    """

    name: str
    run: Callable[[], Any]
    own: bool = False
    clocked: bool = False


@dataclass(frozen=True)
class Reach:
    """What a row is to reach: at most so many times as long as a contender.

    Attributes
    ----------
    most
        The largest ratio of medians, ours to theirs, that will do.
    against
        A contender's name; None for the fastest of the peers that took part.
    """

    most: float
    against: str | None = None

    def __str__(self) -> str:
        return f"at most {self.most:.3g} x {self.against or 'the fastest peer'}"


@dataclass(frozen=True)
class Work:
    """A row of the table.

    Attributes
    ----------
    what, size
        The work, and how much of it: as the table says it.
    make
        Makes the contenders, ours first, and the data that they share.
    reaches
        What is to be reached; none: the row is there to be read.
    check
        Takes what each contender gave, by name, and raises if that is not the same.
    threads
        How many to use.
    amount
        The size as a number; of two rows of the same work, `growth` compares the times.
    skipped
        Why a contender takes no part, by name.
    reason
        Why a reach is missed, if it is and the reason is known.
    least, most_turns
        How many turns each contender gets.
    """

    what: str
    size: str
    make: Callable[[], list[Contender]]
    reaches: tuple[Reach, ...] = ()
    check: Callable[[dict[str, Any]], None] | None = None
    threads: int = 1
    amount: float = 0
    skipped: dict[str, str] = field(default_factory=dict)
    reason: str = ""
    least: int = 3
    most_turns: int = 15


@dataclass(frozen=True)
class Verdict:
    """What became of a reach: the ratio that was measured, NaN where nobody was there."""

    reach: Reach
    ratio: float

    @property
    def met(self) -> bool:
        """Whether the ratio is small enough."""
        return self.ratio <= self.reach.most


@dataclass(frozen=True)
class Outcome:
    """What a row gave.

    Attributes
    ----------
    work
        The row.
    seconds
        Those of every turn, by contender, ours first.
    own
        Which contenders are no peers.
    others
        How much of the machine's cores other processes had meanwhile, from 0 to 1.
    """

    work: Work
    seconds: dict[str, list[float]]
    own: frozenset[str] = frozenset()
    others: float = 0.0

    @property
    def medians(self) -> dict[str, float]:
        """The median of each contender's seconds."""
        return {name: statistics.median(turns) for name, turns in self.seconds.items()}

    @property
    def ours(self) -> float:
        """Our median."""
        return next(iter(self.medians.values()))

    @property
    def ratios(self) -> dict[str, float]:
        """Our median divided by that of each other contender: below 1 we are faster."""
        return {name: self.ours / median for name, median in list(self.medians.items())[1:]}

    @property
    def verdicts(self) -> list[Verdict]:
        """What became of each reach."""
        return [Verdict(reach, self._ratio(reach)) for reach in self.work.reaches]

    def _ratio(self, reach: Reach) -> float:
        if reach.against is not None:
            return self.ratios.get(reach.against, math.nan)
        peers = [ratio for name, ratio in self.ratios.items() if name not in self.own]
        return max(peers, default=math.nan)


def measure(work: Work, budget: float = BUDGET) -> Outcome:
    """Let the contenders of a row take turns, once each has shown what it gives and how fast."""
    with threads(work.threads), _frozen():
        contenders = work.make()
        given = {contender.name: contender.run() for contender in contenders}
        if work.check is not None:
            work.check(given)
        del given
        loops, takes = {}, 0.0
        for contender in contenders:
            loops[contender.name], seconds_a_turn = _loops(contender)
            takes += seconds_a_turn
        turns = min(work.most_turns, max(work.least, int(budget / takes)))
        seconds: dict[str, list[float]] = {c.name: [] for c in contenders}
        before = _used()
        for turn in range(turns):
            # Nobody goes first every time: what ran before leaves the caches to the next.
            for i in range(len(contenders)):
                contender = contenders[(i + turn) % len(contenders)]
                seconds[contender.name].append(_turn(contender, loops[contender.name]))
        others = _share_of_others(before, _used())
    return Outcome(work, seconds, frozenset(c.name for c in contenders if c.own), others)


def _loops(contender: Contender) -> tuple[int, float]:
    """Find how often to repeat the work in a turn, for the clock, and how long that takes."""
    loops = 1
    while (takes := loops * _turn(contender, loops)) < SHORTEST and not contender.clocked:
        loops *= 2
    return loops, takes


def _turn(contender: Contender, loops: int) -> float:
    """Time a contender, without the collector of garbage running in between."""
    gc.collect()
    gc.disable()
    try:
        if contender.clocked:
            return float(contender.run())
        if loops > 1:
            contender.run()  # others have had the caches
        start = time.perf_counter()
        for _ in range(loops):
            contender.run()
        return (time.perf_counter() - start) / loops
    finally:
        gc.enable()


def _used() -> tuple[float, float, float]:
    """Give the seconds of all cores so far: at work, at work for this process, and in all."""
    import psutil  # type: ignore[import-untyped]

    times = psutil.cpu_times()
    guests = getattr(times, "guest", 0) + getattr(times, "guest_nice", 0)  # in user and nice, too
    idle = times.idle + getattr(times, "iowait", 0)
    whole = sum(times) - guests
    return whole - idle, time.process_time(), whole


def _share_of_others(
    before: tuple[float, float, float], after: tuple[float, float, float]
) -> float:
    """Work out from two readings of `_used` how much of the cores other processes had."""
    busy, own, whole = (b - a for a, b in zip(before, after, strict=True))
    return min(1.0, max(0.0, (busy - own) / whole)) if whole > 0 else 0.0


@contextmanager
def _frozen() -> Iterator[None]:
    """Spare the collector of garbage what is there already, PyTorch above all."""
    gc.collect()
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()


def growth(smaller: Outcome, larger: Outcome) -> tuple[float, float]:
    """Tell how many times as much work it is, and how many times as long it takes."""
    return larger.work.amount / smaller.work.amount, larger.ours / smaller.ours


@contextmanager
def threads(number: int) -> Iterator[None]:
    """Let PyTorch and the numerical libraries use so many threads, and put that back afterwards."""
    import torch
    from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

    before = torch.get_num_threads()
    torch.set_num_threads(number)
    try:
        with threadpool_limits(number):
            yield
    finally:
        torch.set_num_threads(before)


def cores() -> int:
    """Count the processor's cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def peer(module: str, package: str) -> tuple[Any, str]:
    """Import a peer: gives it and "", or None and the reason why it takes no part."""
    try:
        return importlib.import_module(module), ""
    except ImportError as error:
        return None, f"{package} cannot be imported ({error}): pip install -e '.[bench]'"
