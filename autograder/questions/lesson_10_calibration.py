"""The questions of lesson 10, calibration: skill, reliability, and reading a diagram."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from autograder.engine.plain import is_tensor, tensor_to_array
from autograder.engine.question import Case, Question, read_entry, read_value
from autograder.questions.draws import Form, draw_labels

STEPS = 1000


def draw_forecast(
    rng: np.random.Generator, negatives: int, positives: int, low: float = 0.0, high: float = 1.0
) -> tuple[np.ndarray, np.ndarray]:
    """Draw labels, and different probabilities that lie higher for most positives.

    They are odd multiples of a 2000th of the way from `low` to `high`, so that they are neither 0
    nor 1, nor on the edge of a bin between 0 and 1.
    """
    labels = draw_labels(rng, [negatives, positives])
    ranks = np.argsort(np.argsort(rng.normal(size=len(labels)) + 1.5 * labels))
    steps = np.sort(rng.choice(STEPS, len(labels), replace=False))[ranks]
    return labels, np.round(low + (high - low) * (steps + 0.5) / STEPS, 6)


def forecast_case(
    label: str, form: Form, labels: np.ndarray, probabilities: np.ndarray, **options: Any
) -> Case:
    """Make a case of labels and probabilities, as lists, arrays or tensors."""
    inputs: dict[str, Any] = {"y_true": labels, "y_prob": probabilities}
    tensors = tuple(inputs) if form == "tensor" else ()
    if form == "list":
        inputs = {name: values.tolist() for name, values in inputs.items()}
    if form == "bytes":
        inputs["y_true"] = labels.astype(np.uint8)
    return Case(label, inputs, options, tensors)


def draw_skills(rng: np.random.Generator) -> list[Case]:
    """Draw forecasts of rare and common positives, good and bad ones, with and without a rate."""

    def sizes(low: int, high: int) -> tuple[int, int]:
        return int(rng.integers(20, 40)), int(rng.integers(low, high))

    rate = round(float(rng.uniform(0.01, 0.15)), 3)
    too_high = draw_forecast(rng, *sizes(2, 4), low=0.3)
    return [
        forecast_case("a list", "list", *draw_forecast(rng, *sizes(4, 9))),
        forecast_case("an array", "array", *draw_forecast(rng, *sizes(8, 30))),
        forecast_case("small probabilities", "tensor", *draw_forecast(rng, *sizes(2, 5), high=0.3)),
        forecast_case("probabilities that are too high", "array", *too_high),
        forecast_case("labels as bytes", "bytes", *draw_forecast(rng, *sizes(3, 9))),
        forecast_case("a low rate", "array", *draw_forecast(rng, *sizes(6, 15)), base_rate=rate),
        forecast_case(
            "a high rate",
            "list",
            *draw_forecast(rng, *sizes(6, 15)),
            base_rate=round(1 - 2 * rate, 3),
        ),
    ]


forecast_skill = Question(
    name="forecast_skill",
    points=2,
    public=[
        Case("four samples", {"y_true": [0, 0, 1, 0], "y_prob": [0.1, 0.3, 0.8, 0.0]}),
        Case(
            "probabilities that are too high",
            {"y_true": np.array([0, 0, 0, 0, 1]), "y_prob": np.array([0.4, 0.6, 0.3, 0.5, 0.9])},
        ),
        Case("a constant", {"y_true": [0, 1, 0, 0, 1], "y_prob": [0.4, 0.4, 0.4, 0.4, 0.4]}),
        Case(
            "compared with a coin",
            {"y_true": [1, 0, 0, 0, 0], "y_prob": [0.7, 0.1, 0.4, 0.2, 0.1]},
            {"base_rate": 0.5},
            tensors=("y_true", "y_prob"),
        ),
        Case(
            "compared with last year's rate",
            {"y_true": [0, 1, 1, 0, 0, 0], "y_prob": [0.2, 0.6, 0.3, 0.1, 0.5, 0.2]},
            {"base_rate": 0.1},
        ),
    ],
    draw=draw_skills,
)


def ask_for_a_curve(function: Callable[..., Any], *inputs: Any, **options: Any) -> Any:
    """Ask for a curve; put its three parts, in whatever they came, into the rows of an array."""
    curve = function(*inputs, **options)
    try:
        if isinstance(curve, Mapping):
            parts = [curve[name] for name in ("predicted", "observed", "counts")]
        else:
            parts = list(curve)
        rows = np.array([_as_row(part) for part in parts])
    except Exception:  # whatever came, it is not three rows of numbers
        return curve
    return rows if rows.ndim == 2 and len(rows) == 3 else curve


def _as_row(part: Any) -> np.ndarray:
    if is_tensor(part):
        return tensor_to_array(part).astype(float)
    return np.array([float(value) for value in part])


def draw_curves(rng: np.random.Generator) -> list[Case]:
    """Draw forecasts whose bins are empty or full, of equal widths or of equal sizes."""
    bins = int(rng.choice([4, 5, 8]))
    ends, at_the_ends = draw_forecast(rng, 14, 6)
    at_the_ends[rng.permutation(20)[:4]] = [0, 1, 1, 0]
    groups = int(rng.choice([3, 4, 5]))
    rare = draw_forecast(rng, groups * 6 - 4, 4, high=0.25)
    again = draw_forecast(rng, 2 * groups + 3, groups + 3 * (groups - 1))
    return [
        forecast_case("ten bins", "array", *draw_forecast(rng, 40, 20)),
        forecast_case("empty bins", "list", *draw_forecast(rng, 9, 4, high=0.55)),
        forecast_case("another number of bins", "tensor", *draw_forecast(rng, 20, 15), bins=bins),
        forecast_case("certain answers among others", "array", ends, at_the_ends, bins=bins),
        forecast_case("bins of equal sizes", "array", *rare, bins=groups, quantiles=True),
        forecast_case("lists, equal sizes", "list", *again, bins=groups, quantiles=True),
    ]


reliability_curve = Question(
    name="reliability_curve",
    points=3,
    public=[
        Case(
            "two bins",
            {"y_true": [0, 0, 1, 1, 0, 1], "y_prob": [0.1, 0.3, 0.6, 0.9, 0.7, 0.2]},
            {"bins": 2},
        ),
        Case(
            "ten bins, most of them empty",
            {
                "y_true": np.array([0, 0, 0, 1, 0, 1, 1]),
                "y_prob": np.array([0.02, 0.06, 0.33, 0.36, 0.08, 0.97, 0.04]),
            },
        ),
        Case(
            "certain answers, with tensors",
            {"y_true": [0, 1, 0, 1, 1, 0], "y_prob": [0.0, 1.0, 0.1, 0.6, 0.9, 0.0]},
            {"bins": 4},
            tensors=("y_true", "y_prob"),
        ),
        Case(
            "bins of equal sizes",
            {
                "y_true": [0, 1, 0, 0, 0, 1, 0, 0, 1],
                "y_prob": [0.01, 0.22, 0.03, 0.02, 0.05, 0.06, 0.09, 0.11, 0.41],
            },
            {"bins": 3, "quantiles": True},
        ),
    ],
    draw=draw_curves,
    call=ask_for_a_curve,
)

# Four reliability diagrams, A to D, with the same promises: 0.1, 0.3, 0.5, 0.7 and 0.9, each given
# to 1000 samples. What came:
#   A. 0.22, 0.36, 0.50, 0.64, 0.78 (an overfitted network: too sure of itself);
#   B. 0.01, 0.05, 0.10, 0.20, 0.50 (trained on classes made equal, used where 1 in 10 is positive);
#   C. 0.11, 0.29, 0.51, 0.69, 0.90 (calibrated);
#   D. 0.00, 0.10, 0.50, 0.90, 1.00 (focal loss: not sure enough).
# "positives_of_100": of 100 samples to which B gives 0.9, how many are positive? "flag_from": a
# missed positive costs 4 times as much as a false alarm, and B is used as it is; from which of the
# five promises on should be flagged?
diagram_reading = Question(
    name="diagram_reading",
    points=2,
    public=[
        Case(f"the entry {key}", {"key": key}, shown=f'diagram_reading["{key}"]')
        for key in (
            "calibrated",
            "balanced_training",
            "overfitted",
            "focal_loss",
            "positives_of_100",
            "flag_from",
        )
    ],
    call=read_entry,
)

# A model was trained with weights that make fraud count as much as all other payments, of which 2%
# are fraud. On new payments its mean probability is 0.30 and its ROC-AUC 0.86. You correct its
# probabilities from a share of 0.5 to one of 0.02. What follows?
#   A. The ROC-AUC rises, because the probabilities are right now.
#   B. The order of the payments is the same, and a threshold of 0.02 now flags those that 0.5
#      flagged before.
#   C. At a threshold of 0.5 the same payments are flagged as before, since the order is the same.
#   D. The Brier score stays as it is, because it depends on the order alone.
#   E. The mean probability is now 0.006, which is 0.02 times 0.30.
#   F. Nothing: a model trained with weights has lost its probabilities for good and has to be
#      trained again without them.
quick_check_calibration = Question(
    name="quick_check_calibration",
    points=1,
    public=[Case("the letter you chose")],
    call=read_value,
)
