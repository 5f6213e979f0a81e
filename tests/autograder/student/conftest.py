"""Students' notebooks, made from a few words."""

import json

import pytest

from autograder.engine.report import CHECK_MIME
from autograder.engine.session import source_digest

SOLVED = "def mean(numbers):\n    return sum(numbers) / len(numbers)"
STUB = "def mean(numbers):\n    # YOUR CODE HERE\n    raise NotImplementedError()"


def cell(kind, source, grade_id=None, **more):
    made = {"cell_type": kind, "id": "x", "source": source, "metadata": {}}
    if grade_id:
        flags = {key: more.pop(key) for key in ("grade", "task", "points") if key in more}
        made["metadata"]["nbgrader"] = {"grade_id": grade_id, **flags}
    if role := more.pop("role", None):
        made["metadata"]["imbalance_lessons"] = {"role": role}
    if kind == "code":
        made |= {"outputs": [], "execution_count": None}
    return {**made, **more}


def score_output(score, name="mean", points=2, source=SOLVED):
    saved = {"exercise": name, "points": points, "score": score, "source": source_digest(source)}
    return {
        "output_type": "execute_result",
        "execution_count": 2,
        "metadata": {},
        "data": {"text/plain": repr(score), CHECK_MIME: saved},
    }


def lesson(exercise=SOLVED, outputs=(), written="", exercise_outputs=(), counts=(1, 2)):
    """Make a lesson with one exercise of 2 points and a written answer of 3."""
    return {
        "nbformat": 4,
        "nbformat_minor": 5,
        "metadata": {},
        "cells": [
            cell("markdown", "# A lesson"),
            cell(
                "code",
                exercise,
                "mean",
                outputs=list(exercise_outputs),
                execution_count=counts[0],
            ),
            cell(
                "code",
                'check("mean", mean)',
                "check-mean",
                grade=True,
                points=2,
                outputs=list(outputs),
                execution_count=counts[1],
            ),
            cell("markdown", "Explain.", "written_mean", task=True, points=3, role="written"),
            cell("markdown", written or "*Write your answer here.*", role="response"),
            cell("markdown", "## Summary", id="prose-1"),
        ],
    }


@pytest.fixture
def make():
    return lesson


@pytest.fixture
def scored():
    return score_output


@pytest.fixture
def folder(tmp_path):
    """Write lessons into a student's folder."""

    def write(**lessons):
        for name, notebook in lessons.items():
            text = notebook if isinstance(notebook, str) else json.dumps(notebook)
            path = tmp_path / name / f"{name}.ipynb"
            path.parent.mkdir()
            path.write_text(text)
        return tmp_path

    return write
