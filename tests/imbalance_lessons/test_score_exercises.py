"""What the functions about scores have in common: they can become exercises, and load quickly."""

import importlib

import numpy as np
import pytest

from imbalance_lessons import (
    intervals,
    metrics,
    multiclass,
    randomness,
    ranking,
    score_validation,
    validation,
)
from imbalance_lessons.calibration import ReliabilityCurve

MODULES = [
    "score_validation",
    "metrics",
    "multiclass",
    "ranking",
    "intervals",
    "evaluation",
    "thresholds",
    "tuning",
    "calibration",
    "priors",
]
Y, FLAGS, SCORES = [0, 0, 1, 0, 1], [0, 1, 1, 0, 0], [0.1, 0.2, 0.3, 0.4, 0.6]
ROWS = np.column_stack([1 - np.array(SCORES), SCORES])

EXERCISES = {
    "metrics.confusion_counts": (Y, FLAGS),
    "metrics.precision": (Y, FLAGS),
    "metrics.recall": (Y, FLAGS),
    "metrics.specificity": (Y, FLAGS),
    "metrics.f_score": (Y, FLAGS, 2),
    "multiclass.confusion_matrix": (Y, FLAGS, 3),
    "multiclass.class_recalls": (Y, FLAGS),
    "multiclass.balanced_accuracy": (Y, FLAGS),
    "multiclass.g_mean": (Y, FLAGS),
    "multiclass.matthews_correlation": (Y, FLAGS),
    "ranking.roc_auc": (Y, SCORES),
    "ranking.average_precision": (Y, SCORES),
    "ranking.prevalence": (Y,),
    "intervals.wilson_interval": (8, 10),
    "intervals.stratified_rows": (Y, 0),
    "intervals.bootstrap_interval": (metrics.recall, Y, FLAGS),
    "thresholds.apply_threshold": (SCORES, 0.3),
    "thresholds.best_f_threshold": (Y, SCORES),
    "thresholds.recall_at_precision": (Y, SCORES, 0.6),
    "thresholds.precision_at_recall": (Y, SCORES, 0.8),
    "thresholds.best_cost_threshold": (Y, SCORES, 1, 10),
    "thresholds.cost_threshold": (1, 9),
    "calibration.reliability_curve": (Y, SCORES, 2),
    "calibration.calibration_error": (Y, SCORES, 2),
    "calibration.brier_score": (Y, SCORES),
    "calibration.brier_skill": (Y, SCORES),
    "calibration.forecast_skill": (Y, SCORES, 0.3),
    "calibration.log_loss": (Y, SCORES),
    "priors.correct_prior": (SCORES, 0.5, 0.1),
    "priors.correct_priors": (ROWS, [1, 1], [9, 1]),
    "priors.effective_shares": ([9, 1], [1, 9]),
    "priors.adjust_logits": (ROWS, [9, 1]),
}


@pytest.mark.parametrize("name", MODULES)
def test_the_examples_in_the_docstrings_are_true(name, has_true_examples):
    has_true_examples(name)


def test_scoring_does_not_load_pytorch(loaded_by):
    """Nor scikit-learn: these functions are checked against it, not made of it."""
    imports = "\n".join(f"import imbalance_lessons.{name}" for name in MODULES)
    assert not {"torch", "matplotlib", "sklearn", "scipy"} & loaded_by(imports)


@pytest.mark.parametrize("path", [*EXERCISES, "ranking.threshold_curve"])
def test_an_exercise_fits_its_cell_and_does_not_give_its_answer_away(path, fits_its_cell):
    fits_its_cell(path)


@pytest.mark.parametrize("path", EXERCISES)
def test_an_exercise_runs_on_the_names_of_its_setup_cell(path, as_exercise):
    """NumPy, the checks, the result types, and the exercises before it."""
    setup = {"np": np, "NormalDist": intervals.NormalDist, "ReliabilityCurve": ReliabilityCurve}
    for module in (validation, score_validation, randomness):
        setup |= {name: value for name, value in vars(module).items() if not name.startswith("_")}
    earlier = [metrics.ConfusionCounts, metrics.confusion_counts, multiclass.confusion_matrix]
    earlier += [multiclass.class_recalls, ranking.threshold_curve, intervals.stratified_rows]
    setup |= {value.__name__: value for value in earlier}
    calibration = importlib.import_module("imbalance_lessons.calibration")
    setup |= {name: getattr(calibration, name) for name in ("reliability_curve", "brier_score")}
    exercise, reference = as_exercise(path, setup)
    answer, expected = exercise(*EXERCISES[path]), reference(*EXERCISES[path])
    if not isinstance(expected, tuple):
        answer, expected = (answer,), (expected,)
    assert all(np.array_equal(a, b) for a, b in zip(answer, expected, strict=True))
