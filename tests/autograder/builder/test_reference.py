"""From a reference function to the text of an exercise."""

import ast
import sys
from types import ModuleType

import pytest
import torch

from autograder.builder.reference import find_reference, solved_cell

SOURCE = '''
import torch


def scale(numbers: list[float], *, by: float = 2.0, **others: int) -> list[float]:
    r"""Multiply by a factor, as in \\alpha x.

    Parameters
    ----------
    numbers : list of float
        What to scale.

    Raises
    ------
    ValueError
        If there is nothing to scale.

    Notes
    -----
    A secret for maintainers.
    """
    # A comment that a student may read in the solution.
    doubled = [by * n for n in numbers]

    return doubled


def bare(x):
    return x


def marked(x):
    """Document."""
    ### BEGIN SOLUTION
    return x


def empty(x):
    """Document."""


class Thing:
    """Not a function."""


class Scale(torch.nn.Module):
    """Multiply by a factor.

    Parameters
    ----------
    by
        The factor.

    Examples
    --------
    >>> Scale(2.0)(3.0)
    6.0
    """

    by: float

    def __init__(self, by: float = 2.0) -> None:
        # Modules begin so.
        super().__init__()
        self.by = by

    def forward(self, number: float) -> float:
        """Multiply one number."""
        return self.by * number

    def extra_repr(self) -> str:
        return f"by={self.by}"
'''


@pytest.fixture
def module(tmp_path, monkeypatch):
    (tmp_path / "reference_for_tests.py").write_text(SOURCE)
    monkeypatch.syspath_prepend(tmp_path)
    yield "reference_for_tests"
    sys.modules.pop("reference_for_tests", None)


def test_signature_docstring_and_body(module):
    assert solved_cell(f"{module}.scale") == (
        "def scale(numbers, *, by=2.0, **others):\n"
        '    r"""Multiply by a factor, as in \\alpha x.\n'
        "\n"
        "    Parameters\n"
        "    ----------\n"
        "    numbers : list of float\n"
        "        What to scale.\n"
        '    """\n'
        "    ### BEGIN SOLUTION\n"
        "    # A comment that a student may read in the solution.\n"
        "    doubled = [by * n for n in numbers]\n"
        "\n"
        "    return doubled\n"
        "    ### END SOLUTION"
    )


def test_a_module_has_its_two_methods(module):
    text = solved_cell(f"{module}.Scale")
    assert text == (
        "class Scale(torch.nn.Module):\n"
        '    """Multiply by a factor.\n'
        "\n"
        "    Parameters\n"
        "    ----------\n"
        "    by\n"
        "        The factor.\n"
        '    """\n'
        "\n"
        "    def __init__(self, by=2.0):\n"
        "        ### BEGIN SOLUTION\n"
        "        # Modules begin so.\n"
        "        super().__init__()\n"
        "        self.by = by\n"
        "        ### END SOLUTION\n"
        "\n"
        "    def forward(self, number):\n"
        "        ### BEGIN SOLUTION\n"
        "        return self.by * number\n"
        "        ### END SOLUTION"
    )
    scope: dict = {"torch": torch}
    exec(text, scope)
    assert scope["Scale"](by=3.0)(2.0) == 6


def test_the_exercise_computes_what_the_reference_does(module):
    text = solved_cell(f"{module}.scale")
    scope: dict = {}
    exec(text, scope)
    assert scope["scale"]([1.0], by=3) == find_reference(f"{module}.scale")([1.0], by=3)
    assert ast.get_docstring(ast.parse(text).body[0]).endswith("What to scale.")


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("gone", "expected the path of a function"),
        ("Thing", "expected a function or PyTorch module"),
        ("bare", "expected a docstring and a body"),
        ("empty", "expected a docstring and a body"),
        ("marked", "contains a solution marker"),
    ],
)
def test_refused(module, name, words):
    with pytest.raises(ValueError, match=f"reference: .*{words}|reference: {words}"):
        solved_cell(f"{module}.{name}")


@pytest.mark.parametrize("path", ["", "nowhere", "no.such.module", "os.path"])
def test_paths_that_lead_nowhere(path):
    with pytest.raises(ValueError, match="reference: expected"):
        find_reference(path)


def test_types_stand_where_modules_do():
    assert not isinstance(ModuleType("x"), type(find_reference("os.path.join")))
