"""Asking functions that draw at random: with a seed, with several, with a sampler's epochs."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import islice
from typing import Any

import numpy as np

from autograder.engine.plain import is_tensor

NO_SAMPLERS = (str, bytes, dict, list, tuple, set, frozenset, np.ndarray)


def ask_with_seeds(
    function: Callable[..., Any], *inputs: Any, seeds: list[int] | None = None, **options: Any
) -> Any:
    """Ask once; or once with each of several seeds, and give back all the answers."""
    if seeds is None:
        return function(*inputs, **options)
    return [function(*inputs, **options, seed=seed) for seed in seeds]


def ask_for_epochs(
    function: Callable[..., Any],
    labels: Any,
    epochs: int,
    seed: int | None = None,
    again: bool = False,
    **options: Any,
) -> Any:
    """Ask for a sampler and draw some epochs with it: row numbers, an epoch a row.

    Parameters
    ----------
    function, labels, options
        What makes the sampler, and what it gets.
    epochs
        How many times the sampler is run through.
    seed
        Hand over a generator with this seed; None for none.
    again
        Ask for a second sampler, with a generator that starts from the same seed, and for a third
        whose generator starts from another; put their epochs below those of the first.

    Returns
    -------
    object
        An array, or lists where epochs differ in length; or what came, if it is no sampler.
    """
    import torch

    drawn: list[list[int]] = []
    for run in range(3 if again else 1):
        if seed is not None:
            options["generator"] = torch.Generator().manual_seed(seed + (run == 2))
        with global_seed(run):
            sampler = function(labels, **options)
            rows = draw(sampler, epochs, limit=10 * len(labels) + 100)
        if rows is None:
            return sampler
        drawn += rows
    same_length = len({len(row) for row in drawn}) == 1
    return np.array(drawn, dtype=np.int64) if same_length else drawn


def draw(sampler: Any, epochs: int, limit: int) -> list[list[int]] | None:
    """Run through a sampler some times, each at most to a limit; None if it is no sampler."""
    kind = type(sampler)  # asking the object itself would run a student's code
    if issubclass(kind, NO_SAMPLERS) or is_tensor(sampler):
        return None
    if not hasattr(kind, "__iter__"):
        return None
    rows = [list(islice(sampler, limit)) for _ in range(epochs)]
    try:
        return [[operator.index(number) for number in row] for row in rows]
    except TypeError:  # something else than row numbers
        return None


@contextmanager
def global_seed(seed: int) -> Iterator[None]:
    """Let random draws of PyTorch start from a seed, and put its state back afterwards.

    On the CPU, where the cases are. `torch.manual_seed` would seed every other kind of device too,
    and where there is none it keeps the call, with a stack trace, for one that may come: 7 ms.
    """
    import torch

    with torch.random.fork_rng(devices=[]):
        torch.default_generator.manual_seed(seed)
        yield
