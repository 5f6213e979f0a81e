"""The functions that students are to write, and the examples in the docstrings."""

import numpy as np
import pytest
import torch
from sklearn.neighbors import NearestNeighbors
from torch.utils.data import Subset, WeightedRandomSampler

from autograder.builder.reference import find_reference
from imbalance_lessons import (
    augmentation,
    distribution,
    features,
    randomness,
    sampling,
    synthesis,
    validation,
)

ROWS = [[0.0, 1.0], [1.0, 0.0], [5.0, 5.0]]

EXERCISES = {
    "sampling.sample_weights": lambda f: f([0, 1, 1]),
    "sampling.create_balanced_sampler": lambda f: f([0, 1, 1], num_samples=2).weights,
    "sampling.expected_distinct": lambda f: f([0, 1, 1], 5),
    "sampling.oversampled_indices": lambda f: f([0, 1, 1, 1], 3),
    "sampling.undersampled_indices": lambda f: f([0, 1, 1, 1, 0], 3),
    "sampling.create_undersampled_dataset": lambda f: f("abc", [0, 1, 1], seed=3).indices,
    "synthesis.interpolate": lambda f: f(ROWS, ROWS[::-1], [0, 0.5, 1]),
    "synthesis.nearest_neighbours": lambda f: f(ROWS, 1),
    "synthesis.smote_samples": lambda f: f(ROWS, 7, 1, seed=3),
    "synthesis.synthetic_samples": lambda f: f(ROWS * 2, [1, 0, 2] * 2, 2, 7, seed=3),
    "augmentation.is_repeat": lambda f: f([2, 1, 2]),
    "augmentation.create_augmented_dataset": lambda f: f(
        [("a", 0), ("b", 1), ("c", 1)], [0, 1, 1], str.upper, seed=3
    ),
}


@pytest.mark.parametrize(
    "name", ["sampling", "balanced_sampler", "randomness", "features", "synthesis", "augmentation"]
)
def test_the_examples_in_the_docstrings_are_true(name, has_true_examples):
    has_true_examples(name)


@pytest.mark.parametrize("path", EXERCISES)
def test_an_exercise_fits_its_cell_and_does_not_give_its_answer_away(path, fits_its_cell):
    fits_its_cell(path)


@pytest.mark.parametrize("path", EXERCISES)
def test_an_exercise_runs_on_the_names_of_the_setup_cell(path, as_exercise):
    setup = {"np": np, "torch": torch, "Subset": Subset, "NearestNeighbors": NearestNeighbors}
    setup["WeightedRandomSampler"] = WeightedRandomSampler
    setup["AugmentedDataset"] = augmentation.AugmentedDataset
    for helpers in (randomness, features):
        setup |= {name: getattr(helpers, name) for name in helpers.__all__}
    setup |= {name: getattr(validation, name) for name in ("as_labels", "as_integer")}
    setup |= {"class_counts": distribution.class_counts, "labels_of": sampling.labels_of}
    exercises = [*EXERCISES]
    for earlier in exercises[: exercises.index(path)]:
        setup[earlier.rpartition(".")[2]] = find_reference(f"imbalance_lessons.{earlier}")
    exercise, reference = as_exercise(path, setup)
    answer, expected = EXERCISES[path](exercise), EXERCISES[path](reference)
    np.testing.assert_array_equal(list(answer), list(expected))


def test_everything_that_the_modules_promise_is_there():
    for module in (sampling, synthesis, augmentation, randomness, features):
        assert all(hasattr(module, name) for name in module.__all__)
