"""The judges of lesson 01, the accuracy trap."""

from __future__ import annotations

from collections import Counter
from fractions import Fraction
from typing import Any

import numpy as np

from autograder.engine.judge import Judge, Misconception
from autograder.judges.labels import as_list


def counts_by_size(labels: Any) -> list[int]:
    """Count the classes that are present, the largest first."""
    return [count for _, count in Counter(as_list(labels)).most_common()]


def expected_baseline(labels: Any) -> float:
    """Divide the commonest label's count by all, as a fraction."""
    return float(Fraction(counts_by_size(labels)[0], len(labels)))


majority_baseline = Judge(
    name="majority_baseline",
    expected=expected_baseline,
    misconceptions=[
        Misconception(
            "takes class 0 for the commonest class",
            "Here 0 was the legitimate payments, but a class number says nothing about size. Find "
            "out from the labels themselves which class is the largest.",
            lambda labels: as_list(labels).count(0) / len(labels),
        ),
        Misconception(
            "gives the share of class 1",
            "Class 1 is the one we look for, and not the one that a lazy model predicts. Which "
            "prediction would be right most often?",
            lambda labels: as_list(labels).count(1) / len(labels),
        ),
        Misconception(
            "gives the share of the rarest class",
            "Always predicting the rarest class would be right as seldom as possible. Think of the "
            "constant prediction that is right most often.",
            lambda labels: counts_by_size(labels)[-1] / len(labels),
        ),
        Misconception(
            "divides 1 by the number of classes",
            "That is the accuracy of guessing at random between equally likely classes. A model "
            "that always gives the same answer does better when the classes differ in size.",
            lambda labels: 1 / len(set(as_list(labels))),
        ),
        Misconception(
            "gives a percentage",
            "An accuracy lies between 0 and 1, so 99% is 0.99. Leave the percent sign to whoever "
            "prints the number.",
            lambda labels: 100 * counts_by_size(labels)[0] / len(labels),
        ),
        Misconception(
            "counts the right predictions without dividing by their number",
            "The size of the largest class is half of the way. Accuracy is a share: the right ones "
            "out of how many?",
            lambda labels: counts_by_size(labels)[0],
        ),
        Misconception(
            "gives the number of the commonest class itself",
            "You found which class is the commonest. What we want to know is how often a model is "
            "right that always names it.",
            lambda labels: int(np.bincount(as_list(labels)).argmax()),
        ),
        Misconception(
            "treats the labels as zeros and ones, and averages them",
            "The mean of labels is a share only if they are 0 and 1. With a class 2 the sum "
            "counts each of its samples twice: compare the labels with a class first.",
            lambda labels: max(np.mean(as_list(labels)), 1 - np.mean(as_list(labels))),
        ),
        Misconception(
            "divides by the number of the other samples",
            "The largest class against the rest gives odds, which may be above 1. An accuracy is "
            "a share of all the samples, the largest class included.",
            lambda labels: counts_by_size(labels)[0] / sum(counts_by_size(labels)[1:]),
        ),
        Misconception(
            "rounds the accuracy",
            "Rounded to two digits, 0.996 and 1 are the same, and for rare classes that is the "
            "difference that counts. Leave rounding to whoever prints the number.",
            lambda labels: round(expected_baseline(labels), 2),
        ),
        Misconception(
            "drops what comes after the decimal point",
            "A share below 1 becomes 0 when only whole numbers are kept. Look for `//` or `int` "
            "in your code.",
            lambda labels: counts_by_size(labels)[0] // len(labels),
        ),
        Misconception(
            "takes class 1 for the rarest, and gives the share of all the others",
            "With two classes that are 0 and 1 this may come out right. Which class is the "
            "commonest is for the labels to say.",
            lambda labels: 1 - as_list(labels).count(1) / len(labels),
        ),
        Misconception(
            "divides by the number of classes",
            "The size of the largest class is right. An accuracy is a share of the samples: how "
            "many of those are there in all?",
            lambda labels: counts_by_size(labels)[0] / len(set(as_list(labels))),
        ),
        Misconception(
            "hands a tensor to `Counter`",
            "Two entries of a tensor are never the same key, even when they are equal, so the "
            "largest count is 1. Turn the labels into plain numbers first: `as_labels`, or "
            "`.tolist()`.",
            lambda labels: Counter(labels).most_common(1)[0][1] / len(labels),
        ),
    ],
    praise="Keep this number beside every accuracy you read: only what lies above it was learned.",
)


def agreements(y_true: Any, y_pred: Any) -> Counter[tuple[int, int]]:
    """Count the pairs of true and predicted class: the confusion matrix, as a table of counts."""
    return Counter(zip(as_list(y_true), as_list(y_pred), strict=True))


def share(part: int, whole: int) -> float:
    """Divide, and give 0 for nothing out of nothing."""
    return part / whole if whole else 0.0


def whole_lists(y_true: Any, y_pred: Any, positive: int = 1) -> Any:
    """Compare what came with a number, which for a list is a single False."""
    return int(np.sum((y_true == positive) & (y_pred == positive)))


def smaller_count(y_true: Any, y_pred: Any, positive: int = 1) -> int:
    """Take as many as there are of the scarcer of the two, whichever samples they are."""
    return min(as_list(y_true).count(positive), as_list(y_pred).count(positive))


positives_caught = Judge(
    name="positives_caught",
    expected=lambda y_true, y_pred, positive=1: agreements(y_true, y_pred)[positive, positive],
    misconceptions=[
        Misconception(
            "counts every right prediction",
            "A legitimate payment that was let through is right as well, but no fraud was caught. "
            "Which class must a sample belong to before it counts here?",
            lambda y_true, y_pred, positive=1: sum(
                t == p for t, p in zip(as_list(y_true), as_list(y_pred), strict=True)
            ),
        ),
        Misconception(
            "counts everything that was flagged",
            "Some of what a model flags is a false alarm. Look at the true label of each flagged "
            "sample too.",
            lambda y_true, y_pred, positive=1: as_list(y_pred).count(positive),
        ),
        Misconception(
            "counts all positives, caught or not",
            "That is how many there were to catch. A model that flags nothing should get 0 here: "
            "where do its predictions come in?",
            lambda y_true, y_pred, positive=1: as_list(y_true).count(positive),
        ),
        Misconception(
            "gives the recall, a share",
            "Dividing by the number of positives turns the count into a recall, which we meet "
            "later. Here we want to know how many there are.",
            lambda y_true, y_pred, positive=1: share(
                agreements(y_true, y_pred)[positive, positive], as_list(y_true).count(positive)
            ),
        ),
        Misconception(
            "gives the precision, a share",
            "Dividing by the number of flagged samples turns the count into a precision, which we "
            "meet later. Here we want to know how many there are.",
            lambda y_true, y_pred, positive=1: share(
                agreements(y_true, y_pred)[positive, positive], as_list(y_pred).count(positive)
            ),
        ),
        Misconception(
            "looks for class 1 whatever `positive` says",
            "The class that we look for may have any number, 0 included. Does `positive` appear in "
            "the body of your function?",
            lambda y_true, y_pred, positive=1: agreements(y_true, y_pred)[1, 1],
        ),
        Misconception(
            "counts the positives that were missed",
            "A positive that the model called something else slipped through. Turn the question "
            "round: which positives did the model recognise?",
            lambda y_true, y_pred, positive=1: (
                as_list(y_true).count(positive) - agreements(y_true, y_pred)[positive, positive]
            ),
        ),
        Misconception(
            "counts the false alarms",
            "A sample that was flagged and is not positive is a false alarm. Check which of the "
            "two arguments holds the truth, and what it should say.",
            lambda y_true, y_pred, positive=1: (
                as_list(y_pred).count(positive) - agreements(y_true, y_pred)[positive, positive]
            ),
        ),
        Misconception(
            "multiplies the labels and adds the products",
            "A product of labels counts caught positives only if the classes are 0 and 1 and we "
            "look for 1. Compare the labels with `positive` first.",
            lambda y_true, y_pred, positive=1: int(np.dot(as_list(y_true), as_list(y_pred))),
        ),
        Misconception(
            "counts right predictions of any class but 0",
            "With three classes, a label that is not 0 need not be the one we look for. Ask for "
            "equality with `positive`, in both arguments.",
            lambda y_true, y_pred, positive=1: sum(
                n for (t, p), n in agreements(y_true, y_pred).items() if t == p != 0
            ),
        ),
        Misconception(
            "counts samples for which one of the two things holds",
            "A missed fraud and a false alarm are not caught. Both must hold for the same sample: "
            "`&` means and, `|` means or.",
            lambda y_true, y_pred, positive=1: (
                as_list(y_true).count(positive)
                + as_list(y_pred).count(positive)
                - agreements(y_true, y_pred)[positive, positive]
            ),
        ),
        Misconception(
            "gives a share of all samples",
            "How many were caught is asked for, not which part of all samples that is. What adds "
            "the True up, instead of averaging them?",
            lambda y_true, y_pred, positive=1: (
                agreements(y_true, y_pred)[positive, positive] / len(y_true)
            ),
        ),
        Misconception(
            "compares a whole list with a number",
            "`[1, 0, 1] == 1` is a single False, since a list is not a number. Turn both arguments "
            "into arrays first; then each entry is compared.",
            whole_lists,
        ),
        Misconception(
            "takes the smaller of two counts, whichever samples they are",
            "Three flagged samples and three frauds need not be the same three. Look at both "
            "arguments sample by sample.",
            smaller_count,
        ),
    ],
    praise=(
        "Accuracy 99%, fraud caught 0: the two numbers come from the same predictions, and only "
        "the second one says whether the model does its job."
    ),
)


quick_check_accuracy = Judge(
    name="quick_check_accuracy",
    expected=lambda: "D",
    misconceptions=[
        Misconception(
            "picks A: accuracy as the share of frauds that are caught",
            "That share is the recall. Accuracy looks at all payments, and 99 of every 100 of "
            "them are legitimate: which of the two could make up the 99% alone?",
            "A",
        ),
        Misconception(
            "picks B: too few frauds to divide by",
            "Accuracy divides by the number of all payments, and of those there are plenty. It "
            "can be computed without trouble; the trouble is what it tells.",
            "B",
        ),
        Misconception(
            "picks C: a fraud weighs as much as 99 legitimate payments",
            "It is the other way round. Every payment weighs the same in an accuracy: how much of "
            "the score can then depend on 1 payment in 100?",
            "C",
        ),
        Misconception(
            "picks E: measures that depend on the threshold are of no use",
            "Recall and precision depend on the threshold as well, and they say precisely what a "
            "bank wants to know. Look for a fault that accuracy has and they do not.",
            "E",
        ),
        Misconception(
            "picks F: a balanced test set shows how the model will do at the bank",
            "At the bank one payment in a hundred is fraud, and a test set should look like that. "
            "False alarms on 1% of what is legitimate hardly show on a balanced set; at the bank "
            "they are as many as the frauds.",
            "F",
        ),
    ],
    praise="So put the majority baseline and the number of frauds caught beside every accuracy.",
)
