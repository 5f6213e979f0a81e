"""The judges of lesson 08 on what is reported: of which arm, and of which test set."""

from __future__ import annotations

from fractions import Fraction
from statistics import fmean, median
from typing import Any

from autograder.engine.judge import Judge, Misconception

Scores = dict[str, list[float]]


def expected_winner(validation: Scores, test: Scores) -> float:
    """Look for the arm without a better one, and average its test scores exactly."""
    means = {arm: sum(map(Fraction, s)) / len(s) for arm, s in validation.items()}
    [winner, *_] = [arm for arm, mean in means.items() if mean == max(means.values())]
    return float(sum(map(Fraction, test[winner])) / len(test[winner]))


def reported(test: Scores, arm: str) -> float:
    """Average an arm's test scores."""
    return fmean(test[arm])


def best_by(scores: Scores, summary: Any) -> str:
    """Name the arm with the largest summary."""
    return max(scores, key=lambda arm: summary(scores[arm]))


def pooled(validation: Scores, test: Scores) -> float:
    """Choose by validation and test together."""
    both = {arm: [fmean(scores), fmean(test[arm])] for arm, scores in validation.items()}
    return reported(test, best_by(both, fmean))


def by_place(validation: Scores, test: Scores) -> float:
    """Take the test scores that stand at the same place."""
    place = list(validation).index(best_by(validation, fmean))
    return fmean(list(test.values())[place])


def best_seed(validation: Scores, test: Scores) -> float:
    """Report the winner's best test seed."""
    return max(test[best_by(validation, fmean)])


def seed_of_the_best(validation: Scores, test: Scores) -> float:
    """Report the test score of the one run with the highest validation score."""
    arm = best_by(validation, max)
    return test[arm][validation[arm].index(max(validation[arm]))]


winner_on_test = Judge(
    name="winner_on_test",
    expected=expected_winner,
    misconceptions=[
        Misconception(
            "lets the test scores choose the arm",
            "The largest of several test scores is partly luck, and nothing is left that could "
            "tell how much. Which of the two dictionaries may choose?",
            lambda validation, test: reported(test, best_by(test, fmean)),
        ),
        Misconception(
            "lets validation and test scores choose together",
            "The test scores had half a say, and that is enough to make them too good. They are "
            "looked up when the choice has been made.",
            pooled,
        ),
        Misconception(
            "reports the validation score of the winner",
            "It was chosen because it is high, so it flatters. Report what the same arm scored on "
            "data that had no say.",
            lambda validation, test: fmean(validation[best_by(validation, fmean)]),
        ),
        Misconception(
            "chooses the arm of the one best run",
            "With enough seeds, any arm has a lucky one. Compare what an arm scores on average.",
            lambda validation, test: reported(test, best_by(validation, max)),
        ),
        Misconception(
            "reports the test score of the one best run",
            "One run is not an arm. Average over the seeds twice: to choose on validation data, "
            "and to report on test data.",
            seed_of_the_best,
        ),
        Misconception(
            "chooses by the median",
            "A median may be sensible, but here the mean over the seeds was agreed on, and whoever "
            "reads your number relies on it.",
            lambda validation, test: reported(test, best_by(validation, median)),
        ),
        Misconception(
            "reports the best test seed of the winner",
            "The arm is the right one. Its test scores are averaged; the best of them is luck.",
            best_seed,
        ),
        Misconception(
            "chooses the arm with the lowest score",
            "Scores are better where they are higher. Look at your `min` or at the direction in "
            "which you sort.",
            lambda validation, test: reported(
                test, min(validation, key=lambda a: fmean(validation[a]))
            ),
        ),
        Misconception(
            "takes the last name in the alphabet",
            "`max` of a dictionary compares its keys, here the names. Tell it what to compare "
            "them by.",
            lambda validation, test: reported(test, max(validation)),
        ),
        Misconception(
            "looks the test scores up by place, not by name",
            "The two dictionaries need not have the same order. Find out the name of the winner, "
            "and ask `test` for that name.",
            by_place,
        ),
        Misconception(
            "averages the test scores of all arms",
            "Only one arm will be used, so only its score matters. Which one did the validation "
            "scores choose?",
            lambda validation, test: fmean([fmean(scores) for scores in test.values()]),
        ),
        Misconception(
            "compares the arms by their first seed",
            "Each arm has several scores, one a seed. Average them before you compare.",
            lambda validation, test: reported(test, best_by(validation, lambda scores: scores[0])),
        ),
        Misconception(
            "names the arm, and not its score",
            "You know the winner by name. Give back what it scored on the test data, on average.",
            lambda validation, test: best_by(validation, fmean),
        ),
    ],
    praise="Chosen on one part, reported on another: that number can be believed.",
)


def expected_precision(precision: float, measured_at: float, prevalence: float) -> float:
    """Count the alarms among a unit of samples, exactly."""
    p, at, there = map(Fraction, (precision, measured_at, prevalence))
    true_alarms, false_alarms = p, 1 - p  # for each alarm on the test set
    per_positive, per_negative = true_alarms / at, false_alarms / (1 - at)
    hits = per_positive * there
    return float(hits / (hits + per_negative * (1 - there)))


def scaled(precision: float, factor: float) -> float:
    """Multiply a precision as if it were a count."""
    return precision * factor


def odds(share: float) -> float:
    """Turn a share into odds."""
    return share / (1 - share)


def new_odds(precision: float, measured_at: float, prevalence: float) -> float:
    """Give the odds of a true alarm."""
    return odds(precision) * odds(prevalence) / odds(measured_at)


def as_if_balanced(precision: float, measured_at: float, prevalence: float) -> float:
    """Take every test set for a balanced one."""
    return expected_precision(precision, 0.5, prevalence)


def true_alarms_only(precision: float, measured_at: float, prevalence: float) -> float:
    """Scale the true alarms and leave the false ones."""
    hits = precision * prevalence / measured_at
    return hits / (hits + 1 - precision)


def false_alarms_only(precision: float, measured_at: float, prevalence: float) -> float:
    """Scale the false alarms and leave the true ones."""
    false = (1 - precision) * (1 - prevalence) / (1 - measured_at)
    return precision / (precision + false)


translate_precision = Judge(
    name="translate_precision",
    expected=expected_precision,
    misconceptions=[
        Misconception(
            "leaves the precision as it is",
            "Among a hundred times as many negatives, the same share of false alarms is a hundred "
            "times as many. Recall stays; precision does not.",
            lambda precision, measured_at, prevalence: precision,
        ),
        Misconception(
            "multiplies the precision by the ratio of the prevalences",
            "True alarms shrink like that, but precision divides them by all alarms, and the false "
            "ones change as well. Work the two out one after the other.",
            lambda precision, measured_at, prevalence: scaled(precision, prevalence / measured_at),
        ),
        Misconception(
            "changes the number of true alarms only",
            "Where positives are rarer, negatives are more frequent, and so are false alarms. By "
            "which factor do they grow?",
            true_alarms_only,
        ),
        Misconception(
            "changes the number of false alarms only",
            "Where positives are rarer, there are fewer to be found, too. By which factor do the "
            "true alarms shrink?",
            false_alarms_only,
        ),
        Misconception(
            "translates in the wrong direction",
            "From a balanced test set to a rare class, precision falls. `measured_at` is where you "
            "come from, and its shares are to be divided by.",
            lambda precision, measured_at, prevalence: expected_precision(
                precision, prevalence, measured_at
            ),
        ),
        Misconception(
            "takes every test set for a balanced one",
            "`measured_at` tells what share of the test set was positive; half of them is only one "
            "of the possibilities.",
            as_if_balanced,
        ),
        Misconception(
            "gives the prevalence",
            "That is the precision of somebody who flags at random. A model that was better than "
            "this on the test set is better than this in the world.",
            lambda precision, measured_at, prevalence: prevalence,
        ),
        Misconception(
            "gives odds, not a share",
            "True alarms divided by false ones are odds. Precision divides them by all alarms.",
            lambda precision, measured_at, prevalence: (
                new_odds(precision, measured_at, prevalence) if precision < 1 else float("inf")
            ),
        ),
        Misconception(
            "divides by zero where there are no false alarms",
            "With a precision of 1 there is no false alarm to divide by. Count true alarms and all "
            "alarms, and divide once, at the end.",
            lambda precision, measured_at, prevalence: (
                1 / (1 + 1 / new_odds(precision, measured_at, prevalence))
            ),
        ),
        Misconception(
            "gives a percentage",
            "Precision lies between 0 and 1 in this course: 8% is written 0.08.",
            lambda precision, measured_at, prevalence: (
                100 * expected_precision(precision, measured_at, prevalence)
            ),
        ),
        Misconception(
            "rounds to two digits",
            "At a prevalence of 1 in 1000 nearly all of the answer is in the third digit. Leave "
            "rounding to whoever prints it.",
            lambda precision, measured_at, prevalence: round(
                expected_precision(precision, measured_at, prevalence), 2
            ),
        ),
    ],
    praise="Whoever quotes a precision has to say at which prevalence: now you know why.",
)
