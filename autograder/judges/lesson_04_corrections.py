"""The judges of lesson 04 on what a correction does to a model's answers."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

import numpy as np

from autograder.engine.judge import Judge, Misconception


def as_array(probabilities: Any) -> Any:
    """Turn probabilities in any form into float64."""
    return np.asarray(probabilities, dtype=np.float64)


def through_odds(p: float, factor: float) -> float:
    """Multiply the odds, as fractions; infinite odds stay infinite."""
    if p == 1:
        return 1.0
    odds = Fraction(p) / (1 - Fraction(p)) * Fraction(factor)
    return float(odds / (1 + odds))


def log_odds(probabilities: Any) -> Any:
    """Compute log(p / (1 - p)), infinite at both ends."""
    p = as_array(probabilities)
    with np.errstate(divide="ignore"):
        return np.log(p) - np.log1p(-p)


def sigmoid(z: Any) -> Any:
    """Turn log-odds into probabilities."""
    with np.errstate(over="ignore"):
        return 1 / (1 + np.exp(-z))


def corrected(probabilities: Any, factor: float) -> list[float]:
    """Correct one probability after another."""
    return [through_odds(float(p), factor) for p in as_array(probabilities)]


def nan_at_one(probabilities: Any, factor: float) -> list[float]:
    """Divide infinite odds by infinite odds."""
    pairs = zip(as_array(probabilities), corrected(probabilities, factor), strict=True)
    return [math.nan if p == 1 else new for p, new in pairs]


corrected_probabilities = Judge(
    name="corrected_probabilities",
    expected=lambda probabilities, factor: np.array(corrected(probabilities, factor)),
    misconceptions=[
        Misconception(
            "multiplies the probability, not the odds",
            "0.5 times 99 is no probability. Turn p into odds first, multiply these, and turn them "
            "back.",
            lambda probabilities, factor: as_array(probabilities) * factor,
        ),
        Misconception(
            "multiplies the probability and cuts it off at 1",
            "The cut hides that something went wrong: large probabilities all become 1. It is the "
            "odds p / (1 - p) that get the factor.",
            lambda probabilities, factor: np.minimum(as_array(probabilities) * factor, 1),
        ),
        Misconception(
            "gives odds",
            "The new odds are right. A probability p has the odds p / (1 - p): solve that for p, "
            "as the last step.",
            lambda probabilities, factor: [
                p * factor / (1 - p) if p < 1 else math.inf for p in as_array(probabilities)
            ],
        ),
        Misconception(
            "takes the probability for the odds",
            "0.5 has the odds 1, not 0.5. You turn odds back into a probability at the end; the "
            "first step, from p to its odds, is missing.",
            lambda probabilities, factor: (
                as_array(probabilities) * factor / (1 + as_array(probabilities) * factor)
            ),
        ),
        Misconception(
            "divides the odds by the factor",
            "A factor above 1 makes the positive class more likely. With 99, a probability of 0.01 "
            "should rise.",
            lambda probabilities, factor: corrected(probabilities, 1 / factor),
        ),
        Misconception(
            "gives NaN for a probability of 1",
            "A probability of 1 has infinite odds, and infinity divided by infinity is NaN. Write "
            "the new p as one fraction, and multiply both its parts by 1 - p.",
            nan_at_one,
        ),
        Misconception(
            "leaves the probabilities as they are",
            "Both sides got the factor, so it cancels. Only the positive class is weighed: p is "
            "multiplied by the factor, and 1 - p is not.",
            lambda probabilities, factor: as_array(probabilities),
        ),
        Misconception(
            "corrects twice",
            "One correction multiplies the odds once. With a factor of 99, 0.01 should become 0.5.",
            lambda probabilities, factor: corrected(probabilities, factor**2),
        ),
        Misconception(
            "adds the factor to the log-odds",
            "Multiplying odds by 99 adds the logarithm of 99 to their logarithm, not 99 itself.",
            lambda probabilities, factor: sigmoid(log_odds(probabilities) + factor),
        ),
        Misconception(
            "multiplies the log-odds",
            "A factor on the odds is a sum in their logarithm. Even odds have the logarithm 0, and "
            "your code leaves those at 0.5.",
            lambda probabilities, factor: sigmoid(log_odds(probabilities) * factor),
        ),
        Misconception(
            "multiplies the odds of the negative class",
            "The factor came to 1 - p, where it makes the positive class less likely. It belongs "
            "to p, and in the sum below the line as well.",
            lambda probabilities, factor: [
                (1 - p) * factor / (p + (1 - p) * factor) for p in as_array(probabilities)
            ],
        ),
        Misconception(
            "scales the answers to a sum of 1",
            "Each probability belongs to a sample of its own, and they need not add up to 1. "
            "Correct each for itself.",
            lambda probabilities, factor: (
                np.array(corrected(probabilities, factor))
                / np.sum(corrected(probabilities, factor))
            ),
        ),
        Misconception(
            "divides by 1 + p to get the odds",
            "Odds compare what is for with what is against: p with 1 - p. That 1 + o in the "
            "formula turns odds back into a probability.",
            lambda probabilities, factor: [
                o / (1 + o) for o in (p * factor / (1 + p) for p in as_array(probabilities))
            ],
        ),
        Misconception(
            "adds the factor below the line without its p",
            "Below the line stand both parts of the whole: 1 - p, and what stands on top.",
            lambda probabilities, factor: [
                p * factor / (1 - p + factor) for p in as_array(probabilities)
            ],
        ),
    ],
    praise="It rises with p, so the ranking stays: one correction is undone by a moved threshold.",
    # In float32, 1 - p loses digits where p is close to 1. And clipping p by 1e-7 does no harm.
    rtol=1e-3,
    atol=1e-5,
)


PREVALENCE = Fraction(1, 50)
RATIO = 49


def probability(odds: float) -> float:
    """Turn odds into a probability."""
    return odds / (1 + odds)


DOUBLE = {
    "square_root": probability(math.sqrt(RATIO) / RATIO),
    "both": probability(RATIO**2 / RATIO),
    "both_square_root": probability(math.sqrt(RATIO) ** 2 / RATIO),
    "threshold": float(PREVALENCE),
}


def misjudged(name: str, hint: str, **entries: float) -> Misconception:
    """Make a misconception that gets some entries wrong."""
    return Misconception(name, hint, {**DOUBLE, **entries})


double_correction = Judge(
    name="double_correction",
    expected=lambda key: DOUBLE[key],
    misconceptions=[
        misjudged(
            "takes two corrections for one",
            "Sampler and weights each multiply the odds by 49, and the second finds even odds to "
            "start from. What are even odds times 49, as a probability?",
            both=0.5,
        ),
        misjudged(
            "adds the two factors",
            "Two corrections one after the other multiply: the odds get the first factor, and the "
            "result gets the second.",
            both=probability(2 * RATIO / RATIO),
            both_square_root=probability(14 / RATIO),
        ),
        misjudged(
            "multiplies the probability, not the odds",
            "0.02 is a probability, and its odds are 1 to 49. Let your `corrected_probabilities` "
            "do it: which factor does each row need?",
            square_root=0.14,
            both=1.0,
            both_square_root=0.98,
            threshold=0.5 / RATIO,
        ),
        misjudged(
            "gives odds where probabilities are asked for",
            "Odds of 49 to 1 are a probability of 49 / 50. Turn all four numbers into "
            "probabilities.",
            square_root=1 / 7,
            both=49.0,
            both_square_root=1.0,
            threshold=1 / 49,
        ),
        misjudged(
            "takes 1 / prevalence for the ratio of the classes",
            "One in 50 is positive, so there are 49 negatives for each positive. That is the "
            "factor of a full correction.",
            square_root=probability(math.sqrt(50) / RATIO),
            both=probability(50**2 / RATIO),
            both_square_root=probability(50 / RATIO),
            threshold=1 / 51,
        ),
        misjudged(
            "goes half-way between 0.02 and 0.5 for a square root",
            "The root is taken of the factor on the odds: √49 is 7. What are odds of 1 to 49 times "
            "7, as a probability?",
            square_root=0.26,
            both_square_root=0.74,
        ),
        misjudged(
            "leaves the threshold at 0.5",
            "At 0.5 the untouched model flags hardly anything. Which of its probabilities does the "
            "factor 49 lift to exactly 0.5?",
            threshold=0.5,
        ),
        misjudged(
            "moves the threshold up, not down",
            "The untouched model's probabilities are lower than those of the weighted one, so its "
            "threshold must be lower too.",
            threshold=0.98,
        ),
        misjudged(
            "takes two square roots for a double correction",
            "7 times 7 is 49. Each of the two does half of the work, and together they do it once.",
            both_square_root=0.98,
        ),
        misjudged(
            "gives percentages",
            "Probabilities lie between 0 and 1 in this course: 25% is written 0.25.",
            **{key: 100 * value for key, value in DOUBLE.items()},
        ),
        misjudged(
            "takes the prevalence of the examples above, 1%",
            "Here one sample in 50 is positive: there are 49 negatives for each positive, and not "
            "99.",
            square_root=probability(math.sqrt(99) / 99),
            both=0.99,
            threshold=0.01,
        ),
        misjudged(
            "takes the root of the probability",
            "It is the factor on the odds that a square root makes smaller: 7 in place of 49. Turn "
            "0.02 into odds before you multiply.",
            square_root=math.sqrt(0.02),
        ),
        misjudged(
            "lets two square roots cancel",
            "Both multiply the odds of the rare class upwards, by 7 each. Together that is a "
            "factor of how much?",
            both_square_root=0.02,
        ),
        misjudged(
            "counts one of two square roots",
            "The sampler multiplies the odds by 7, and the weights do so again. What are odds of 1 "
            "to 49 times both?",
            both_square_root=0.125,
        ),
    ],
    praise="Two full corrections take rare to nearly certain. Two half ones make one.",
    rtol=1e-3,
)


quick_check_weights = Judge(
    name="quick_check_weights",
    expected=lambda: "E",
    misconceptions=[
        Misconception(
            "picks A: the weights taught the model to tell the classes apart better",
            "How well a model tells the classes apart is what the ROC-AUC measures, and it is 0.85 "
            "both times. What else can lift recall at a fixed threshold?",
            "A",
        ),
        Misconception(
            "picks B: the weights brought the probabilities closer to the true ones",
            "With the weights, the typical answer is near 0.5, in data where one sample in 100 is "
            "positive. Which of the two models is closer to that?",
            "B",
        ),
        Misconception(
            "picks C: a sampler on top of the weights improves it once more",
            "The weights have brought the odds to even. A sampler multiplies them by 99 again: "
            "what would the model call nearly every sample then?",
            "C",
        ),
        Misconception(
            "picks D: accuracy has risen",
            "Accuracy counts every sample once, whatever it weighed in training. 99 of 100 are "
            "negatives: what did the false alarms among them do to it?",
            "D",
        ),
        Misconception(
            "picks F: larger weights would find more",
            "PyTorch's mean divides by the sum of the weights. What happens to a fraction when "
            "both its parts are multiplied by ten?",
            "F",
        ),
    ],
    praise="So compare a weighted model with an untouched one whose threshold was moved as well.",
)
