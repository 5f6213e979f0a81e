"""The judges of lesson 06 on what was chosen and worked out without a function."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from autograder.engine.judge import Judge, Misconception

CHOICES = {"fraud": "D", "screening": "C", "spam": "B", "general": "E", "ranking": "F"}


def choice(name: str, hint: str, **entries: str) -> Misconception:
    """Make a misconception that chooses other metrics for some of the situations."""
    return Misconception(name, hint, {**CHOICES, **entries})


chosen_metrics = Judge(
    name="chosen_metrics",
    expected=lambda key: CHOICES[key],
    misconceptions=[
        choice(
            "trusts accuracy where classes differ in size",
            "Whoever always names the commonest class does well in it. The kinds of birds matter "
            "alike, so each needs the same say.",
            general="A",
        ),
        choice(
            "trusts accuracy everywhere",
            "Two models with the same accuracy can make opposite mistakes. Ask in each situation "
            "which mistake hurts, and which metric would see it.",
            **dict.fromkeys(CHOICES, "A"),
        ),
        choice(
            "looks at the missed fraud alone",
            "Who flags every payment misses no fraud, and has no customers left. Both mistakes "
            "hurt here, and the board wants to see both.",
            fraud="C",
        ),
        choice(
            "looks at the blocked customers alone",
            "Who flags a single, certain fraud blocks nobody for nothing, and lets the rest pass. "
            "Both mistakes hurt here, and the board wants to see both.",
            fraud="B",
        ),
        choice(
            "gives one average where two numbers are asked for",
            "A mean hides which of the two mistakes was made. The board wants to see both.",
            fraud="E",
        ),
        choice(
            "guards the screening against false alarms",
            "A false alarm costs a cheap, harmless test here. What does a miss cost?",
            screening="B",
        ),
        choice(
            "weighs both mistakes alike in the screening",
            "Compare what happens to a healthy person who is flagged and to an ill one who is not. "
            "Is it equally bad?",
            screening="D",
        ),
        choice(
            "takes the filter to task for the spam that it lets through",
            "A little spam in the inbox bothers nobody. What happens to a good letter that is "
            "flagged, and which metric sees that?",
            spam="C",
        ),
        choice(
            "weighs both mistakes alike in the spam filter",
            "A lost letter and a spam in the inbox are not equally bad here. Which metric looks at "
            "what was flagged?",
            spam="D",
        ),
        choice(
            "judges answers by the order of scores",
            "The camera names one bird for each photo. There are answers to judge, and classes "
            "that matter alike.",
            general="F",
        ),
        choice(
            "needs a threshold to compare models that have none",
            "Each hospital will set its own threshold. Which metrics judge the scores before "
            "anybody does?",
            ranking="E",
        ),
        choice(
            "compares at one threshold what will be used at many",
            "Precision and recall change with the threshold, and there is none yet. Which metrics "
            "need none?",
            ranking="D",
        ),
        choice(
            "mixes up precision and recall",
            "Precision looks at what was flagged, recall at the positives. In which of the two "
            "places does the costly mistake sit?",
            screening="B",
            spam="C",
        ),
    ],
    praise="Each of them answers another question; the costs of the mistakes say which is yours.",
)

ACCURACY, RECALL = Fraction(95, 100), Fraction(40, 100)


def precision_at(prevalence: Fraction) -> float:
    """Share out the patients: found, missed, and what else makes up all the mistakes."""
    found, missed = prevalence * RECALL, prevalence * (1 - RECALL)
    false_alarms = (1 - ACCURACY) - missed
    return float(found / (found + false_alarms))


SCREENING = {
    "largest_prevalence": float((1 - ACCURACY) / (1 - RECALL)),
    "precision_at_1": precision_at(Fraction(1, 100)),
    "precision_at_5": precision_at(Fraction(5, 100)),
    "precision_at_8": precision_at(Fraction(8, 100)),
    "baseline_at_8": 0.92,
}


def miscalculation(name: str, hint: str, **entries: Any) -> Misconception:
    """Make a misconception that gets some of the numbers wrong."""
    return Misconception(name, hint, {**SCREENING, **entries})


def precisions(at_1: float, at_5: float, at_8: float) -> dict[str, float]:
    """Name the precisions at the three prevalences."""
    return {"precision_at_1": at_1, "precision_at_5": at_5, "precision_at_8": at_8}


screening = Judge(
    name="screening",
    expected=lambda key: SCREENING[key],
    rtol=0.006,  # three digits are enough: 0.083 for 1/12
    misconceptions=[
        miscalculation(
            "takes recall for precision",
            "40% of the *ill* are flagged; precision asks which share of the *flagged* is ill. It "
            "changes with the prevalence.",
            **precisions(0.4, 0.4, 0.4),
        ),
        miscalculation(
            "takes accuracy for specificity",
            "Accuracy mixes both groups: 95% of all answers are right, not 95% of those to the "
            "healthy. How many of the mistakes are missed patients?",
            **{f"precision_at_{n}": 0.4 * n / (0.4 * n + 0.05 * (100 - n)) for n in (1, 5, 8)},
        ),
        miscalculation(
            "takes all mistakes for false alarms",
            "An accuracy of 95% leaves 5% mistakes of both kinds. The missed patients are among "
            "them: take them away before you count false alarms.",
            **{f"precision_at_{n}": 0.4 * n / (0.4 * n + 5) for n in (1, 5, 8)},
        ),
        miscalculation(
            "counts only the missed as wrong",
            "If there were no false alarms, precision would be 1. Of the mistakes that an accuracy "
            "of 95% allows, how many are left when the missed are taken away?",
            **precisions(1.0, 1.0, 1.0),
        ),
        miscalculation(
            "counts the found where the missed are to be counted",
            "With a recall of 40%, 60% of the ill are missed, and these are the mistakes. Check "
            "which of the two you subtract from all mistakes.",
            largest_prevalence=0.05 / 0.4,
            **{f"precision_at_{n}": 0.4 * n / (0.4 * n + 5 - 0.4 * n) for n in (1, 5, 8)},
        ),
        miscalculation(
            "gives the share of false alarms",
            "That is 1 minus the precision. Of all alarms, we ask for those that are right.",
            **precisions(11 / 12, 0.5, 1 / 17),
        ),
        miscalculation(
            "sets the largest prevalence to the share of mistakes",
            "Not every ill patient is a mistake: 40% of them are found. How many ill patients does "
            "it take until the missed ones alone make up 5% of all?",
            largest_prevalence=0.05,
        ),
        miscalculation(
            "divides by the recall for the largest prevalence",
            "The missed make the mistakes, and they are 60% of the ill. Which number belongs "
            "below the 5%?",
            largest_prevalence=0.125,
        ),
        miscalculation(
            "takes 60% for the largest prevalence",
            "60% of the ill are missed. How common may the disease be, if these missed ones are at "
            "most 5% of all patients?",
            largest_prevalence=0.6,
        ),
        miscalculation(
            "takes the model's own accuracy for the baseline",
            "The baseline asks no model at all. Whoever always says healthy is right for all of "
            "the healthy: how many are there?",
            baseline_at_8=0.95,
        ),
        miscalculation(
            "gives the share of the ill as the baseline",
            "Always saying healthy is right for the healthy, not for the ill.",
            baseline_at_8=0.08,
        ),
        miscalculation(
            "gives percentages",
            "All five lie between 0 and 1 in this course: 25% is written 0.25.",
            **{key: 100 * value for key, value in SCREENING.items()},
        ),
    ],
    praise="The same two numbers, and anything between a poor and an excellent alarm.",
)

quick_check_areas = Judge(
    name="quick_check_areas",
    expected=lambda: "C",
    misconceptions=[
        Misconception(
            "picks A: the areas grow with recall",
            "Recall does grow as the threshold falls. But an area is taken over the whole curve, "
            "and that holds the points of all thresholds at once.",
            "A",
        ),
        Misconception(
            "picks B: PR-AUC depends on the threshold",
            "A precision depends on the threshold. The area takes the precisions at all of them: "
            "what is left for the chosen one to change?",
            "B",
        ),
        Misconception(
            "picks D: the areas are largest at 0.5",
            "Only the order of the scores enters either area. Does a threshold of 0.5 change the "
            "order?",
            "D",
        ),
        Misconception(
            "picks E: PR-AUC finds the threshold with the best F1",
            "The best F1 belongs to one point of the curve. The area belongs to the curve, and "
            "there is only one curve for one model.",
            "E",
        ),
        Misconception(
            "picks F: fewer alarms, larger areas",
            "A higher threshold means fewer alarms, and often a higher precision at that point. "
            "But the curve has that point in it already.",
            "F",
        ),
    ],
    praise="An area ranks models; a threshold needs F1, costs, or a demand on recall or precision.",
)
