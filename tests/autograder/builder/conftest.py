"""A small lesson in a folder of its own, on exercises of the real course."""

import pytest

LESSON = """\
# %% [markdown]
# # A lesson
#
# Some words.

# %% role="setup" name="setup_imports"
from autograder import check
import numpy as np
from imbalance_lessons.validation import as_labels

# %% role="demo"
shown = np.arange(3)
print(shown)

# %% role="exercise" reference="imbalance_lessons.distribution.class_counts"

# %% role="check"
check("class_counts", class_counts)

# %% role="answer" name="quick_check_ratio"
quick_check_ratio = "B"

# %% role="check"
check("quick_check_ratio", quick_check_ratio)

# %% [markdown] role="written" name="why" points=3
# Why?
#
# === BEGIN MARK SCHEME ===
# One point for a reason.
# === END MARK SCHEME ===
"""


@pytest.fixture
def lesson_text():
    return LESSON


@pytest.fixture
def make_lesson(tmp_path):
    """Write a script and return its path."""

    def make(text=LESSON, name="01_small"):
        path = tmp_path / name / f"{name}.py"
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    return make
