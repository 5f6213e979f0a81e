"""The judge of lesson 06 on average precision."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np

from autograder.engine.judge import Judge, Misconception
from autograder.judges.labels import as_list
from autograder.judges.lesson_06_tallies import ROUNDED


def split(y_true: Any, scores: Any, positive: int) -> tuple[list[bool], list[float]]:
    """Give plain lists: is it a positive, and its score."""
    return [label == positive for label in as_list(y_true)], [float(s) for s in scores]


def curve(
    y_true: Any, scores: Any, positive: int = 1, sign: int = 1
) -> tuple[list[Fraction], list[Fraction]]:
    """Give recall and precision at each distinct score, from the highest down."""
    truth, values = split(y_true, scores, positive)
    values = [sign * value for value in values]
    points = []
    for cut in sorted(set(values), reverse=True):
        flagged = [hit for hit, value in zip(truth, values, strict=True) if value >= cut]
        points.append((Fraction(sum(flagged), sum(truth)), Fraction(sum(flagged), len(flagged))))
    found, right = zip(*points, strict=True)
    return list(found), list(right)


def step_sum(found: list[Fraction], right: list[Fraction]) -> float:
    """Add up what each step gains in recall, times the precision there."""
    gains = [b - a for a, b in zip([Fraction(0), *found], found, strict=False)]
    return float(sum(gain * p for gain, p in zip(gains, right, strict=True)))


def expected_average(y_true: Any, scores: Any, positive: int = 1) -> float:
    """Sum the steps under the precision-recall curve, as fractions."""
    return step_sum(*curve(y_true, scores, positive))


def trapezoids(y_true: Any, scores: Any, positive: int = 1) -> float:
    """Join the points by straight lines, from recall 0 and precision 1 on."""
    found, right = curve(y_true, scores, positive)
    found, right = [Fraction(0), *found], [Fraction(1), *right]
    return float(np.trapezoid([float(p) for p in right], [float(r) for r in found]))


def pairs_won(y_true: Any, scores: Any, positive: int = 1) -> float:
    """Compare each positive with each negative."""
    truth, values = split(y_true, scores, positive)
    high = [v for hit, v in zip(truth, values, strict=True) if hit]
    low = [v for hit, v in zip(truth, values, strict=True) if not hit]
    return sum((a > b) + (a == b) / 2 for a in high for b in low) / (len(high) * len(low))


def in_order(
    y_true: Any, scores: Any, positive: int = 1, friendly: bool | None = None
) -> list[tuple[bool, float]]:
    """Go down the ranking one by one; the precision at each place."""
    truth, values = split(y_true, scores, positive)
    ties = [0 if friendly is None else int(hit != friendly) for hit in truth]
    order = sorted(range(len(truth)), key=lambda i: (-values[i], ties[i]))
    hits = np.cumsum([truth[i] for i in order])
    return [(truth[i], float(hits[k] / (k + 1))) for k, i in enumerate(order)]


def one_by_one(friendly: bool | None = None) -> Any:
    """Average the precision at the positives, equal scores in some order."""

    def score(y_true: Any, scores: Any, positive: int = 1) -> float:
        places = in_order(y_true, scores, positive, friendly)
        return float(np.mean([p for hit, p in places if hit]))

    return score


def of_all_places(y_true: Any, scores: Any, positive: int = 1) -> float:
    """Average the precision at each sample's score, negatives included."""
    truth, values = split(y_true, scores, positive)
    return float(
        np.mean(
            [np.mean([h for h, v in zip(truth, values, strict=True) if v >= s]) for s in values]
        )
    )


def strictly_above(y_true: Any, scores: Any, positive: int = 1) -> float:
    """Flag only what lies above a positive's score; nobody above is taken for 0."""
    truth, values = split(y_true, scores, positive)
    above = [
        [h for h, v in zip(truth, values, strict=True) if v > s]
        for hit, s in zip(truth, values, strict=True)
        if hit
    ]
    return float(np.mean([np.mean(flagged) if flagged else 0.0 for flagged in above]))


def best_to_the_right(y_true: Any, scores: Any, positive: int = 1) -> float:
    """Take at each recall the best precision at that recall or a higher one."""
    found, right = curve(y_true, scores, positive)
    return step_sum(found, [max(right[k:]) for k in range(len(right))])


def eleven_points(y_true: Any, scores: Any, positive: int = 1) -> float:
    """Read the interpolated curve at the recalls 0, 0.1 to 1."""
    found, right = curve(y_true, scores, positive)
    marks = [Fraction(k, 10) for k in range(11)]
    best = [max(p for r, p in zip(found, right, strict=True) if r >= mark) for mark in marks]
    return float(sum(best) / 11)


def precision_before(y_true: Any, scores: Any, positive: int = 1) -> float:
    """Multiply each gain by the precision one step earlier."""
    found, right = curve(y_true, scores, positive)
    return step_sum(found, [Fraction(1), *right[:-1]])


def at_one_half(y_true: Any, scores: Any, positive: int = 1) -> float:
    """Flag from 0.5 on."""
    truth, values = split(y_true, scores, positive)
    flagged = [hit for hit, value in zip(truth, values, strict=True) if value >= 0.5]
    return sum(flagged) / len(flagged) if flagged else 0.0


def share_of_positives(y_true: Any, scores: Any, positive: int = 1) -> float:
    """Give the prevalence."""
    return as_list(y_true).count(positive) / len(scores)


def equal_ones_once(y_true: Any, scores: Any, positive: int = 1) -> float:
    """Ask once at each score that positives have, however many have it."""
    truth, values = split(y_true, scores, positive)
    cuts = {value for hit, value in zip(truth, values, strict=True) if hit}
    at_cuts = [[h for h, v in zip(truth, values, strict=True) if v >= cut] for cut in cuts]
    return float(np.mean([np.mean(flagged) for flagged in at_cuts]))


def falling_steps(y_true: Any, scores: Any, positive: int = 1) -> float:
    """Take differences of recalls that fall, as scikit-learn lists them."""
    return -step_sum(*curve(y_true, scores, positive))


def mean_recall(y_true: Any, scores: Any, positive: int = 1) -> float:
    """Divide by all positives where the flagged samples belong."""
    truth, values = split(y_true, scores, positive)
    own = [value for hit, value in zip(truth, values, strict=True) if hit]
    return float(np.mean([sum(other >= value for other in own) / len(own) for value in own]))


average_precision = Judge(
    name="average_precision",
    expected=expected_average,
    misconceptions=[
        Misconception(
            "joins the points of the curve by straight lines",
            "Trapezoids give a constant score 0.55 where 0.1 is right: between two points of this "
            "curve there is no straight line. Weigh precisions, do not connect them.",
            trapezoids,
        ),
        Misconception(
            "gives the ROC-AUC",
            "Comparing positives with negatives in pairs is the other area. Here each positive "
            "asks: of all that score as high as I do, which share is positive?",
            pairs_won,
        ),
        Misconception(
            "goes through equal scores one by one",
            "Samples with the same score are flagged at the same moment. If you step through them "
            "singly, the order of the data changes the result.",
            one_by_one(),
        ),
        Misconception(
            "puts positives first among equal scores",
            "With the same score for all, this ranking would be perfect. Samples with the same "
            "score are flagged together.",
            one_by_one(friendly=True),
        ),
        Misconception(
            "leaves out samples with the positive's own score",
            "At threshold s everything from s on is flagged, the positive itself included. Compare "
            "`>` with `>=`.",
            strictly_above,
        ),
        Misconception(
            "averages over all samples",
            "Only the positives ask for the precision at their score. A negative's threshold adds "
            "nothing to recall.",
            of_all_places,
        ),
        Misconception(
            "starts with the lowest scores",
            "A high score means that the positive class is likely, so the alarms are the samples "
            "at or *above* the threshold.",
            lambda y_true, scores, positive=1: step_sum(*curve(y_true, scores, positive, sign=-1)),
        ),
        Misconception(
            "looks for class 1 whatever `positive` says",
            "The class that we look for may have any number, 0 included. Does `positive` reach the "
            "place where positives are told from the rest?",
            lambda y_true, scores, positive=1: (
                expected_average(y_true, scores) if 1 in as_list(y_true) else 0.0
            ),
        ),
        Misconception(
            "takes the best precision further down instead of the one at the score",
            "Smoothing the curve from the right flatters the model. Take the precision at each "
            "positive's own score, be it high or low.",
            best_to_the_right,
        ),
        Misconception(
            "reads the curve at eleven recalls",
            "Older benchmarks did so. Here every positive contributes the precision at its own "
            "score, and nothing is interpolated.",
            eleven_points,
        ),
        Misconception(
            "multiplies each gain in recall by the precision before it",
            "The gain and the precision belong to the same threshold. Check whether the first "
            "entry of one list meets the second of the other.",
            precision_before,
        ),
        Misconception(
            "gives the precision at a threshold of 0.5",
            "Average precision knows no fixed threshold. Put the threshold at the score of each "
            "positive in turn.",
            at_one_half,
        ),
        Misconception(
            "gives the share of the positives",
            "That is what a guess would have. The scores have to play a part.",
            share_of_positives,
        ),
        Misconception(
            "asks only once where several positives have the same score",
            "Each positive has its say: two with the same score count twice. `np.unique` makes "
            "one of them.",
            equal_ones_once,
        ),
        Misconception(
            "takes differences of recalls that fall, so that the sum is negative",
            "The recalls of scikit-learn fall from 1 to 0, so each difference is negative. "
            "An average of precisions cannot be: which way round must the steps go?",
            falling_steps,
        ),
        Misconception(
            "averages recalls",
            "Of all *positives*, those at or above the score: that is recall. Precision asks the "
            "same about all samples that are flagged. What belongs below the fraction bar?",
            mean_recall,
        ),
        Misconception(
            "adds the precisions without dividing",
            "An average is a sum divided by a number: how many positives did ask?",
            lambda y_true, scores, positive=1: (
                expected_average(y_true, scores, positive) * as_list(y_true).count(positive)
            ),
        ),
        Misconception(*ROUNDED, lambda *a, **o: round(expected_average(*a, **o), 2)),
    ],
    praise="A guess scores the prevalence: print that number beside every average precision.",
)
