"""Checks of what random draws start from: seeds, generators, numbers of draws.

NumPy's draws start from a `seed`, PyTorch's from a `generator`, as in these two libraries. A seed
of None takes fresh randomness from the operating system and leaves the global state alone; without
a generator, PyTorch draws from its global one, which `torch.manual_seed` sets.
"""

from __future__ import annotations

import reprlib
from typing import TYPE_CHECKING, Any

import numpy as np

from imbalance_lessons.validation import as_integer

if TYPE_CHECKING:
    import torch

__all__ = ["as_draws", "as_generator", "as_rng"]


def as_rng(seed: Any = None, name: str = "seed") -> np.random.Generator:
    """Turn a seed into a source of random numbers.

    Parameters
    ----------
    seed
        A whole number from 0 on, which gives the same numbers every time; None, which does not; or
        a `numpy.random.Generator`, which goes on from where it is.
    name
        What the caller calls this argument; errors use it.

    Returns
    -------
    np.random.Generator
        A new one, or the one that came.

    Raises
    ------
    TypeError
        If `seed` is none of these.
    ValueError
        If it is negative.

    Examples
    --------
    >>> int(as_rng(0).integers(1000)) == int(as_rng(0).integers(1000))
    True
    """
    if seed is None or isinstance(seed, np.random.Generator):
        return np.random.default_rng(seed)
    try:
        return np.random.default_rng(as_integer(seed, name))
    except TypeError:
        raise TypeError(
            f"{name}: expected a whole number, a numpy.random.Generator or None, "
            f"got {reprlib.repr(seed)}"
        ) from None


def as_generator(generator: Any, name: str = "generator") -> torch.Generator | None:
    """Let through what PyTorch's samplers can draw with, and nothing else.

    Parameters
    ----------
    generator
        A `torch.Generator` on the CPU, or None for PyTorch's global one.
    name
        What the caller calls this argument; errors use it.

    Returns
    -------
    torch.Generator or None
        What came.

    Raises
    ------
    TypeError
        If it is neither.
    ValueError
        If it is a generator of another device.

    Notes
    -----
    PyTorch itself complains only when the first batch is drawn, and then not of this argument.

    Examples
    --------
    >>> import torch
    >>> as_generator(torch.Generator().manual_seed(1)).initial_seed()
    1
    """
    import torch

    if generator is not None and not isinstance(generator, torch.Generator):
        raise TypeError(
            f"{name}: expected a torch.Generator or None, got {reprlib.repr(generator)}"
        )
    if generator is not None and generator.device.type != "cpu":
        raise ValueError(f"{name}: expected a generator on the CPU, got {generator.device}")
    return generator


def as_draws(num_samples: Any, available: int, replacement: Any = True) -> int:
    """Turn what a caller asks for into a number of draws.

    Parameters
    ----------
    num_samples
        A whole number from 1 on, or None for as many draws as there are samples.
    available
        The number of samples.
    replacement
        Whether a sample can be drawn more than once.

    Returns
    -------
    int
        The number of draws.

    Raises
    ------
    TypeError
        If `num_samples` is not a whole number, or `replacement` not a boolean.
    ValueError
        If `num_samples` is below 1, or above `available` without replacement.

    Examples
    --------
    >>> as_draws(None, available=10), as_draws(20, available=10)
    (10, 20)
    """
    if not isinstance(replacement, bool):
        raise TypeError(f"replacement: expected True or False, got {reprlib.repr(replacement)}")
    if num_samples is None:
        return available
    draws = as_integer(num_samples, "num_samples", minimum=1)
    if draws > available and not replacement:
        raise ValueError(
            f"num_samples: expected at most {available} draws without replacement, one a sample, "
            f"got {draws}"
        )
    return draws
