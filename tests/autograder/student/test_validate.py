"""nbgrader's Validate, which students press before they hand in, agrees with the checks."""

import io
import re
import tomllib
from pathlib import Path

import nbformat
import pytest
from nbgrader.preprocessors import (
    ClearHiddenTests,
    ClearMarkScheme,
    ClearOutput,
    ComputeChecksums,
)
from nbgrader.validator import Validator
from traitlets.config import Config

from autograder.builder.notebook import build
from autograder.builder.script import OWN_METADATA
from autograder.grading.plugins import ClearSolutions
from autograder.grading.sample import hand_in, sample_students

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[3]
LESSON = "02_measuring_imbalance"
MARKS = tomllib.loads((ROOT / "tests" / "sample_marks" / f"{LESSON}.toml").read_text())
# As in nbgrader_config.py.
STEPS = (ClearSolutions, ClearOutput, ClearHiddenTests, ClearMarkScheme, ComputeChecksums)
# nbgrader waits 4 seconds for the last words of a cell, which is too short on a busy machine.
PATIENT = Config({"Execute": {"iopub_timeout": 120}})


@pytest.fixture(scope="module")
def released():
    """Release the lesson, without what nobody is graded for."""
    notebook = nbformat.reads(build(ROOT / "notebooks" / LESSON / f"{LESSON}.py"), as_version=4)
    for step in STEPS:
        notebook, _ = step().preprocess(notebook, {})
    role = [cell.metadata.get(OWN_METADATA, {}).get("role") for cell in notebook.cells]
    notebook.cells = [c for c, r in zip(notebook.cells, role, strict=True) if r != "demo"]
    return notebook


def validate(notebook, folder):
    """Press Validate: what it says, and for each failing check the reason that it gives."""
    path = folder / f"{LESSON}.ipynb"
    nbformat.write(notebook, path)
    validator = Validator(config=PATIENT)
    validator.stream = io.StringIO()
    validator.validate_and_print(str(path))
    said = validator.stream.getvalue()
    parts = said.split("The following cell failed:")[1:]
    return said, {re.search(r'check\("(\w+)"', part)[1]: part for part in parts}


@pytest.mark.parametrize("student", ["ada", "ben", "hugo"])
def test_it_lists_the_checks_that_give_less_than_all_points(student, released, tmp_path):
    """The marks by hand say which exercises are not quite right."""
    credit = dict(zip(MARKS["exercises"], MARKS["credit"][student], strict=True))
    not_right = {exercise for exercise, share in credit.items() if share != "1"}
    said, failing = validate(hand_in(released, sample_students(LESSON)[student]), tmp_path)
    assert set(failing) == not_right
    if not_right:
        assert f"VALIDATION FAILED ON {len(not_right)} CELL(S)" in said
    else:
        assert said == "Success! Your notebook passes all the tests.\n"


def test_it_tells_partly_right_from_an_error(released, tmp_path):
    answers = {**sample_students(LESSON)["hugo"], "severity": "raise ValueError('my own')"}
    _, failing = validate(hand_in(released, answers), tmp_path)
    assert "Partial credit" in failing["imbalance_ratio"]
    assert "Partial credit" not in failing["severity"]
    assert "NameError" in failing["severity"]


def test_it_says_that_a_check_was_changed(released, tmp_path):
    """Then it compares nothing, but says that marks may be others when it is graded."""
    notebook = hand_in(released, sample_students(LESSON)["ada"])
    [changed] = [c for c in notebook.cells if c.source == 'check("severity", severity)']
    changed.source = "2"
    said, _ = validate(notebook, tmp_path)
    assert "CONTENTS OF 1 TEST CELL(S) HAVE CHANGED" in said
