"""The weights and losses as exercises, and the examples in their docstrings."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F  # noqa: N812

from autograder.builder.reference import solved_cell
from imbalance_lessons import distribution, focal, loss_inputs, losses, validation, weighting

MODULES = ["weighting", "loss_inputs", "losses", "focal", "fast_focal"]

LABELS = [0, 0, 0, 2]
LOGITS = torch.tensor([[2.0, 0.0], [0.0, 1.0]])
TARGETS = torch.tensor([0, 0])

# Each with the arguments of a call.
EXERCISES = {
    "weighting.inverse_frequency_weights": (LABELS, 4),
    "weighting.inverse_sqrt_weights": (LABELS, 4, "classes"),
    "weighting.effective_number": ([3, 4], 0.9),
    "weighting.effective_number_weights": (LABELS, 4, "samples", 0.9),
    "weighting.normalize_weights": ([1, 2], [3, 4]),
    "losses.weighted_cross_entropy": (LOGITS, TARGETS, [1, 2]),
    "losses.reduce_losses": (LOGITS, "mean", 3),
    "losses.logit_adjusted_loss": (LOGITS, TARGETS, [9, 1]),
    "losses.true_class_log_odds": (LOGITS, TARGETS),
    "losses.focal_values": (LOGITS, TARGETS),
    "losses.focal_term": (LOGITS,),
    "losses.focal_loss": (LOGITS, TARGETS, [1, 2]),
    "losses.binary_focal_loss": (LOGITS[0], TARGETS, 0.25),
}


def setup_names():
    """Give what a setup cell imports: the libraries, the checks, the two lists of choices."""
    names = {"np": np, "torch": torch, "F": F}
    for module in (validation, weighting, loss_inputs):
        names |= {n: v for n, v in vars(module).items() if n.startswith("as_") or n.isupper()}
    return names


def earlier_exercises():
    return {
        "class_counts": distribution.class_counts,
        "normalize_weights": weighting.normalize_weights,
        "effective_number": weighting.effective_number,
        "reduce_losses": loss_inputs.reduce_losses,
        "true_class_log_odds": focal.true_class_log_odds,
        "focal_term": focal.focal_term,
    }


@pytest.mark.parametrize("path", EXERCISES)
def test_an_exercise_fits_its_cell_and_does_not_give_its_answer_away(path, fits_its_cell):
    fits_its_cell(path)


def test_the_module_fits_its_cell_and_runs_on_the_names_at_hand():
    cell = solved_cell("imbalance_lessons.focal.FocalLoss")
    assert len(cell.splitlines()) <= 25
    scope = setup_names() | {"focal_loss": focal.focal_loss}
    exec(cell, scope)
    exercise, reference = (
        made(alpha=[1, 2], gamma=1, reduction="sum", ignore_index=1)
        for made in (scope["FocalLoss"], focal.FocalLoss)
    )
    torch.testing.assert_close(exercise(LOGITS, torch.tensor([0, 1])), reference(LOGITS, [0, 1]))
    torch.testing.assert_close(exercise.state_dict(), reference.state_dict())


@pytest.mark.parametrize("path", EXERCISES)
def test_an_exercise_runs_on_the_names_at_hand(path, as_exercise):
    exercise, reference = as_exercise(path, setup_names() | earlier_exercises())
    np.testing.assert_array_equal(exercise(*EXERCISES[path]), reference(*EXERCISES[path]))


@pytest.mark.parametrize("name", MODULES)
def test_the_examples_in_the_docstrings_are_true(name, has_true_examples):
    has_true_examples(name)


def test_everything_that_losses_promises_is_there():
    assert all(hasattr(losses, name) for name in losses.__all__)


def test_weights_do_not_load_pytorch(loaded_by):
    assert not {"torch", "matplotlib", "sklearn"} & loaded_by("import imbalance_lessons.weighting")
