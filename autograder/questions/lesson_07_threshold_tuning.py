"""The questions of lesson 07 on applying a threshold and on the best F-beta."""

from __future__ import annotations

import numpy as np

from autograder.engine.question import Case, Question, read_value
from autograder.questions.scored import draw_scored, rename, scored_case


def draw_applications(rng: np.random.Generator) -> list[Case]:
    """Draw scores, and thresholds that are one of them or lie in between."""

    def scores(samples: int, ends: tuple[float, float] = (0.0, 1.0)) -> np.ndarray:
        return draw_scored(rng, samples - 2, 2, ends=ends)[1]

    few, many, logits, tied = scores(8), scores(60), scores(20, (-4.0, 4.0)), scores(15)
    tied[rng.permutation(15)[:4]] = tied[0]
    return [
        Case("a list", {"scores": few.tolist(), "threshold": round(rng.uniform(0.2, 0.8), 4)}),
        Case("an array", {"scores": many, "threshold": float(rng.choice(many))}),
        Case(
            "a tensor of logits",
            {"scores": logits, "threshold": float(rng.choice(logits))},
            tensors=("scores",),
        ),
        Case("several scores at the threshold", {"scores": tied, "threshold": float(tied[0])}),
        Case("a threshold that nobody reaches", {"scores": few, "threshold": 1.5}),
        Case("a threshold that everybody reaches", {"scores": few.tolist(), "threshold": 0.0}),
    ]


apply_threshold = Question(
    name="apply_threshold",
    points=1,
    public=[
        Case("a list", {"scores": [0.2, 0.9, 0.4, 0.6], "threshold": 0.3}),
        Case(
            "a score at the threshold",
            {"scores": np.array([0.5, 0.25, 0.75, 0.5, 0.1]), "threshold": 0.5},
        ),
        Case(
            "a tensor of logits",
            {"scores": [-1.5, 2.0, -0.25, 0.4], "threshold": -0.25},
            tensors=("scores",),
        ),
        Case("infinity flags nobody", {"scores": [0.2, 0.9, 1.0], "threshold": float("inf")}),
    ],
    draw=draw_applications,
)


def draw_f_searches(rng: np.random.Generator) -> list[Case]:
    """Draw searches: rare positives, ties, logits, small scores, other betas and classes."""
    other, scores = draw_scored(rng, 40, 7)
    positive = int(rng.integers(2, 5))
    return [
        scored_case("a rare class", "list", *draw_scored(rng, 60, 6)),
        scored_case("scores that tie", "array", *draw_scored(rng, 40, 10, levels=6)),
        scored_case("a tensor of logits", "tensor", *draw_scored(rng, 50, 8, ends=(-4.0, 3.0))),
        scored_case("scores that are all small", "array", *draw_scored(rng, 80, 8, ends=(0, 0.09))),
        scored_case("scores that tell little", "list", *draw_scored(rng, 40, 12, shift=0.1)),
        scored_case("recall counts more", "array", *draw_scored(rng, 50, 9, shift=1.0), beta=2.0),
        scored_case(
            "precision counts more", "tensor", *draw_scored(rng, 40, 12, shift=1.0), beta=0.5
        ),
        scored_case(
            "another positive class",
            "bytes",
            rename(rng, other, (0, 1), positive),
            scores,
            positive=positive,
        ),
    ]


best_f_threshold = Question(
    name="best_f_threshold",
    points=3,
    public=[
        Case(
            "five samples",
            {"y_true": [0, 0, 1, 0, 1], "scores": [0.1, 0.2, 0.3, 0.4, 0.65]},
        ),
        Case(
            "small scores, and a negative has the highest",
            {
                "y_true": np.array([0, 1, 0, 1, 0, 0, 1, 0, 0, 0]),
                "scores": np.array([9, 8.1, 1, 5.3, 6, 5.2, 4.6, 3, 0.5, 2]) / 100,
            },
            shown="best_f_threshold(array([0, 1, 0, 1, 0, 0, 1, 0, 0, 0]), "
            "array([.09, .081, .01, .053, .06, .052, .046, .03, .005, .02]))",
        ),
        Case(
            "scores that tie",
            {
                "y_true": [1, 0, 0, 1, 0, 1, 0, 0],
                "scores": [0.7, 0.7, 0.7, 0.45, 0.45, 0.7, 0.2, 0.7],
            },
            tensors=("y_true", "scores"),
        ),
        Case(
            "recall counts three times as much",
            {
                "y_true": [1, 0, 0, 1, 0, 0, 0, 1, 0, 0],
                "scores": [0.97, 0.9, 0.8, 0.75, 0.6, 0.5, 0.45, 0.35, 0.25, 0.15],
            },
            {"beta": 3},
        ),
        Case(
            "precision counts twice as much",
            {
                "y_true": [1, 0, 0, 1, 0, 0, 0, 1, 0, 0],
                "scores": [0.97, 0.9, 0.8, 0.75, 0.6, 0.5, 0.45, 0.35, 0.25, 0.15],
            },
            {"beta": 0.5},
        ),
        Case(
            "logits, and another positive class",
            {
                "y_true": np.array([0, 2, 1, 2, 1, 0, 2]),
                "scores": np.array([-3.5, 1.25, -1.0, 0.5, 0.75, -2.0, -0.5]),
            },
            {"positive": 2},
        ),
    ],
    draw=draw_f_searches,
)

# A network was trained on payments of which 1% are fraud. On the validation data it finds 10% of
# the frauds at the threshold 0.5. Its average precision there is 0.45; a guess has 0.01. What do
# you do first?
#   A. Train it again with class weights: a recall of 10% shows that it has not learned what fraud
#      looks like.
#   B. Choose another threshold on the validation data: the network ranks well, and 0.5 is only a
#      default.
#   C. Choose the threshold that gives the best F1 on the test set, since that is where the model
#      will be judged.
#   D. Leave it as it is: a lower threshold would raise the recall, but lower the average precision.
#   E. Raise the threshold: the network then flags only what it is sure of, and so finds more fraud.
#   F. Set the threshold to 0.01, the share of fraud: that is where F1 is best if the probabilities
#      are calibrated.
quick_check_threshold = Question(
    name="quick_check_threshold",
    points=1,
    public=[Case("the letter you chose")],
    call=read_value,
)
