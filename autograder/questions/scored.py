"""What the questions about scores draw: labels with scores that know something of them."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograder.engine.question import Case
from autograder.questions.draws import Form, draw_labels

STEPS = 1000


def draw_scored(
    rng: np.random.Generator,
    negatives: int,
    positives: int,
    shift: float = 1.2,
    levels: int | None = None,
    ends: tuple[float, float] = (0.0, 1.0),
) -> tuple[np.ndarray, np.ndarray]:
    """Draw labels, and scores that lie higher for positives by `shift` standard deviations.

    The scores are different multiples of a thousandth of the way between the `ends`, so that
    single precision tells them apart; with `levels`, so many different ones that all samples share.
    """
    labels = draw_labels(rng, [negatives, positives])
    ranks = np.argsort(np.argsort(rng.normal(size=len(labels)) + shift * labels))
    if levels is not None:
        ranks = ranks * levels // len(labels)
    values = np.sort(rng.choice(np.arange(1, STEPS), ranks.max() + 1, replace=False)) / STEPS
    low, high = ends
    return labels, np.round(low + (high - low) * values[ranks], 6)


def rename(
    rng: np.random.Generator, labels: np.ndarray, negatives: tuple[int, ...], positive: int
) -> np.ndarray:
    """Call the positives `positive`, and each negative one of the `negatives`."""
    return np.where(labels == 1, positive, rng.choice(negatives, len(labels)))


def scored_case(
    label: str, form: Form, labels: np.ndarray, scores: np.ndarray, *rest: Any, **options: Any
) -> Case:
    """Make a case of labels and scores, and further positional arguments."""
    tensors = ("y_true", "scores") if form == "tensor" else ()
    inputs: dict[str, Any] = {"y_true": labels, "scores": scores}
    if form == "list":
        inputs = {name: values.tolist() for name, values in inputs.items()}
    if form == "bytes":
        inputs["y_true"] = labels.astype(np.uint8)
    inputs |= {f"rest_{i}": value for i, value in enumerate(rest)}
    return Case(label, inputs, options, tensors)
