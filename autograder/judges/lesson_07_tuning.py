"""The judges of lesson 07 on tuning without the test data, and of its quick check."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograder.engine.judge import Judge, Misconception
from autograder.judges import scores as judged
from autograder.judges.scores import as_floats, best, counts_at, try_all

Triple = tuple[float, float, float]

VALUES = {"F1": judged.f_beta, "recall": judged.recall, "precision": judged.precision}


def expected_report(
    y_val: Any, scores_val: Any, y_test: Any, scores_test: Any, goal: str, measure: str
) -> Triple:
    """Choose on the one, count on both."""
    threshold = best(try_all(y_val, scores_val), VALUES[goal])[0]
    value = VALUES[measure]
    on_validation = value(counts_at(y_val, scores_val, threshold))
    return threshold, on_validation, value(counts_at(y_test, scores_test, threshold))


def flags(scores: Any, threshold: float) -> np.ndarray:
    """Flag what reaches the threshold."""
    return (as_floats(scores) >= threshold).astype(int)


def measured(measure: Any, data: Any, threshold: float) -> float:
    """Measure at a threshold, with the measure that was handed over."""
    return float(measure(data[0], flags(data[1], threshold)))


def on_both(search: Any, measure: Any, chosen_on: Any, validation: Any, test: Any) -> Triple:
    """Choose on some data, measure on both."""
    threshold = search(*chosen_on)[0]
    return threshold, measured(measure, validation, threshold), measured(measure, test, threshold)


def tuned_on_each(search: Any, measure: Any, validation: Any, test: Any) -> Triple:
    """Give each data set the threshold that suits it best."""
    threshold, again = search(*validation)[0], search(*test)[0]
    return threshold, measured(measure, validation, threshold), measured(measure, test, again)


def tuned_on_all(search: Any, measure: Any, validation: Any, test: Any) -> Triple:
    """Put all data together for the choice."""
    pooled = [np.concatenate([np.array(a), np.array(b)]) for a, b in zip(validation, test)]  # noqa: B905
    return on_both(search, measure, pooled, validation, test)


def promised(search: Any, measure: Any, validation: Any, test: Any) -> Triple:
    """Take the search's own value for the measure on the validation data."""
    threshold, value = search(*validation)
    return threshold, value, measured(measure, test, threshold)


def never_tested(search: Any, measure: Any, validation: Any, test: Any) -> Triple:
    """Report the validation data twice."""
    threshold = search(*validation)[0]
    value = measured(measure, validation, threshold)
    return threshold, value, value


def strictly(search: Any, measure: Any, validation: Any, test: Any) -> Triple:
    """Flag only what lies above the threshold."""
    threshold = search(*validation)[0]
    return (
        threshold,
        measure(validation[0], (as_floats(validation[1]) > threshold).astype(int)),
        measure(test[0], (as_floats(test[1]) > threshold).astype(int)),
    )


def predictions_first(search: Any, measure: Any, validation: Any, test: Any) -> Triple:
    """Hand predictions and truth to the measure the wrong way round."""
    threshold = search(*validation)[0]
    values = [measure(flags(s, threshold), y) for y, s in (validation, test)]
    return threshold, values[0], values[1]


def scores_measured(search: Any, measure: Any, validation: Any, test: Any) -> Triple:
    """Measure the scores themselves."""
    return search(*validation)[0], measure(*validation), measure(*test)


def same_share(search: Any, measure: Any, validation: Any, test: Any) -> Triple:
    """Flag as large a share of the test data as of the validation data."""
    threshold = search(*validation)[0]
    flagged = round(float(flags(validation[1], threshold).mean()) * len(test[0]))
    moved = sorted(as_floats(test[1]), reverse=True)[max(flagged - 1, 0)]
    return threshold, measured(measure, validation, threshold), measured(measure, test, moved)


def at_half(search: Any, measure: Any, validation: Any, test: Any) -> Triple:
    """Leave the threshold at 0.5."""
    return 0.5, measured(measure, validation, 0.5), measured(measure, test, 0.5)


def swapped(search: Any, measure: Any, validation: Any, test: Any) -> Triple:
    """Choose on the test data and call the validation data the test."""
    return on_both(search, measure, test, test, validation)


def test_first(search: Any, measure: Any, validation: Any, test: Any) -> Triple:
    """Give the measures in the other order."""
    threshold, on_validation, on_test = on_both(search, measure, validation, validation, test)
    return threshold, on_test, on_validation


def test_only(search: Any, measure: Any, validation: Any, test: Any) -> tuple[float, float]:
    """Leave the measure on the validation data out."""
    threshold, _, on_test = on_both(search, measure, validation, validation, test)
    return threshold, on_test


def second_answer(search: Any, measure: Any, validation: Any, test: Any) -> Triple:
    """Take what the search promises for the threshold."""
    value = search(*validation)[1]
    return value, measured(measure, validation, value), measured(measure, test, value)


def own_measure(search: Any, measure: Any, validation: Any, test: Any) -> Triple:
    """Measure F1, whatever was handed over."""
    threshold = search(*validation)[0]
    on_validation, on_test = (
        float(judged.f_beta(counts_at(y_true, scores, threshold)))
        for y_true, scores in (validation, test)
    )
    return threshold, on_validation, on_test


tune_and_report = Judge(
    name="tune_and_report",
    expected=expected_report,
    misconceptions=[
        Misconception(
            "chooses the threshold on the test data",
            "A threshold that has seen the test labels is praised for its luck with them. Which of "
            "the two pairs may `search` see?",
            lambda search, measure, validation, test: on_both(
                search, measure, test, validation, test
            ),
        ),
        Misconception(
            "gives the test data a threshold of their own",
            "On new data nobody knows the labels, so there is nothing to search with. The "
            "threshold from the validation data is the one to apply.",
            tuned_on_each,
        ),
        Misconception(
            "chooses the threshold on all data together",
            "The test labels had a say, a weaker one, but they had. Then nothing is left that can "
            "tell how the threshold does on new data.",
            tuned_on_all,
        ),
        Misconception(
            "reports the validation data twice",
            "The second of the two measures is to come from data that had no say in the choice. "
            "Apply the threshold to the test scores.",
            never_tested,
        ),
        Misconception(
            "takes what the search promises for the measure",
            "`search` gives the value of what it looked for, which may be F1 while `measure` is "
            "recall. Measure on the validation data yourself.",
            promised,
        ),
        Misconception(
            "takes the test data for the validation data",
            "The third argument is for choosing, the fourth for reporting. Look at the order in "
            "which you unpack them.",
            swapped,
        ),
        Misconception(
            "flags only scores above the threshold",
            "The threshold is itself a validation score, and that sample is to be flagged as well. "
            "Your `apply_threshold` from exercise 1 does it.",
            strictly,
        ),
        Misconception(
            "hands the predictions over first",
            "`measure` takes the true labels first and the predicted ones second. The wrong way "
            "round, recall and precision change places.",
            predictions_first,
        ),
        Misconception(
            "measures the scores, not the labels that they become",
            "`measure` compares labels with labels. Between the scores and the measure there is a "
            "step missing: the threshold.",
            scores_measured,
        ),
        Misconception(
            "flags the same share of the test data",
            "Another batch may hold more fraud or less, and then more or fewer are to be flagged. "
            "What is carried over is the threshold, not the share.",
            same_share,
        ),
        Misconception(
            "leaves the threshold at 0.5",
            "`search` was handed over so that you use it: it takes labels and scores, and its "
            "first answer is the threshold.",
            at_half,
        ),
        Misconception(
            "takes the second answer of `search` for the threshold",
            "`search` gives the threshold first, then what it promises there. Which of the two do "
            "you apply to the scores?",
            second_answer,
        ),
        Misconception(
            "measures F1 whatever `measure` is",
            "The threshold is right. `measure` was handed over so that you use it: it may be "
            "recall or precision, too.",
            own_measure,
        ),
        Misconception(
            "gives the test measure before the validation measure",
            "All three numbers are there. The order is: threshold, validation data, test data.",
            test_first,
        ),
        Misconception(
            "leaves the measure on the validation data out",
            "Give three numbers: the threshold, and the measure on both. How far the two lie apart "
            "tells how lucky the choice was.",
            test_only,
        ),
    ],
    praise="The second measure is the one to report; the first was chosen to look good.",
)

quick_check_threshold = Judge(
    name="quick_check_threshold",
    expected=lambda: "B",
    misconceptions=[
        Misconception(
            "picks A: a low recall means that nothing was learned",
            "Recall at 0.5 says where the line is, not how well the frauds are ranked. An average "
            "precision of 0.45 is 45 times that of a guess: the network has learned a lot.",
            "A",
        ),
        Misconception(
            "picks C: the test set may choose the threshold",
            "Then the reported F1 is that of the luckiest of many thresholds. Who is left to tell "
            "how it does on payments of next month?",
            "C",
        ),
        Misconception(
            "picks D: average precision depends on the threshold",
            "Average precision sums over all thresholds, so moving one of them leaves it as it is. "
            "Only the ranking can change it.",
            "D",
        ),
        Misconception(
            "picks E: a higher threshold finds more",
            "A higher threshold flags fewer samples, so it can find fewer frauds or as many, never "
            "more. In which direction does recall grow?",
            "E",
        ),
        Misconception(
            "picks F: the prevalence is the best threshold for F1",
            "The prevalence is where balanced accuracy is best for calibrated probabilities. For "
            "F1 it is half of the best F1, which is larger here.",
            "F",
        ),
    ],
    praise=(
        "First look at the ranking (average precision), then choose the line. A new training is "
        "worth its time where the ranking is poor."
    ),
)
