"""The judge of lesson 10 on the skill of probabilities."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np

from autograder.engine.judge import Judge, Misconception
from autograder.judges.scores import as_floats


def exact_score(y_true: Any, said: Any) -> Fraction:
    """Compute the Brier score as a fraction."""
    pairs = zip(y_true, said, strict=True)
    return sum((Fraction(float(p)) - int(y)) ** 2 for y, p in pairs) / Fraction(len(y_true))


def share(y_true: Any) -> Fraction:
    """Compute the share of the positives."""
    return Fraction(sum(int(y) for y in y_true), len(y_true))


def expected_skill(y_true: Any, y_prob: Any, base_rate: float | None = None) -> float:
    """Compute with fractions."""
    constant = share(y_true) if base_rate is None else Fraction(base_rate)
    baseline = sum((constant - int(y)) ** 2 for y in y_true) / Fraction(len(y_true))
    return round(float(1 - exact_score(y_true, y_prob) / baseline), 12)


def brier(y_true: Any, said: Any) -> float:
    """Compute the Brier score of probabilities or of a constant."""
    return float(np.mean((said - as_floats(y_true)) ** 2))


def constant_for(y_true: Any, base_rate: float | None) -> float:
    """Give the constant to compare with."""
    return float(share(y_true)) if base_rate is None else base_rate


def from_scores(combine: Callable[[float, float], float]) -> Callable[..., float]:
    """Make a wrong answer out of the two Brier scores, the model's first."""

    def wrong(y_true: Any, y_prob: Any, base_rate: float | None = None) -> float:
        constant = constant_for(y_true, base_rate)
        return combine(brier(y_true, as_floats(y_prob)), brier(y_true, constant))

    return wrong


def against(baseline: Callable[..., float]) -> Callable[..., float]:
    """Make a wrong answer that compares with another baseline."""

    def wrong(y_true: Any, y_prob: Any, base_rate: float | None = None) -> float:
        return 1 - brier(y_true, as_floats(y_prob)) / baseline(y_true, y_prob, base_rate)

    return wrong


def of_changed(change: Callable[[np.ndarray], Any]) -> Callable[..., float]:
    """Make a wrong answer that scores something else than the probabilities."""

    def wrong(y_true: Any, y_prob: Any, base_rate: float | None = None) -> float:
        baseline = brier(y_true, constant_for(y_true, base_rate))
        return 1 - brier(y_true, change(as_floats(y_prob))) / baseline

    return wrong


def with_distances(y_true: Any, y_prob: Any, base_rate: float | None = None) -> float:
    """Leave out the squares."""
    y, constant = as_floats(y_true), constant_for(y_true, base_rate)
    return float(1 - np.mean(np.abs(as_floats(y_prob) - y)) / np.mean(np.abs(constant - y)))


def of_positives(y_true: Any, y_prob: Any, base_rate: float | None = None) -> float:
    """Score the positives alone."""
    y, constant = as_floats(y_true), constant_for(y_true, base_rate)
    return 1 - brier(y[y == 1], as_floats(y_prob)[y == 1]) / brier(y[y == 1], constant)


forecast_skill = Judge(
    name="forecast_skill",
    expected=expected_skill,
    rtol=1e-5,
    atol=1e-6,
    misconceptions=[
        Misconception(
            "gives the Brier score itself",
            "That is the first half. Next: what is the Brier score of somebody who says the same "
            "number for every sample, and what part of it does the model save?",
            from_scores(lambda score, baseline: score),
        ),
        Misconception(
            "divides the scores and stops there",
            "The ratio says which part of the baseline's error is left. Skill is the part that is "
            "saved: 0 for a model that is as good as the constant.",
            from_scores(lambda score, baseline: score / baseline),
        ),
        Misconception(
            "divides the baseline by the model's score",
            "A good model has a small Brier score, so dividing by it gives huge numbers for good "
            "models. Which of the two scores is what we measure against?",
            from_scores(lambda score, baseline: 1 - baseline / score),
        ),
        Misconception(
            "subtracts the scores without dividing",
            "With rare positives both scores are small, and so is any difference of them. Say "
            "which part of the baseline's score is saved.",
            from_scores(lambda score, baseline: baseline - score),
        ),
        Misconception(
            "subtracts the model's score from 1 and uses no baseline",
            "Where 1 in 100 is positive, this gives 0.99 to a model that knows nothing. Compare "
            "with the Brier score of a constant.",
            from_scores(lambda score, baseline: 1 - score),
        ),
        Misconception(
            "takes the roots of the scores",
            "The Brier score is the mean of the squares, and stays one: take no root before you "
            "compare.",
            from_scores(lambda score, baseline: float(1 - (score / baseline) ** 0.5)),
        ),
        Misconception(
            "cuts the skill off at 0",
            "A model can be worse than a constant, and the skill should say by how much. Let it "
            "be negative.",
            from_scores(lambda score, baseline: max(0.0, 1 - score / baseline)),
        ),
        Misconception(
            "takes distances in place of their squares",
            "Without the square, the best thing to say would be 0 or 1 and never the true "
            "probability. Square the distances of the model and of the constant.",
            with_distances,
        ),
        Misconception(
            "ignores `base_rate`",
            "When the caller names a constant, compare with that one. Only without it do you work "
            "out the share of the positives.",
            against(lambda y_true, y_prob, base_rate: brier(y_true, float(share(y_true)))),
        ),
        Misconception(
            "takes rate times (1 - rate) for the constant's score",
            "That is right only where the constant is the share of the positives in `y_true`. "
            "Another constant has to be scored on the labels, as the model is.",
            against(
                lambda y_true, y_prob, base_rate: (
                    constant_for(y_true, base_rate) * (1 - constant_for(y_true, base_rate))
                )
            ),
        ),
        Misconception(
            "compares with a coin unless it is told otherwise",
            "Nobody would say 0.5 where positives are rare. Which constant is the best one for "
            "these labels?",
            against(
                lambda y_true, y_prob, base_rate: brier(
                    y_true, 0.5 if base_rate is None else base_rate
                )
            ),
        ),
        Misconception(
            "compares with always saying 0",
            "Saying 0 is a constant, but not the best one: its Brier score is the share itself. "
            "Which constant is meant when `base_rate` is None?",
            against(
                lambda y_true, y_prob, base_rate: brier(
                    y_true, 0.0 if base_rate is None else base_rate
                )
            ),
        ),
        Misconception(
            "takes the model's mean probability for the base rate",
            "The mean of `y_prob` is what the model believes. How many positives there are is said "
            "by `y_true`.",
            against(
                lambda y_true, y_prob, base_rate: brier(
                    y_true, as_floats(y_prob).mean() if base_rate is None else base_rate
                )
            ),
        ),
        Misconception(
            "turns the probabilities into yes and no first",
            "Cut off at 0.5, a probability of 0.51 becomes as good as 0.99. Score the "
            "probabilities as they are.",
            of_changed(lambda p: (p >= 0.5).astype(float)),
        ),
        Misconception(
            "takes the probabilities for those of class 0",
            "`y_prob` is the probability of a positive, label 1. A sure and right answer should "
            "add nothing to the score: try one by hand.",
            of_changed(lambda p: 1 - p),
        ),
        Misconception(
            "scores the positives alone",
            "Always saying 1 would be perfect then. The mean is over all samples, positive or not.",
            of_positives,
        ),
    ],
    praise="A score without a baseline is half a sentence. This one brings its baseline along.",
)
