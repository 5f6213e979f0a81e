"""The questions of lesson 08 on reporting: the arm, the prevalence, a colleague's test set."""

from __future__ import annotations

import numpy as np

from autograder.engine.question import Case, Question, read_entry, read_value

ARMS = ("untouched", "sampling", "weights", "both", "focal loss", "SMOTE")


def draw_arms(rng: np.random.Generator) -> list[Case]:
    """Draw scores of three to six arms over some seeds; the two dictionaries differ in order."""

    def case(label: str, arms: int, seeds: int, spread: float) -> Case:
        names = [str(name) for name in rng.permutation(ARMS)[:arms]]
        centres = rng.permutation(np.linspace(0.6, 0.8, arms))
        validation = {
            name: (centre + spread * rng.normal(size=seeds)).round(3).tolist()
            for name, centre in zip(names, centres, strict=True)
        }
        test = {
            str(name): rng.uniform(0.55, 0.85, seeds).round(3).tolist()
            for name in rng.permutation(names)
        }
        return Case(label, {"validation": validation, "test": test})

    return [
        case("three arms", 3, 5, 0.03),
        case("four arms", 4, 3, 0.05),
        case("five arms", 5, 4, 0.06),
        case("six arms", 6, 6, 0.08),
        case("one seed", 4, 1, 0.02),
        case("many seeds", 3, 12, 0.1),
    ]


winner_on_test = Question(
    name="winner_on_test",
    points=2,
    public=[
        Case(
            "three arms",
            {
                "validation": {
                    "untouched": [0.71, 0.75, 0.73],
                    "sampling": [0.76, 0.8, 0.78],
                    "weights": [0.77, 0.74, 0.79],
                },
                "test": {
                    "untouched": [0.72, 0.7, 0.74],
                    "sampling": [0.75, 0.7, 0.74],
                    "weights": [0.8, 0.77, 0.78],
                },
            },
        ),
        Case(
            "one lucky seed",
            {
                "validation": {"weights": [0.6, 0.9, 0.6], "both": [0.75, 0.74, 0.76]},
                "test": {"both": [0.71, 0.74, 0.68], "weights": [0.62, 0.64, 0.6]},
            },
        ),
        Case(
            "one unlucky seed",
            {
                "validation": {
                    "weights": [0.3, 0.82, 0.83, 0.81],
                    "sampling": [0.7, 0.71, 0.72, 0.7],
                    "both": [0.68, 0.66, 0.67, 0.68],
                },
                "test": {
                    "sampling": [0.7, 0.69, 0.74, 0.67],
                    "both": [0.63, 0.66, 0.67, 0.68],
                    "weights": [0.81, 0.79, 0.61, 0.83],
                },
            },
        ),
        Case(
            "one seed",
            {
                "validation": {"both": [0.64], "SMOTE": [0.72], "untouched": [0.66]},
                "test": {"untouched": [0.65], "both": [0.73], "SMOTE": [0.69]},
            },
        ),
    ],
    draw=draw_arms,
)


def draw_precisions(rng: np.random.Generator) -> list[Case]:
    """Draw precisions, mostly of balanced test sets, and prevalences from 1 in 2000 up to 0.6."""

    def case(label: str, measured_at: float, prevalence: float) -> Case:
        return precision_case(label, round(rng.uniform(0.2, 0.97), 3), measured_at, prevalence)

    return [
        case("a balanced test set", 0.5, round(rng.uniform(0.005, 0.05), 4)),
        case("a balanced test set, rare", 0.5, round(rng.uniform(0.0005, 0.002), 5)),
        case("half balanced", round(rng.uniform(0.15, 0.35), 3), round(rng.uniform(0.01, 0.1), 3)),
        case("from rare to less rare", 0.01, round(rng.uniform(0.03, 0.3), 3)),
        case("more positives than negatives", round(rng.uniform(0.6, 0.8), 3), 0.2),
        case("not so rare", 0.4, round(rng.uniform(0.05, 0.25), 3)),
    ]


def precision_case(label: str, precision: float, measured_at: float, prevalence: float) -> Case:
    """Make a case of a precision, where it was measured, and where it is wanted."""
    inputs = {"precision": precision, "measured_at": measured_at, "prevalence": prevalence}
    return Case(label, inputs)


translate_precision = Question(
    name="translate_precision",
    points=2,
    public=[
        precision_case("a balanced test set", 0.9, 0.5, 0.01),
        precision_case("no balanced test set", 0.6, 0.2, 0.05),
        precision_case("no false alarms", 1.0, 0.5, 0.001),
        precision_case("from rare to less rare", 0.25, 0.02, 0.3),
        precision_case("nothing to translate", 0.35, 0.1, 0.1),
    ],
    draw=draw_precisions,
)

# A colleague trained with a weighted sampler and drew the test set with one: 2000 payments, with
# replacement, half of them fraud. In the world one payment in 100 is fraud, and the test data held
# 20 different frauds. Recall 0.80, false alarms 0.04, precision 0.95, accuracy 0.88, ROC-AUC 0.94,
# interval of the recall 0.77 to 0.82. Compared with the same model on the test data as they were,
# each number is
#   A. about the same,   B. too high (or too wide),   C. too low (or too narrow).
colleague = Question(
    name="colleague",
    points=2,
    public=[
        Case(f"the entry {key}", {"key": key}, shown=f'colleague["{key}"]')
        for key in ("recall", "precision", "accuracy", "roc_auc", "interval_width")
    ],
    call=read_entry,
)

# A team compares three ways to train a network for fraud at 1:100, with five seeds each. Mean
# balanced accuracy on validation data, labels by argmax: no balancing 0.58, weighted sampling 0.84,
# weighted sampling with weighted loss 0.79. The team concludes: "Without weighted sampling, the
# network cannot tell fraud from legitimate payments." What is wrong?
#   A. Nothing: the validation data were the same for all three, so the comparison is fair.
#   B. The three networks were not compared at a threshold of their own, so the ranking of the
#      untouched one may be as good.
#   C. They should have compared accuracies, because balanced accuracy favours balanced training.
#   D. They should have balanced the validation data as well, so that it is like what the networks
#      were trained on.
#   E. Five seeds are too many: the best of the five of each arm should be compared.
#   F. They should have taken sampling with weighted loss: two remedies are stronger than one, and
#      0.79 is only bad luck.
quick_check_pipeline = Question(
    name="quick_check_pipeline",
    points=1,
    public=[Case("the letter you chose")],
    call=read_value,
)
