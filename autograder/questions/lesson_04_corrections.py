"""The questions of lesson 04 on what a correction does to a model's answers."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograder.engine.question import Case, Question, read_entry, read_value


def draw_corrections(rng: np.random.Generator) -> list[Case]:
    """Draw probabilities, also at both ends, and factors above and below 1."""

    def case(label: str, form: str, p: Any, factor: float) -> Case:
        p = np.round(p, 4)
        inputs = {"probabilities": p.tolist() if form == "list" else p, "factor": round(factor, 3)}
        return Case(label, inputs, tensors=("probabilities",) if form == "tensor" else ())

    small = rng.uniform(0.001, 0.1, 4)
    ends = rng.permutation(np.append(rng.uniform(0.1, 0.9, 3), [0, 1]))
    return [
        case("small probabilities, as a list", "list", small, rng.uniform(20, 200)),
        case("an array", "array", rng.uniform(0.05, 0.95, 6), rng.uniform(2, 9)),
        case("a factor below 1", "tensor", rng.uniform(0.3, 0.99, 5), rng.uniform(0.01, 0.3)),
        case("certain answers among others", "array", ends, rng.uniform(3, 30)),
    ]


corrected_probabilities = Question(
    name="corrected_probabilities",
    points=2,
    public=[
        Case("one in a hundred", {"probabilities": np.array([0.01]), "factor": 99}),
        Case("several", {"probabilities": [0.001, 0.05, 0.3, 0.5], "factor": 19}),
        Case("certain answers", {"probabilities": np.array([0.0, 0.25, 1.0]), "factor": 3}),
        Case(
            "back again, with a tensor",
            {"probabilities": [0.5, 0.9, 0.99], "factor": 0.25},
            tensors=("probabilities",),
        ),
    ],
    draw=draw_corrections,
)

# One sample in 50 is positive. A model that knows the prevalence and nothing else gives every
# sample 0.02. What does it give, trained with "square_root": inverse-square-root weights; "both":
# inverse-frequency weights and a balanced sampler; "both_square_root": inverse-square-root weights
# and a sampler that draws by them? "threshold": above which probability must the untouched model
# flag, to decide as the model with inverse-frequency weights does at 0.5?
double_correction = Question(
    name="double_correction",
    points=1,
    public=[
        Case(f"the entry {key}", {"key": key}, shown=f'double_correction["{key}"]')
        for key in ("square_root", "both", "both_square_root", "threshold")
    ],
    call=read_entry,
)

# A model for 1% positives is trained twice, without weights and with inverse-frequency weights. The
# ROC-AUC is 0.85 both times. At a threshold of 0.5, recall rises from 0.01 to 0.77. What follows?
#   A. The weights taught the model to tell the classes apart better: it now finds what it could
#      not find before.
#   B. With the weights, its probabilities are closer to the true ones: the positives are no longer
#      underrated.
#   C. A balanced sampler on top of the weights will lift the balanced accuracy at 0.5 once more.
#   D. Accuracy has risen as well, since a sample of the rare class now counts 99 times.
#   E. Without weights, a threshold near 0.01 finds about as many positives, with about as many
#      false alarms.
#   F. The gain depends on the scale of the weights: ten times larger ones would find more
#      positives still.
quick_check_weights = Question(
    name="quick_check_weights",
    points=1,
    public=[Case("the letter you chose")],
    call=read_value,
)
