import importlib
import importlib.metadata

import numpy as np
import pytest
import torch
import torch.nn.functional as F  # noqa: N812

import imbalance_lessons
from imbalance_lessons import distribution, gradients, validation

MODULES = ["validation", "distribution", "gradients", "metrics"]

# What lessons 01 and 02 let students write: each with names of their setup cells at hand, and the
# functions of the exercises before it.
EXERCISES = {
    "distribution.majority_baseline": ([0, 0, 1],),
    "metrics.positives_caught": ([0, 1, 1], [1, 1, 0]),
    "gradients.gradient_share": (torch.nn.Linear(1, 2), torch.ones(3, 1), torch.tensor([0, 0, 1])),
    "distribution.class_counts": ([0, 2, 2], 4),
    "distribution.imbalance_ratio": ([0, 0, 1],),
    "distribution.severity": (16,),
}


@pytest.mark.parametrize("module", ["distribution", "metrics", "validation"])
def test_counting_labels_does_not_load_pytorch(module, loaded_by):
    loaded = loaded_by(f"import imbalance_lessons.{module}")
    assert not {"torch", "matplotlib", "sklearn"} & loaded
    assert "numpy" in loaded


def test_gradient_share_loads_pytorch_when_asked_for(loaded_by):
    statement = "from imbalance_lessons import distribution; distribution.gradient_share"
    assert "torch" in loaded_by(statement)


def test_distribution_gives_gradient_share_and_nothing_else():
    assert distribution.gradient_share is gradients.gradient_share
    with pytest.raises(AttributeError, match="has no attribute 'focal'"):
        distribution.focal  # noqa: B018


def test_everything_that_distribution_promises_is_there():
    assert all(hasattr(distribution, name) for name in distribution.__all__)


def test_the_version_is_the_installed_one():
    assert imbalance_lessons.__version__ == importlib.metadata.version("imbalance-lessons")


@pytest.mark.parametrize("name", MODULES)
def test_the_examples_in_the_docstrings_are_true(name, has_true_examples):
    has_true_examples(name)


@pytest.mark.parametrize("path", EXERCISES)
def test_an_exercise_fits_its_cell_and_does_not_give_its_answer_away(path, fits_its_cell):
    fits_its_cell(path)


@pytest.mark.parametrize("path", EXERCISES)
def test_an_exercise_runs_on_the_names_of_the_setup_cell(path, as_exercise):
    setup = {"np": np, "torch": torch, "F": F, "class_counts": distribution.class_counts}
    for name in ("as_labels", "paired_labels", "as_targets", "as_integer", "as_ratio"):
        setup[name] = getattr(validation, name)
    setup["trainable_parameters"] = validation.trainable_parameters
    exercise, reference = as_exercise(path, setup)
    np.testing.assert_array_equal(exercise(*EXERCISES[path]), reference(*EXERCISES[path]))
