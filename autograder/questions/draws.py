"""What the questions of several lessons draw: class sizes, labels, and the forms labels come in."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import numpy as np

from autograder.engine.question import Case

Form = Literal["list", "array", "bytes", "tensor"]


def draw_sizes(rng: np.random.Generator, classes: int, low: int = 1, high: int = 30) -> np.ndarray:
    """Draw as many class sizes from `low` up to `high`, no two of them equal."""
    return rng.permutation(np.arange(low, high + 1))[:classes]


def draw_labels(rng: np.random.Generator, sizes: Sequence[int] | np.ndarray) -> np.ndarray:
    """Put ``sizes[c]`` labels of each class c in random order."""
    return rng.permutation(np.repeat(np.arange(len(sizes)), sizes))


def labels_case(label: str, form: Form, inputs: dict[str, np.ndarray], **options: Any) -> Case:
    """Make a case whose labels come as a list, an array (of int64 or uint8) or a tensor."""
    tensors = tuple(inputs) if form == "tensor" else ()
    inputs = {name: _in_form(labels, form) for name, labels in inputs.items()}
    return Case(label, inputs, options, tensors)


def _in_form(labels: np.ndarray, form: Form) -> Any:
    if form == "list":
        return labels.tolist()
    return labels.astype(np.uint8 if form == "bytes" else np.int64)
