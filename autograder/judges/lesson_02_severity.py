"""The judges of lesson 02 on what a ratio means."""

from __future__ import annotations

from bisect import bisect_right
from fractions import Fraction
from typing import Any

from autograder.engine.judge import Judge, Misconception

BANDS = ("Mild", "Moderate", "Significant", "Extreme")
BOUNDARIES = (3, 10, 100)


def band(ratio: float) -> str:
    """Count the boundaries that a ratio has reached."""
    return BANDS[bisect_right(BOUNDARIES, ratio)]


def overwritten(ratio: float) -> str:
    """Let each `if` have its say, the last one the final one."""
    name = "Extreme"
    for boundary, lower in zip(BOUNDARIES, BANDS, strict=False):
        if ratio < boundary:
            name = lower
    return name


severity = Judge(
    name="severity",
    expected=band,
    misconceptions=[
        Misconception(
            "puts 3, 10 and 100 in the band below them",
            "Each of the three belongs to the band above it: at exactly 3 an imbalance is not mild "
            "any more. Compare `<` with `<=`.",
            lambda ratio: BANDS[sum(ratio > boundary for boundary in BOUNDARIES)],
        ),
        Misconception(
            "puts 10 and 100 in the band below them",
            "The table names 10:1 in two rows, and its last row begins above 100. Here both "
            "belong to the band above, as 3 does.",
            lambda ratio: BANDS[(ratio >= 3) + (ratio > 10) + (ratio > 100)],
        ),
        Misconception(
            "puts 100 in the band below it",
            "3 and 10 are where they should be. 100 follows the same rule: it belongs to the band "
            "above.",
            lambda ratio: BANDS[(ratio >= 3) + (ratio >= 10) + (ratio > 100)],
        ),
        Misconception(
            "lets a later `if` overwrite an earlier one",
            "A ratio of 2 is below 3, but below 10 and below 100 as well. Once a band has been "
            "found, the others must not be asked any more.",
            overwritten,
        ),
        Misconception(
            "names the band one too high",
            "The mild band comes first, and what is below 3 belongs to it. Look at where your "
            "list of names begins.",
            lambda ratio: BANDS[min(bisect_right(BOUNDARIES, ratio) + 1, 3)],
        ),
        Misconception(
            "names the band one too low",
            "From 3 on an imbalance is moderate, and from 100 on extreme. Look at which name "
            "stands beside which boundary.",
            lambda ratio: BANDS[max(bisect_right(BOUNDARIES, ratio) - 1, 0)],
        ),
        Misconception(
            "turns the ratio upside down",
            "The ratio comes as largest to smallest, so it is 1 or more. The boundaries 3, 10 and "
            "100 can be compared with it as it is.",
            lambda ratio: band(1 / ratio),
        ),
        Misconception(
            "names the bands in the opposite order",
            "The larger the ratio, the more severe. Which name belongs to a ratio close to 1?",
            lambda ratio: BANDS[::-1][bisect_right(BOUNDARIES, ratio)],
        ),
        Misconception(
            "goes by the share of the rarer class, as other tables do",
            "There are tables that call a share of 20% and more mild and one below 1% extreme. "
            "Here the ratio itself is compared, with 3, 10 and 100.",
            lambda ratio: BANDS[0 if ratio <= 4 else 1 if ratio <= 99 else 3],
        ),
        Misconception(
            "rounds the ratio first",
            "2.9 is below 3, and infinity cannot be made a whole number at all. Compare the ratio "
            "as it comes.",
            lambda ratio: band(round(ratio)),
        ),
        Misconception(
            "gives a number, not a name",
            "You found the right place in the row of bands. Give back what the band is called.",
            lambda ratio: bisect_right(BOUNDARIES, ratio),
        ),
        Misconception(
            "puts 3 in the band below it",
            "10 and 100 are where they should be. 3 follows the same rule: at exactly 3 an "
            "imbalance is not mild any more.",
            lambda ratio: BANDS[(ratio > 3) + (ratio >= 10) + (ratio >= 100)],
        ),
        Misconception(
            "asks whether the ratio is in a `range`",
            "A `range` holds whole numbers only, so 2.9 is in none of them. Compare with `<`.",
            lambda ratio: next(
                (
                    name
                    for name, whole in zip(
                        BANDS, (range(3), range(3, 10), range(10, 100)), strict=False
                    )
                    if ratio in whole
                ),
                BANDS[-1],
            ),
        ),
        Misconception(
            "leaves 3, 10 and 100 without a band",
            "Each of the three belongs to the band above it. With `<` on both sides they fall "
            "through the gaps.",
            lambda ratio: None if ratio in BOUNDARIES else band(ratio),
        ),
        Misconception(
            "calls the third band by another name",
            "The four names stand in the table above: take the third as it is written there.",
            lambda ratio: {"Significant": "Severe"}.get(band(ratio), band(ratio)),
        ),
    ],
    praise="A name is quickly read; remember that its boundaries are a convention, not a law.",
)

SIZES = (8000, 1500, 500)
DIAGNOSIS = {
    "ratio": float(Fraction(max(SIZES), min(SIZES))),
    "severity": band(max(SIZES) / min(SIZES)),
    "baseline": float(Fraction(max(SIZES), sum(SIZES))),
    "smallest_share": float(Fraction(min(SIZES), sum(SIZES))),
}


def misdiagnosis(name: str, hint: str, **entries: Any) -> Misconception:
    """Make a misconception that gets some entries of the diagnosis wrong."""
    return Misconception(name, hint, {**DIAGNOSIS, **entries})


diagnosis = Judge(
    name="diagnosis",
    expected=lambda key: DIAGNOSIS[key],
    misconceptions=[
        misdiagnosis(
            "divides the smallest class by the largest",
            "The ratio is never below 1: it says how many samples the largest class has for each "
            "one of the smallest.",
            ratio=500 / 8000,
        ),
        misdiagnosis(
            "compares the largest class with all the others together",
            "The ratio compares two classes only, the largest and the smallest. Which two counts "
            "are they here?",
            ratio=8000 / 2000,
            severity="Moderate",
        ),
        misdiagnosis(
            "compares the largest class with the second largest",
            "The smallest class is the one that is hardest to learn, so it is the one that the "
            "ratio looks at.",
            ratio=8000 / 1500,
            severity="Moderate",
        ),
        misdiagnosis(
            "compares all samples with the smallest class",
            "The ratio compares two classes. What belongs on top is the size of one class, not of "
            "all three.",
            ratio=10_000 / 500,
        ),
        misdiagnosis(
            "names the band below the right one",
            "Ask your own `severity` about the ratio: between which two of 3, 10 and 100 does it "
            "lie?",
            severity="Moderate",
        ),
        misdiagnosis(
            "names the band above the right one",
            "Ask your own `severity` about the ratio: the highest band begins at 100.",
            severity="Extreme",
        ),
        misdiagnosis(
            "gives percentages",
            "Accuracies and shares lie between 0 and 1 in this course: 25% is written 0.25.",
            baseline=80,
            smallest_share=5,
        ),
        misdiagnosis(
            "gives numbers of samples where shares are asked for",
            "You found the right classes. A share is what remains when their size is divided by "
            "the number of all samples.",
            baseline=8000,
            smallest_share=500,
        ),
        misdiagnosis(
            "takes one out of three for the baseline",
            "A third is what guessing at random scores. Someone who always names the commonest "
            "class is right for all of its samples.",
            baseline=1 / 3,
        ),
        misdiagnosis(
            "takes the smallest class for the baseline",
            "The baseline is as good as a constant answer can be. Which class should it name?",
            baseline=500 / 10_000,
        ),
        misdiagnosis(
            "compares the smallest class with the largest where its share is asked for",
            "A share is taken out of all samples, those of the class itself included. How many "
            "are there in all?",
            smallest_share=500 / 8000,
        ),
        misdiagnosis(
            "calls it mild",
            "Ask your own `severity` about the ratio: what is below 3 is mild. Is yours?",
            severity="Mild",
        ),
        misdiagnosis(
            "calls the band by another name",
            "The four names stand in the table above. Which of them goes with a ratio between 10 "
            "and 100?",
            severity="Severe",
        ),
        misdiagnosis(
            "gives the share of all classes but the commonest for the baseline",
            "Someone who always names the commonest class is right for its samples, and wrong for "
            "the others. Which of the two shares is the accuracy?",
            baseline=2000 / 10_000,
        ),
    ],
    praise="That is a diagnosis; what to do about it is the next question.",
)

quick_check_ratio = Judge(
    name="quick_check_ratio",
    expected=lambda: "B",
    misconceptions=[
        Misconception(
            "picks A: the ratio decides how well a rare class can be learned",
            "Imagine learning what an illness looks like from 20 patients, and from 20,000. The "
            "ratio is the same, and it does not see this difference.",
            "A",
        ),
        Misconception(
            "picks C: 10:1 means 10% and 90%",
            "For every ill patient there are 10 healthy ones, so one of 11 is ill. That makes "
            "9.1%, and always answering healthy is right for 90.9%.",
            "C",
        ),
        Misconception(
            "picks D: the difference measures the imbalance",
            "Copy every row of the clinic's table a thousand times and you get a difference of "
            "180,000, yet the classes are as uneven as before. The ratio divides; it does not "
            "subtract.",
            "D",
        ),
        Misconception(
            "picks E: severity grows with the number of samples",
            "Severity is read from the ratio alone, and both have the same ratio. So both are in "
            "the same band.",
            "E",
        ),
        Misconception(
            "picks F: a larger majority class gives a higher baseline",
            "The registry has a thousand times as many of both. Divide healthy by all in each of "
            "the two, and compare.",
            "F",
        ),
    ],
    praise=(
        "If a model finds 16 of the clinic's 20 ill patients, its recall is anything from 58% to "
        "92% (Wilson's 95% interval); 16,000 of 20,000 at the registry mean 79% to 81%."
    ),
)
