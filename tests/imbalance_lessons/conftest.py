"""Bad arguments, and the checks that every public function gets."""

import doctest
import importlib
import random
import re
import subprocess
import sys
from contextlib import contextmanager

import numpy as np
import pytest
import torch

from autograder.builder.reference import find_reference, solved_cell

# What a caller may pass as labels, and what the message must say came.
BAD_LABELS = {
    "empty list": ([], "got none"),
    "empty array": (np.array([], dtype=np.int64), "got none"),
    "empty tensor": (torch.tensor([], dtype=torch.int64), "got none"),
    "two dimensions": ([[0, 1], [1, 0]], "got shape (2, 2)"),
    "column": (np.zeros((3, 1), dtype=int), "got shape (3, 1)"),
    "two-dimensional tensor": (torch.zeros(2, 3), "got shape (2, 3)"),
    "one number": (3, "got shape ()"),
    "negative": ([0, 1, -1], "got -1 at position 2"),
    "PyTorch's ignored target": (torch.tensor([-100, 0]), "got -100 at position 0"),
    "NaN": ([0.0, float("nan")], "got nan at position 1"),
    "NaN tensor": (torch.tensor([float("nan"), 1.0]), "got nan at position 0"),
    "infinity": ([0.0, float("inf")], "got inf at position 1"),
    "minus infinity": ([0.0, -float("inf")], "got -inf at position 1"),
    "fraction": ([0, 0.5, 1], "got 0.5 at position 1"),
    "probabilities": (torch.tensor([0.25, 0.75]), "got 0.25 at position 0"),
    "not a class number": ([0, 10**12], "got 1000000000000 at position 1"),
    "too large for int64": (np.array([2**63], dtype=np.uint64), "got 9223372036854775808"),
    "too large for NumPy": ([0, 2**70], "got [0, 1180591620717411303424]"),
    "string": ("0110", "got '0110'"),
    "strings": (["cat", "dog"], "got ['cat', 'dog']"),
    "digits as strings": (np.array(["0", "1"]), "got array(['0', '1']"),
    "a string among numbers": ([0, "1"], "got [0, '1']"),
    "None": (None, "got None"),
    "None among numbers": ([0, None], "got [0, None]"),
    "ragged": ([[0], [1, 2]], "got [[0], [1, 2]]"),
    "mapping": ({0: 5, 1: 3}, "got {0: 5, 1: 3}"),
    "set": ({0, 1}, "got {0, 1}"),
    "generator": ((i for i in range(3)), "got <generator"),
    "complex": ([1j, 0], "got [1j, 0]"),
    "dates": (np.array(["2020-01-01"], dtype="datetime64[D]"), "got array(["),
    "sparse tensor": (torch.tensor([0, 1]).to_sparse(), "got tensor("),
}

BAD_NUM_CLASSES = {
    "zero": (0, "got 0"),
    "negative": (-2, "got -2"),
    "fractional": (2.5, "got 2.5"),
    "whole float": (3.0, "got 3.0"),
    "NaN": (float("nan"), "got nan"),
    "string": ("3", "got '3'"),
    "boolean": (True, "got True"),
    "boolean scalar": (np.bool_(True), "got True"),
    "list": ([3], "got [3]"),
    "more than memory holds": (10**12, "got 1000000000000"),
}

BAD_RATIOS = {
    "below one": (0.99, "got 0.99"),
    "inverted": (1 / 16, "got 0.0625"),
    "zero": (0, "got 0"),
    "negative": (-3.0, "got -3.0"),
    "minus infinity": (-float("inf"), "got -inf"),
    "NaN": (float("nan"), "got nan"),
    "NaN scalar": (np.float32("nan"), "got nan"),
    "string": ("16:1", "got '16:1'"),
    "boolean": (True, "got True"),
    "boolean tensor": (torch.tensor(True), "got True"),
    "None": (None, "got None"),
    "list": ([16.0], "got [16.0]"),
    "complex": (3 + 0j, "got (3+0j)"),
}


def _fixture(cases):
    @pytest.fixture(params=cases.values(), ids=cases.keys())
    def case(request):
        return request.param

    return case


bad_labels = _fixture(BAD_LABELS)
bad_num_classes = _fixture(BAD_NUM_CLASSES)
bad_ratio = _fixture(BAD_RATIOS)


@pytest.fixture
def refuses():
    """Give a context that expects an error which names the argument, what was due, what came."""

    @contextmanager
    def context(name, got=""):
        with pytest.raises((TypeError, ValueError)) as caught:
            yield
        message = str(caught.value)
        assert re.match(rf"{re.escape(name)}: expected \w.*, got ", message), message
        assert got in message

    return context


@pytest.fixture
def leaves_randomness_alone():
    """Give a context that fails if a global random state changed in it."""

    def states():
        name, keys, *rest = np.random.get_state()  # noqa: NPY002
        return random.getstate(), name, keys.tolist(), rest, torch.get_rng_state().tolist()

    @contextmanager
    def context():
        before = states()
        yield
        assert states() == before

    return context


@pytest.fixture
def has_true_examples():
    """Give a check that the examples in a module's docstrings are there, and true."""

    def check(module):
        result = doctest.testmod(importlib.import_module(f"imbalance_lessons.{module}"))
        assert result.attempted > 0
        assert result.failed == 0

    return check


@pytest.fixture
def fits_its_cell():
    """Give a check that a function makes a cell that is small and tells no solution."""

    def check(path):
        cell = solved_cell(f"imbalance_lessons.{path}")
        assert len(cell.splitlines()) <= 25
        assert max(map(len, cell.splitlines())) <= 100
        before, _, solution = cell.partition("### BEGIN SOLUTION")
        lines = [line.strip() for line in solution.splitlines()[1:-1]]
        assert lines
        assert not [line for line in lines if line in before]

    return check


@pytest.fixture
def as_exercise():
    """Run a function's cell on the names at hand; gives what it defines, and the reference."""

    def run(path, names):
        scope = dict(names)
        exec(solved_cell(f"imbalance_lessons.{path}"), scope)
        reference = find_reference(f"imbalance_lessons.{path}")
        assert scope[reference.__name__] is not reference
        return scope[reference.__name__], reference

    return run


@pytest.fixture
def loaded_by():
    """Give the names of all modules that a fresh Python has loaded after a statement."""

    def modules(statement):
        code = f"{statement}\nimport sys\nprint(*sys.modules)"
        run = subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=True
        )
        return set(run.stdout.split())

    return modules
