"""The judge of the spoiled pipelines in lesson 03."""

from __future__ import annotations

from autograder.engine.judge import Judge, Misconception

LINES = {"one": 1, "two": 0, "three": 3, "four": 2, "five": 0, "six": 2}


def misreading(name: str, hint: str, **lines: int) -> Misconception:
    """Make a misconception that gets some of the pipelines wrong."""
    return Misconception(name, hint, {**LINES, **lines})


first_wrong_line = Judge(
    name="first_wrong_line",
    expected=lambda key: LINES[key],
    misconceptions=[
        misreading(
            "takes SMOTE before the split for harmless",
            "A new row lies between two old ones. If one of the two lands in the test set, what "
            "does the new row in the training set tell about it?",
            one=0,
        ),
        misreading(
            "names the split, where the damage shows, not the line that caused it",
            "The split itself is as it should be. It comes too late: which line before it used "
            "rows that were going to be test rows?",
            one=2,
            six=3,
        ),
        misreading(
            "takes any resampling for a mistake",
            "Making or repeating rows of the training part is what this lesson teaches, as long as "
            "no row outside of it is involved. Was the split made before?",
            two=3,
            five=2,
        ),
        misreading(
            "takes SMOTE on the training part for a mistake",
            "The rows that it makes lie between training rows, and go to the training part. What "
            "would the test set know of it?",
            two=3,
        ),
        misreading(
            "takes a balanced sampler for a mistake",
            "The sampler only decides how often the model sees which training rows. Which rows is "
            "the score computed on?",
            five=2,
        ),
        misreading(
            "lets the test set be balanced as well",
            "The score should say how the model does in reality, where the rare class is rare. "
            "What would precision be on a set that is half fraud?",
            three=0,
        ),
        misreading(
            "thinks that training and test set must be balanced or not alike",
            "Training data may be bent in whatever way helps. It is the test set that has to look "
            "like reality: which line bends that one?",
            three=2,
        ),
        misreading(
            "overlooks the split inside cross-validation",
            "Five folds mean five more splits, and in each the held-out fold should be untouched. "
            "Where are the copies of a row that was repeated before?",
            four=0,
        ),
        misreading(
            "blames cross-validation for the copies that it was given",
            "Choosing settings on folds of the training part is good practice. But it was handed "
            "rows that had been repeated: which line did that, and when should it happen?",
            four=3,
        ),
        misreading(
            "overlooks that scaling learns from the rows it is shown",
            "A mean over all rows has the test rows in it. The harm is often small, and the rule "
            "is the same: what is learned from data comes after the split.",
            six=0,
        ),
        misreading(
            "takes shuffling for a leak",
            "A new order of the rows tells nothing about any of them. Look for a line that "
            "computes something from all rows.",
            six=1,
        ),
        misreading(
            "counts the lines from 0",
            "The lines are numbered from 1 in the text, and 0 means that there is nothing wrong.",
            one=0,
            three=2,
            four=1,
            six=1,
        ),
        misreading(
            "finds fault with the right line of the last pipeline",
            "SMOTE on the training part, after the split, is as it should be. Something before the "
            "split used the rows that become test rows.",
            six=4,
        ),
        misreading(
            "takes scaling by the training part for a leak",
            "Mean and spread come from training rows alone, and are applied to both parts. What "
            "would training know of the test rows by that?",
            two=2,
        ),
        misreading(
            "names the fit, where the damage is done already",
            "`fit` takes what it is given. Which line before it made the rows what they are?",
            one=3,
            four=4,
        ),
    ],
    praise=(
        "Split first; then everything that learns, repeats or invents, and only on the training "
        "part. Inside cross-validation that holds for every fold."
    ),
)
