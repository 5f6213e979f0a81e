"""The judge of lesson 07 on applying a threshold."""

from __future__ import annotations

import numpy as np

from autograder.engine.judge import Judge, Misconception
from autograder.judges.scores import as_floats

apply_threshold = Judge(
    name="apply_threshold",
    expected=lambda scores, threshold: [int(float(score) >= threshold) for score in scores],
    misconceptions=[
        Misconception(
            "flags only scores above the threshold",
            "A score that equals the threshold is flagged too, or a threshold taken from the "
            "scores would leave out the very sample that it came from. Compare `>` with `>=`.",
            lambda scores, threshold: [int(float(score) > threshold) for score in scores],
        ),
        Misconception(
            "flags the scores below the threshold",
            "A high score means that the positive class is likely, so 1 belongs to the high "
            "scores. Which way does your comparison point?",
            lambda scores, threshold: [int(float(score) < threshold) for score in scores],
        ),
        Misconception(
            "ignores the threshold and takes 0.5",
            "0.5 is a default, and this lesson is about the others. The second argument says "
            "where to draw the line.",
            lambda scores, threshold: [int(float(score) >= 0.5) for score in scores],
        ),
        Misconception(
            "gives the positions of the flagged samples",
            "The answer has an entry for each sample, flagged or not: 1 or 0. `np.where` with one "
            "argument gives positions; a comparison gives an entry a sample.",
            lambda scores, threshold: np.flatnonzero(as_floats(scores) >= threshold),
        ),
        Misconception(
            "gives the flagged scores instead of 1",
            "Whoever counts right and wrong answers needs labels: 1 for flagged and 0 for not. The "
            "scores have done their work once they are compared.",
            lambda scores, threshold: as_floats(scores) * (as_floats(scores) >= threshold),
        ),
        Misconception(
            "keeps the flagged samples only",
            "Samples that are not flagged need an answer as well, a 0, or predictions and labels "
            "no longer line up.",
            lambda scores, threshold: as_floats(scores)[as_floats(scores) >= threshold],
        ),
        Misconception(
            "counts the flagged samples",
            "How many are flagged is a sum of the answer. What we need is the answer itself: 1 or "
            "0 for each sample.",
            lambda scores, threshold: int((as_floats(scores) >= threshold).sum()),
        ),
        Misconception(
            "puts logits through a sigmoid first",
            "Scores come as they are, and the threshold is on their scale: a logit is compared "
            "with a logit. Changing only one of the two moves the line.",
            lambda scores, threshold: (1 / (1 + np.exp(-as_floats(scores))) >= threshold).astype(
                int
            ),
        ),
        Misconception(
            "answers with -1 and 1",
            "In this course the labels are 0 and 1: 1 for a flagged sample, 0 for one that is left "
            "alone.",
            lambda scores, threshold: np.where(as_floats(scores) >= threshold, 1, -1),
        ),
    ],
    praise="The threshold itself counts as flagged, here as in scikit-learn's curves.",
)
