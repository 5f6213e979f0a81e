"""The judge of lesson 10 on correcting the prior."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np

from autograder.engine.judge import Judge, Misconception
from autograder.judges.scores import as_floats


def through_bayes(p: float, trained: float, true: float) -> float:
    """Take the prior out of the one probability and put the other in, as fractions."""
    p_, trained_, true_ = Fraction(p), Fraction(trained), Fraction(true)
    positive = p_ / trained_ * true_
    negative = (1 - p_) / (1 - trained_) * (1 - true_)
    return float(positive / (positive + negative))


def expected_prior(probabilities: Any, trained_share: float, true_share: float) -> np.ndarray:
    """Correct one probability after another."""
    return np.array([through_bayes(float(p), trained_share, true_share) for p in probabilities])


def odds_of(share: Any) -> Any:
    """Give p / (1 - p)."""
    return share / (1 - share)


def with_odds(
    p: np.ndarray, factor: float, odds: Callable[[np.ndarray], Any] = odds_of
) -> np.ndarray:
    """Multiply the odds, as many write it: infinite odds become NaN."""
    with np.errstate(all="ignore"):
        new = odds(p) * factor
        return np.asarray(new / (1 + new))


def formula(wrong: Callable[[np.ndarray, float, float], Any]) -> Callable[..., Any]:
    """Make a wrong answer of an array and two shares."""

    def submission(probabilities: Any, trained_share: float, true_share: float) -> Any:
        with np.errstate(all="ignore"):
            return wrong(as_floats(probabilities), trained_share, true_share)

    return submission


def in_part(p: np.ndarray, positive: float, negative: float) -> np.ndarray:
    """Multiply both probabilities, and scale them to a sum of 1."""
    return np.asarray(p * positive / (p * positive + (1 - p) * negative))


def one_by_one(probabilities: Any, trained_share: float, true_share: float) -> list[float]:
    """Multiply the odds of one plain number after another: those of 1 cannot be had."""
    factor = odds_of(true_share) / odds_of(trained_share)
    odds = [odds_of(float(p)) * factor for p in probabilities]
    return [o / (1 + o) for o in odds]


def both_classes(p: np.ndarray, trained: float, true: float) -> np.ndarray:
    """Give a column for each class."""
    positive = in_part(p, true / trained, (1 - true) / (1 - trained))
    return np.stack([1 - positive, positive], axis=1)


correct_prior = Judge(
    name="correct_prior",
    expected=expected_prior,
    rtol=1e-4,
    atol=1e-7,
    misconceptions=[
        Misconception(
            "takes the two shares for each other",
            "If positives were made more common for training, every probability has to fall. Which "
            "share is taken out, and which one put in?",
            formula(
                lambda p, trained, true: in_part(p, trained / true, (1 - trained) / (1 - true))
            ),
        ),
        Misconception(
            "multiplies the probability by the ratio of the shares",
            "That scales the positives' side alone, and leaves no sum of 1: try a probability of "
            "1. What happens to 1 - p? Scale both, then divide by their sum.",
            formula(lambda p, trained, true: p * true / trained),
        ),
        Misconception(
            "multiplies by the ratio of the shares and cuts off at 1",
            "The cut hides that the result is no probability. What happens to 1 - p? Scale both "
            "sides, then divide by their sum.",
            formula(lambda p, trained, true: np.minimum(p * true / trained, 1)),
        ),
        Misconception(
            "corrects for the positives and forgets the negatives",
            "If there are fewer positives in the world than in training, there are more negatives. "
            "Their side, 1 - p, gets a ratio of its own.",
            formula(lambda p, trained, true: in_part(p, true / trained, 1)),
        ),
        Misconception(
            "corrects for the negatives and forgets the positives",
            "You scale 1 - p by the ratio of the negatives' shares. The positives' side has a "
            "ratio too.",
            formula(lambda p, trained, true: in_part(p, 1, (1 - true) / (1 - trained))),
        ),
        Misconception(
            "multiplies the probability where the odds are meant",
            "The factor is right. A probability p has the odds p / (1 - p): multiply these, and "
            "turn the result back into a probability.",
            formula(lambda p, trained, true: p * odds_of(true) / odds_of(trained)),
        ),
        Misconception(
            "gives odds",
            "The odds are right. The last step is missing: odds o belong to the probability "
            "o / (1 + o).",
            formula(lambda p, trained, true: odds_of(p) * odds_of(true) / odds_of(trained)),
        ),
        Misconception(
            "takes the probability for the odds",
            "At the end you turn odds into a probability, but you began with p itself. What are "
            "the odds of a probability p?",
            formula(
                lambda p, trained, true: with_odds(
                    p, odds_of(true) / odds_of(trained), odds=lambda p: p
                )
            ),
        ),
        Misconception(
            "assumes that the classes were made equal for training",
            "`trained_share` is 0.5 only after balancing in full. Undersampling may stop earlier, "
            "and weights can be smaller: divide by what the caller says.",
            formula(lambda p, trained, true: with_odds_at_ends(p, odds_of(true))),
        ),
        Misconception(
            "takes out the prior of training and puts no other in",
            "You end with what would be right if both classes were equally common. Where the model "
            "is used they are not: what do you do with `true_share`?",
            formula(lambda p, trained, true: in_part(p, 1 / trained, 1 / (1 - trained))),
        ),
        Misconception(
            "turns a certain answer into NaN",
            "A probability of 1 has infinite odds, and infinity over infinity is NaN. Write the "
            "formula with p and 1 - p side by side, so that nothing is divided by 0.",
            formula(lambda p, trained, true: with_odds(p, odds_of(true) / odds_of(trained))),
        ),
        Misconception(
            "divides by zero for a certain answer",
            "A probability of 1 has no odds: 1 - p is 0, and Python refuses to divide by it. "
            "Write the formula with p and 1 - p side by side, so that nothing is divided by 0.",
            one_by_one,
        ),
        Misconception(
            "gives the probabilities of both classes",
            "All of it is right. Of the two columns only that of the positive class is wanted: "
            "one number for each sample.",
            formula(lambda p, trained, true: both_classes(p, trained, true)),
        ),
        Misconception(
            "subtracts the difference of the shares",
            "A small probability would become negative. Priors multiply: think of odds, not of "
            "distances.",
            formula(lambda p, trained, true: p - (trained - true)),
        ),
        Misconception(
            "scales the probabilities so that their mean is the true share",
            "These few samples need not have a mean of `true_share`, and one sample alone must get "
            "the same answer as among others. Correct each by itself.",
            formula(lambda p, trained, true: p * true / p.mean()),
        ),
        Misconception(
            "divides by the sum over the samples",
            "Probabilities of one sample sum to 1 over its classes, p and 1 - p. Different samples "
            "have nothing to do with each other.",
            formula(lambda p, trained, true: p * true / trained / np.sum(p * true / trained)),
        ),
        Misconception(
            "gives the probability of class 0",
            "Everything is computed. What is asked for is the positive class's part.",
            formula(
                lambda p, trained, true: 1 - in_part(p, true / trained, (1 - true) / (1 - trained))
            ),
        ),
    ],
    praise="Divide one prior out, multiply the other in: the order of the samples never changes.",
)


def with_odds_at_ends(p: np.ndarray, factor: float) -> np.ndarray:
    """Multiply the odds, infinite ones too."""
    return np.asarray(np.where(p == 1, 1.0, with_odds(p, factor)))
