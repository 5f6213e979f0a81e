import doctest
import importlib
import importlib.metadata
import subprocess
import sys

import numpy as np
import pytest
import torch
import torch.nn.functional as F  # noqa: N812

import imbalance_lessons
from autograder.builder.reference import solved_cell
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


def _modules_after(statement):
    code = f"{statement}\nimport sys\nprint(*sys.modules)"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(run.stdout.split())


@pytest.mark.parametrize("module", ["distribution", "metrics", "validation"])
def test_counting_labels_does_not_load_pytorch(module):
    loaded = _modules_after(f"import imbalance_lessons.{module}")
    assert not {"torch", "matplotlib", "sklearn"} & loaded
    assert "numpy" in loaded


def test_gradient_share_loads_pytorch_when_asked_for():
    statement = "from imbalance_lessons import distribution; distribution.gradient_share"
    assert "torch" in _modules_after(statement)


def test_distribution_gives_gradient_share_and_nothing_else():
    assert distribution.gradient_share is gradients.gradient_share
    with pytest.raises(AttributeError, match="has no attribute 'focal'"):
        distribution.focal  # noqa: B018


def test_everything_that_distribution_promises_is_there():
    assert all(hasattr(distribution, name) for name in distribution.__all__)


def test_the_version_is_the_installed_one():
    assert imbalance_lessons.__version__ == importlib.metadata.version("imbalance-lessons")


@pytest.mark.parametrize("name", MODULES)
def test_the_examples_in_the_docstrings_are_true(name):
    result = doctest.testmod(importlib.import_module(f"imbalance_lessons.{name}"))
    assert result.attempted > 0
    assert result.failed == 0


@pytest.mark.parametrize("path", EXERCISES)
def test_an_exercise_fits_its_cell_and_runs_on_the_names_of_the_setup_cell(path):
    cell = solved_cell(f"imbalance_lessons.{path}")
    assert len(cell.splitlines()) <= 25
    assert max(map(len, cell.splitlines())) <= 100

    setup = {"np": np, "torch": torch, "F": F, "class_counts": distribution.class_counts}
    for name in ("as_labels", "paired_labels", "as_targets", "as_integer", "as_ratio"):
        setup[name] = getattr(validation, name)
    setup["trainable_parameters"] = validation.trainable_parameters
    exec(cell, setup)

    module, _, name = path.rpartition(".")
    reference = getattr(importlib.import_module(f"imbalance_lessons.{module}"), name)
    np.testing.assert_array_equal(setup[name](*EXERCISES[path]), reference(*EXERCISES[path]))


@pytest.mark.parametrize("path", EXERCISES)
def test_an_exercise_does_not_give_its_answer_away(path):
    before, _, solution = solved_cell(f"imbalance_lessons.{path}").partition("### BEGIN SOLUTION")
    lines = [line.strip() for line in solution.splitlines()[1:-1]]
    assert lines
    assert not [line for line in lines if line in before]
