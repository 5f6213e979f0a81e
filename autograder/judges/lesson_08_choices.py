"""The judges of lesson 08's choices: a colleague's report, and the quick check."""

from __future__ import annotations

from autograder.engine.judge import Judge, Misconception

VERDICTS = {
    "recall": "A",
    "precision": "B",
    "accuracy": "C",
    "roc_auc": "A",
    "interval_width": "C",
}


def verdicts(name: str, hint: str, **entries: str) -> Misconception:
    """Make a misconception that gets some of the verdicts wrong."""
    return Misconception(name, hint, {**VERDICTS, **entries})


colleague = Judge(
    name="colleague",
    expected=lambda key: VERDICTS[key],
    misconceptions=[
        verdicts(
            "finds nothing wrong with any of the numbers",
            "Some of them change with the share of fraud in the test set. For each one, ask "
            "whether frauds and legitimate payments both occur in its formula.",
            precision="A",
            accuracy="A",
            interval_width="A",
        ),
        verdicts(
            "holds every number for too good",
            "Recall looks at frauds only. Draw them as often as you like: the share that is found "
            "stays what it is, up to luck. Which other number is like that?",
            recall="B",
            precision="B",
            accuracy="B",
            roc_auc="B",
        ),
        verdicts(
            "holds the recall for too high",
            "Recall is a share of the frauds, and each fraud was as likely to be drawn as any "
            "other. How many legitimate payments stand beside them does not matter.",
            recall="B",
        ),
        verdicts(
            "holds the recall for too low",
            "Frauds that are drawn more often are found in the same share. Recall never looks at "
            "the legitimate payments.",
            recall="C",
        ),
        verdicts(
            "takes precision for a number that does not depend on prevalence",
            "Precision mixes both classes: of all alarms, how many are true? In the world 99 "
            "legitimate payments stand beside each fraud, not one.",
            precision="A",
        ),
        verdicts(
            "holds the precision for too low",
            "In the world there are 99 times as many chances of a false alarm for each fraud. Are "
            "the alarms then true more often, or less?",
            precision="C",
        ),
        verdicts(
            "holds the accuracy for too high",
            "On the balanced set accuracy is the mean of recall and specificity, 0.88. In the "
            "world it is nearly the specificity alone. Which is larger here?",
            accuracy="B",
        ),
        verdicts(
            "takes accuracy for a number that does not depend on prevalence",
            "Accuracy weighs the two classes by how many of each there are, and the sampler "
            "changed exactly this.",
            accuracy="A",
        ),
        verdicts(
            "holds the ROC-AUC for too high",
            "It compares a fraud with a legitimate payment, over and over. How often each class "
            "was drawn does not change how such a pair comes out.",
            roc_auc="B",
        ),
        verdicts(
            "holds the ROC-AUC for too low",
            "It compares one fraud with one legitimate payment at a time, so that the shares of "
            "the two classes do not enter.",
            roc_auc="C",
        ),
        verdicts(
            "holds the interval for too wide",
            "The interval was computed for 1000 frauds, and there were 20, each about 50 times. "
            "Does a copy tell anything new?",
            interval_width="B",
        ),
        verdicts(
            "takes copies for samples",
            "A thousand draws from 20 frauds are still 20 frauds. How far would the recall move if "
            "the 20 had been others?",
            interval_width="A",
        ),
    ],
    praise="Balancing a test set changes what mixes the classes, and hides how few samples it has.",
)

quick_check_pipeline = Judge(
    name="quick_check_pipeline",
    expected=lambda: "B",
    misconceptions=[
        Misconception(
            "picks A: the same validation data make it fair",
            "The data are the same, and that is right. But the three were all cut at 0.5, and two "
            "of them were trained to move across that line. Is 0.5 a fair place for the first?",
            "A",
        ),
        Misconception(
            "picks C: accuracy would be the better measure",
            "Lesson 1: somebody who never says fraud has an accuracy of 99% here. Balanced "
            "accuracy was a good choice; look at where the line was drawn.",
            "C",
        ),
        Misconception(
            "picks D: validation data should be balanced",
            "Validation data stand for the world, in which fraud is rare. Balanced ones would only "
            "move every threshold that is tuned on them.",
            "D",
        ),
        Misconception(
            "picks E: the best seed should be compared",
            "The best of five is mostly luck, and a larger spread makes it look better. Several "
            "seeds and their mean are the strong side of this comparison.",
            "E",
        ),
        Misconception(
            "picks F: two remedies must be stronger than one",
            "Both correct for the same skew, so together they correct twice: the line is then too "
            "far on the other side. And five seeds are not one piece of bad luck.",
            "F",
        ),
    ],
    praise=(
        "0.58 says where the line is. Tune it for each arm on validation data, and look at ROC-AUC "
        "or average precision for the ranking."
    ),
)
