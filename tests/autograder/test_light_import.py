"""Importing the packages loads nothing heavy."""

import subprocess
import sys

import pytest

HEAVY = {
    "torch",
    "torchvision",
    "matplotlib",
    "sklearn",
    "imblearn",
    "IPython",
    "nbgrader",
    "scipy",
}


@pytest.mark.parametrize(
    "statement",
    [
        "import autograder",
        "import imbalance_lessons",
        "from autograder import check; from autograder.engine.registry import questions, judges;"
        "questions(); judges()",
    ],
)
def test_nothing_heavy_is_loaded(statement):
    code = f"{statement}\nimport sys\nprint(*sys.modules)"
    loaded = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout.split()
    assert not HEAVY & set(loaded)
