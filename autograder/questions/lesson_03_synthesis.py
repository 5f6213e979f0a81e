"""The questions of lesson 03 on new samples, and on what must not be resampled."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograder.engine.question import Case, Question, read_entry
from autograder.questions.draws import draw_labels
from autograder.questions.seeded import ask_with_seeds

DRAWS_PER_SEGMENT = 25
"""So many new samples for each pair of a start and a neighbour: none of the pairs stays unused."""


def synthesis_case(
    label: str, inputs: Any, labels: Any, rare: int, num_samples: int, shown: str = "", **opts: Any
) -> Case:
    """Make a case of a table of features; its classes overlap."""
    arrays = {"inputs": np.asarray(inputs, dtype=float), "labels": np.asarray(labels)}
    return Case(label, {**arrays, "rare": rare, "num_samples": num_samples}, opts, shown=shown)


def draw_tables(rng: np.random.Generator) -> list[Case]:
    """Draw tables of 2 to 4 features with 2 to 4 classes in one cloud."""

    def table(*sizes: int, features: int = 2) -> tuple[np.ndarray, np.ndarray]:
        labels = draw_labels(rng, sizes)
        return rng.normal(size=(len(labels), features)), labels

    def number(low: int, high: int) -> int:
        return int(rng.integers(low, high))

    first, second = number(0, 2**31), number(0, 2**31)
    many = DRAWS_PER_SEGMENT * 7 * 3
    return [
        synthesis_case(
            "the rarest of two classes", *table(40, number(8, 12)), 1, number(5, 9), k=3
        ),
        synthesis_case(
            "every pair gets its turn", *table(30, 7, features=3), 1, many, k=3, seed=first
        ),
        synthesis_case(
            "class 0 of three", *table(9, number(20, 30), 5), 0, number(20, 30), k=2, seed=first
        ),
        synthesis_case(
            "k as it is by default", *table(25, 14, number(8, 12), features=4), 2, number(6, 40)
        ),
        synthesis_case(
            "fewer neighbours than k", *table(20, 3, number(6, 9)), 1, 300, k=9, seed=second
        ),
        synthesis_case(
            "three seeds",
            *table(30, number(7, 10)),
            1,
            number(10, 20),
            seeds=[first, first, second],
        ),
    ]


LABELS = [0, 0, 1, 0, 2, 1, 0, 1, 0, 2, 0, 1, 0, 1, 2, 0, 1, 0, 2, 0]
POINTS = [
    [4, 1], [2, 7], [3, 3], [7, 6], [1, 5], [6, 2], [5, 5], [2, 2], [8, 3], [6, 7],
    [1, 1], [5, 3], [3, 6], [7, 4], [2, 4], [4, 7], [1, 8], [6, 4], [8, 8], [3, 5],
]  # fmt: skip

synthetic_samples = Question(
    name="synthetic_samples",
    points=3,
    public=[
        synthesis_case(
            "two samples of class 1 among others",
            [[0, 1], [4, 8], [1, 1], [3, 6], [2, 2], [8, 0]],
            [0, 0, 1, 0, 1, 0],
            rare=1,
            num_samples=3,
            k=1,
            seed=0,
            shown="synthetic_samples(six rows, [0, 0, 1, 0, 1, 0], rare=1, num_samples=3, k=1, "
            "seed=0); class 1 has the rows [1, 1] and [2, 2]",
        ),
        synthesis_case(
            "many samples of the middle one of three classes",
            POINTS,
            LABELS,
            rare=1,
            num_samples=DRAWS_PER_SEGMENT * 12,
            k=2,
            seed=1,
            shown="synthetic_samples(20 rows, their labels, rare=1, num_samples=300, k=2, seed=1)",
        ),
        synthesis_case(
            "fewer neighbours than k",
            POINTS,
            LABELS,
            rare=2,
            num_samples=9,
            seed=5,
            shown="synthetic_samples(20 rows, their labels, rare=2, num_samples=9, seed=5); "
            "class 2 has 4 rows",
        ),
        synthesis_case(
            "the same seed twice, then another",
            POINTS,
            LABELS,
            rare=1,
            num_samples=5,
            k=2,
            seeds=[3, 3, 4],
            shown="synthetic_samples(20 rows, their labels, rare=1, num_samples=5, k=2, seed=3), "
            "again, then seed=4",
        ),
    ],
    draw=draw_tables,
    call=ask_with_seeds,
)

# Six pipelines, line by line. For each, the number of the first line that should have come later
# or not at all; 0 if there is none.
#   one    1 make new rare rows with SMOTE, from all rows     2 split into train and test
#          3 fit on train                                      4 score on test
#   two    1 split into train and test, stratified            2 scale both with train's mean, spread
#          3 make new rare rows with SMOTE, from train        4 fit on train     5 score on test
#   three  1 split into train and test, stratified            2 oversample train
#          3 oversample test                                   4 fit on train     5 score on test
#   four   1 split into train and test, stratified            2 oversample train
#          3 choose the settings by 5-fold cross-validation on train
#          4 fit on train                                      5 score on test
#   five   1 split into train and test, stratified            2 make a balanced sampler for train
#          3 fit on the batches that it draws                  4 score on test, each row once
#   six    1 shuffle the rows                                  2 scale with all rows' mean, spread
#          3 split into train and test, stratified            4 make new rare rows, from train
#          5 fit on train                                      6 score on test
first_wrong_line = Question(
    name="first_wrong_line",
    points=2,
    public=[
        Case(f"pipeline {key}", {"key": key}, shown=f'first_wrong_line["{key}"]')
        for key in ("one", "two", "three", "four", "five", "six")
    ],
    call=read_entry,
)
