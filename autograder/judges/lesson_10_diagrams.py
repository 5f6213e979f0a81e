"""The judges of lesson 10 on reading a diagram, and of its quick check."""

from __future__ import annotations

from typing import Any

from autograder.engine.judge import Judge, Misconception

READING: dict[str, Any] = {
    "calibrated": "C",
    "balanced_training": "B",
    "overfitted": "A",
    "focal_loss": "D",
    "positives_of_100": 50,
    "flag_from": 0.7,
}


def misreading(name: str, hint: str, **entries: Any) -> Misconception:
    """Make a misconception that gets some entries of the reading wrong."""
    return Misconception(name, hint, {**READING, **entries})


diagram_reading = Judge(
    name="diagram_reading",
    expected=lambda key: READING[key],
    rtol=0.1,  # a number that is read off a figure
    misconceptions=[
        misreading(
            "takes a model that is too sure for one that is not sure enough",
            "Who is too sure says 0.9 where 0.78 comes and 0.1 where 0.22 comes: the points are "
            "flatter than the diagonal. Which of the two curves is the steeper one?",
            overfitted="D",
            focal_loss="A",
        ),
        misreading(
            "takes too high everywhere for too sure of itself",
            "Too sure is wrong at both ends, in opposite directions. Too high everywhere is what "
            "comes of a model that has seen more positives than there are.",
            overfitted="B",
            balanced_training="A",
        ),
        misreading(
            "takes reaching 0 and 1 for being calibrated",
            "It is good that nearly all came where the model said 0.9, but it should have said "
            "more. Calibrated points lie on the diagonal, wherever that is.",
            calibrated="D",
            focal_loss="C",
        ),
        misreading(
            "takes a curve that lies below the diagonal for focal loss",
            "Focal loss pulls probabilities towards the middle, from both sides. A curve on one "
            "side of the diagonal has a wrong base rate.",
            balanced_training="D",
            focal_loss="B",
        ),
        misreading(
            "takes the promise for what came",
            "0.9 is what model B said. How many positives came is read off the other axis.",
            positives_of_100=90,
        ),
        misreading(
            "gives a share where a number of samples is asked for",
            "You read the right height. Of 100 samples, how many is that?",
            positives_of_100=0.5,
        ),
        misreading(
            "compares the cost threshold with a promise that is not kept",
            "The two costs give a threshold for true probabilities. Look for it on the axis of "
            "what came, and read off which promise of B belongs to it.",
            flag_from=0.2,
        ),
        misreading(
            "takes the other axis for the threshold and stops at the nearest promise below",
            "At a promise of 0.3, 1 in 20 comes, and flagging costs more than leaving. Which share "
            "do the two costs ask for, and at which promise does it come?",
            flag_from=0.3,
        ),
        misreading(
            "stays at 0.5",
            "At B's 0.5, 1 in 10 comes: nine false alarms for one positive, which costs 9 to save "
            "4. Which share of positives do the two costs ask for?",
            flag_from=0.5,
        ),
        misreading(
            "puts the cost of a miss on top",
            "The dearer a miss, the lower the threshold. It is the cost of a false alarm that "
            "stands on top of the sum of both.",
            flag_from=0.8,
        ),
    ],
    praise="You can tell from four curves what was done in training, and what to do about it.",
)

quick_check_calibration = Judge(
    name="quick_check_calibration",
    expected=lambda: "B",
    misconceptions=[
        Misconception(
            "picks A: right probabilities rank better",
            "The correction is a rising function of the probability. Take two payments: can the "
            "one that was ahead fall behind?",
            "A",
        ),
        Misconception(
            "picks C: the same order means the same alarms at 0.5",
            "The order stays, the numbers fall. A payment that had 0.5 has 0.02 now: does it still "
            "reach 0.5?",
            "C",
        ),
        Misconception(
            "picks D: the Brier score depends on the order alone",
            "That is true of the ROC-AUC. The Brier score measures how far each probability is "
            "from what happened, and nearly all of them move.",
            "D",
        ),
        Misconception(
            "picks E: a probability is multiplied by the share",
            "It is the odds that get a factor, and the mean of the result has to come out near the "
            "true share of 0.02, or something is wrong.",
            "E",
        ),
        Misconception(
            "picks F: the probabilities are lost for good",
            "Weights multiply the odds by a number that you know, and what was multiplied can be "
            "divided again. Whether the ranking suffered is another question.",
            "F",
        ),
    ],
    praise=(
        "Same order, same ROC-AUC, other numbers: so a threshold has to travel with the "
        "probabilities. From a share of 0.5 to one of 0.02, 0.5 becomes exactly 0.02."
    ),
)
