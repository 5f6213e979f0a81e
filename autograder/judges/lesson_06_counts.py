"""The judges of lesson 06 on precision, recall and specificity."""

from __future__ import annotations

from typing import Any

from autograder.engine.judge import Judge, Misconception
from autograder.judges.labels import as_list
from autograder.judges.lesson_06_tallies import (
    ANY_CLASS,
    BRACKETS,
    PERCENT,
    ROUNDED,
    accuracy,
    for_class_1,
    macro,
    of_counts,
    or_nan,
    or_one,
    precision_of,
    recall_of,
    share,
    specificity_of,
    without_brackets,
)

precision = Judge(
    name="precision",
    expected=of_counts(precision_of),
    misconceptions=[
        Misconception(
            "divides by all positives, which is recall",
            "Recall asks about the positives, precision about the alarms. Which two counts are "
            "flagged samples? Or did two arguments change places?",
            of_counts(recall_of),
        ),
        Misconception(
            "mixes up the order of the four counts",
            "`confusion_counts` gives tp, fp, fn, tn; scikit-learn's matrix gives tn, fp, fn, tp. "
            "Read in the other's order, the negatives are measured.",
            of_counts(lambda c: share(c.tn, c.fp)),
        ),
        Misconception(
            "gives the accuracy",
            "Accuracy counts every right answer, those to negatives too. Here only flagged samples "
            "matter: how many of them are positive?",
            accuracy,
        ),
        Misconception(*ANY_CLASS, for_class_1(precision_of)),
        Misconception(
            "divides by zero when there are no alarms",
            "Python refuses to divide by 0. Look at the number of alarms before you divide: the "
            "docstring says what to give when there are none.",
            of_counts(lambda c: c.tp / (c.tp + c.fp)),
        ),
        Misconception(
            "gives NaN when there are no alarms",
            "NumPy turns 0/0 into NaN, and a NaN spoils every mean and comparison after it. The "
            "docstring says what to give instead.",
            of_counts(lambda c: or_nan(c.tp, c.fp)),
        ),
        Misconception(
            "gives 1 when there are no alarms",
            "No alarm is wrong, that is true, and none is right either. The docstring fixes what "
            "0/0 is here: a silent model must not look perfect.",
            of_counts(lambda c: or_one(c.tp, c.fp)),
        ),
        Misconception(
            "gives the share of false alarms",
            "That is 1 minus the precision. Of all alarms, we ask for those that are right.",
            of_counts(lambda c: share(c.fp, c.tp)),
        ),
        Misconception(
            "averages over all classes",
            "A macro average gives every class its say. Here one class is asked about, the one "
            "that `positive` names.",
            macro(precision_of),
        ),
        Misconception(
            "counts the right alarms without dividing",
            "A count of right alarms is half of the way. Precision is a share: out of how many "
            "alarms?",
            of_counts(lambda c: c.tp),
        ),
        Misconception(
            "divides by all samples",
            "Most samples were never flagged, and precision does not ask about them. Which samples "
            "does it ask about?",
            of_counts(lambda c: c.tp / sum(c)),
        ),
        Misconception(*BRACKETS, of_counts(lambda c: without_brackets(c.tp, c.fp))),
        Misconception(*PERCENT, of_counts(lambda c: 100 * precision_of(c))),
        Misconception(*ROUNDED, of_counts(lambda c: round(precision_of(c), 2))),
    ],
    praise="It tells what an alarm is worth, at the prevalence of these data and at no other.",
)

recall = Judge(
    name="recall",
    expected=of_counts(recall_of),
    misconceptions=[
        Misconception(
            "divides by all alarms, which is precision",
            "Precision asks about the alarms, recall about the positives. Which two counts are "
            "positives? Or did two arguments change places?",
            of_counts(precision_of),
        ),
        Misconception(
            "mixes up the order of the four counts",
            "`confusion_counts` gives tp, fp, fn, tn; scikit-learn's matrix gives tn, fp, fn, tp. "
            "Read in the other's order, the first count is not the one you think.",
            of_counts(lambda c: share(c.tn, c.fn)),
        ),
        Misconception(
            "gives the accuracy",
            "Accuracy counts every right answer, those to negatives too. Here only positives "
            "matter: how many of them were flagged?",
            accuracy,
        ),
        Misconception(*ANY_CLASS, for_class_1(recall_of)),
        Misconception(
            "divides by zero when there are no positives",
            "Python refuses to divide by 0. Look at the number of positives before you divide: the "
            "docstring says what to give when there are none.",
            of_counts(lambda c: c.tp / (c.tp + c.fn)),
        ),
        Misconception(
            "gives NaN when there are no positives",
            "NumPy turns 0/0 into NaN, and a NaN spoils every mean and comparison after it. The "
            "docstring says what to give instead.",
            of_counts(lambda c: or_nan(c.tp, c.fn)),
        ),
        Misconception(
            "gives 1 when there are no positives",
            "None was missed, that is true, and none was found either. The docstring fixes what "
            "0/0 is here.",
            of_counts(lambda c: or_one(c.tp, c.fn)),
        ),
        Misconception(
            "gives the share of the missed",
            "That is 1 minus the recall. Of all positives, we ask for those that were found.",
            of_counts(lambda c: share(c.fn, c.tp)),
        ),
        Misconception(
            "measures the negatives",
            "The share of the negatives that is left alone is the specificity, which comes next. "
            "Recall looks at the positives.",
            of_counts(specificity_of),
        ),
        Misconception(
            "averages over all classes",
            "The mean recall of all classes is the balanced accuracy, which comes later. Here one "
            "class is asked about, the one that `positive` names.",
            macro(recall_of),
        ),
        Misconception(
            "counts the found positives without dividing",
            "A count of found positives is half of the way. Recall is a share: out of how many "
            "positives?",
            of_counts(lambda c: c.tp),
        ),
        Misconception(
            "divides by all samples",
            "Most samples are negative, and recall does not ask about them. Which samples does it "
            "ask about?",
            of_counts(lambda c: c.tp / sum(c)),
        ),
        Misconception(*BRACKETS, of_counts(lambda c: without_brackets(c.tp, c.fn))),
        Misconception(*PERCENT, of_counts(lambda c: 100 * recall_of(c))),
        Misconception(*ROUNDED, of_counts(lambda c: round(recall_of(c), 2))),
    ],
    praise="Remember who else has a recall of 1: the model that flags everybody.",
)


def demanding(y_true: Any, y_pred: Any, positive: int = 1) -> float:
    """Count a negative only if its own class was named."""
    pairs = zip(as_list(y_true), as_list(y_pred), strict=True)
    answers = [true == flagged for true, flagged in pairs if true != positive]
    return sum(answers) / len(answers) if answers else 0.0


specificity = Judge(
    name="specificity",
    expected=of_counts(specificity_of),
    misconceptions=[
        Misconception(
            "gives the false positive rate",
            "That is the share of the negatives that were flagged: 1 minus the specificity. Here "
            "we ask for those that were left alone.",
            of_counts(lambda c: share(c.fp, c.tn)),
        ),
        Misconception(
            "gives the recall",
            "Recall looks at the positives. Specificity asks the same about the negatives: how "
            "many of them were left alone?",
            of_counts(recall_of),
        ),
        Misconception(
            "divides by all samples that were not flagged",
            "Who was not flagged may be positive, and missed. Specificity asks about the "
            "negatives, flagged or not.",
            of_counts(lambda c: share(c.tn, c.fn)),
        ),
        Misconception(
            "mixes up the order of the four counts",
            "`confusion_counts` gives tp, fp, fn, tn, so the true negatives come last. In "
            "scikit-learn's matrix they come first: tn, fp, fn, tp.",
            of_counts(lambda c: share(c.tp, c.fp)),
        ),
        Misconception(
            "asks that a negative's own class is named",
            "With three classes, a negative that is taken for another negative class was not "
            "flagged. There was no false alarm, so it was left alone.",
            demanding,
        ),
        Misconception(
            "gives the accuracy",
            "Accuracy counts right answers of every kind. Specificity looks at the negatives "
            "alone.",
            accuracy,
        ),
        Misconception(*ANY_CLASS, for_class_1(specificity_of)),
        Misconception(
            "divides by zero when there are no negatives",
            "Python refuses to divide by 0. Look at the number of negatives before you divide: the "
            "docstring says what to give when there are none.",
            of_counts(lambda c: c.tn / (c.tn + c.fp)),
        ),
        Misconception(
            "gives NaN when there are no negatives",
            "NumPy turns 0/0 into NaN, and a NaN spoils every mean and comparison after it. The "
            "docstring says what to give instead.",
            of_counts(lambda c: or_nan(c.tn, c.fp)),
        ),
        Misconception(
            "gives 1 when there are no negatives",
            "Nobody was alarmed for nothing, that is true, and nobody was left alone either. The "
            "docstring fixes what 0/0 is here.",
            of_counts(lambda c: or_one(c.tn, c.fp)),
        ),
        Misconception(
            "counts the true negatives without dividing",
            "A count is half of the way. Specificity is a share: out of how many negatives?",
            of_counts(lambda c: c.tn),
        ),
        Misconception(*BRACKETS, of_counts(lambda c: without_brackets(c.tn, c.fp))),
        Misconception(*PERCENT, of_counts(lambda c: 100 * specificity_of(c))),
        Misconception(*ROUNDED, of_counts(lambda c: round(specificity_of(c), 2))),
    ],
    praise="99% sounds high; at one positive in a thousand it still means ten false alarms each.",
)
