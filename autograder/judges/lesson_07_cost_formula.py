"""The judge of lesson 07 on the threshold that follows from two costs."""

from __future__ import annotations

import math
from fractions import Fraction

from autograder.engine.judge import Judge, Misconception


def break_even(cost_fp: float, cost_fn: float) -> float:
    """Divide as fractions."""
    false_alarm, miss = Fraction(cost_fp), Fraction(cost_fn)
    return float(false_alarm / (false_alarm + miss))


cost_threshold = Judge(
    name="cost_threshold",
    expected=break_even,
    misconceptions=[
        Misconception(
            "puts the cost of a miss on top",
            "The dearer a miss, the lower the threshold must be, so that more is flagged. Try "
            "your formula with a miss that costs a million.",
            lambda cost_fp, cost_fn: break_even(cost_fn, cost_fp),
        ),
        Misconception(
            "divides one cost by the other",
            "That ratio is the odds at which both choices cost the same. A probability p has odds "
            "p / (1 - p): solve for p.",
            lambda cost_fp, cost_fn: cost_fp / cost_fn,
        ),
        Misconception(
            "divides the cost of a miss by the cost of a false alarm",
            "A threshold for a probability lies between 0 and 1, and falls when misses get dearer. "
            "Write down what flagging costs and what leaving costs, and set them equal.",
            lambda cost_fp, cost_fn: cost_fn / cost_fp,
        ),
        Misconception(
            "stays at 0.5 whatever the costs",
            "0.5 is right only if both mistakes cost the same. At which probability is the cost of "
            "flagging, (1 - p) times one cost, equal to that of leaving?",
            lambda cost_fp, cost_fn: 0.5,
        ),
        Misconception(
            "gives the share of the miss in the form of 1 over the sum",
            "With a false alarm of 1 that happens to be right. What becomes of the threshold when "
            "both costs are counted in cents, a hundred times as many?",
            lambda cost_fp, cost_fn: 1 / (cost_fp + cost_fn),
        ),
        Misconception(
            "gives the threshold for a logit",
            "The logarithm of the ratio is where to cut a calibrated logit. Asked for is the "
            "threshold for a probability, between 0 and 1.",
            lambda cost_fp, cost_fn: math.log(cost_fp / cost_fn),
        ),
        Misconception(
            "leaves out the brackets below the fraction bar",
            "Python divides before it adds: `a / a + b` is 1 + b, and no probability is above 1. "
            "What has to stand in brackets?",
            lambda cost_fp, cost_fn: 1 + cost_fn,
        ),
        Misconception(
            "gives a percentage",
            "Probabilities lie between 0 and 1 in this course, and so does the threshold that they "
            "are compared with.",
            lambda cost_fp, cost_fn: 100 * break_even(cost_fp, cost_fn),
        ),
        Misconception(
            "rounds the threshold",
            "0.0244 rounded to two digits is 0.02, and flags many more payments. Leave rounding to "
            "whoever prints the number.",
            lambda cost_fp, cost_fn: round(break_even(cost_fp, cost_fn), 2),
        ),
        Misconception(
            "drops what comes after the decimal point",
            "`//` and `int` keep whole numbers only, and a probability below 1 becomes 0. Use `/`.",
            lambda cost_fp, cost_fn: cost_fp // (cost_fp + cost_fn),
        ),
        Misconception(
            "gives the mean of the two costs",
            "A threshold has no currency: if both costs double, it stays. Divide a cost by a cost.",
            lambda cost_fp, cost_fn: (cost_fp + cost_fn) / 2,
        ),
    ],
    praise="Two prices decide it, and the rarity of fraud does not: that is in p already.",
)
