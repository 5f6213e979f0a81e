"""No graded cell needs a demo."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.builder.names import Code, defined_names, prove_lean
from autograder.builder.script import LessonError


def graded(source, where="graded"):
    return Code(where, source, is_demo=False)


def demo(source, where="demo"):
    return Code(where, source, is_demo=True)


@pytest.mark.parametrize(
    "cells",
    [
        [graded("import numpy as np"), demo("x = 1"), graded("np.ones(1)")],
        [graded("def f(a):\n    return [a for b in range(3)]"), graded("f(1)")],
        [graded("def f():\n    return later"), graded("later = 1"), graded("f()")],
        [graded("from a import b as c"), graded("c")],
        [graded("class A:\n    x = 1\n    y = x"), graded("A")],
        [graded("display(get_ipython(), len, __name__)")],
        [graded("for i in range(2):\n    pass"), graded("print(i)")],
        [graded("a, (b, *c) = 1, (2, 3)"), graded("print(a, b, c)")],
        [demo("x = 1"), demo("x = 2"), demo("print(x)")],
    ],
)
def test_lessons_that_stand_on_their_own(cells):
    prove_lean(cells)


@pytest.mark.parametrize(
    ("cells", "words"),
    [
        (
            [demo("x = 1"), graded("print(x)", "cell 9")],
            "cell 9: uses 'x', which only the demo demo",
        ),
        ([demo("import math"), graded("def f():\n    return math.pi")], "uses 'math', which only"),
        ([demo("def helper(): pass"), graded("helper()")], "uses 'helper'"),
        ([graded("print(x)"), graded("x = 1")], "uses 'x', which no cell before it defines"),
        ([graded("prnt(1)")], "uses 'prnt', which no cell before it defines"),
        ([graded("[y for y in range(2)]"), graded("y")], "uses 'y'"),
        ([graded("x = 1", "cell 1"), demo("x = 2")], "must not assign 'x', which cell 1 defines"),
        ([demo("def f(): pass"), graded("def f(): pass", "later")], "must not assign 'f'"),
        ([graded("x = []"), demo("x += [1]")], "must not assign 'x'"),
        ([graded("x = 1"), demo("import x")], "must not assign 'x'"),
    ],
)
def test_lessons_that_do_not(cells, words):
    with pytest.raises(LessonError, match=words):
        prove_lean(cells)


def test_the_right_cell_is_blamed():
    cells = [graded("a = 1\nb = 2\n\n", "one"), graded("c = a", "two"), graded("\n\nd", "three")]
    with pytest.raises(LessonError, match=r"^three: uses 'd'"):
        prove_lean(cells)


NAMES = st.sampled_from(["x", "y", "z"])


@given(st.lists(st.tuples(st.booleans(), NAMES, NAMES), min_size=1, max_size=6))
def test_a_proven_lesson_runs_without_its_demos_to_the_same_values(lines):
    """The proof is checked against running both versions, not against another analysis."""
    cells = [Code("cell", f"{a} = [{b}] if {b!r} in globals() else []", d) for d, a, b in lines]
    try:
        prove_lean(cells)
    except LessonError:
        return
    lean: dict = {}
    full: dict = {}
    for cell in cells:
        exec(cell.source, full)
        if not cell.is_demo:
            exec(cell.source, lean)
    assert {k: full[k] for k in lean if k != "__builtins__"} == {
        k: lean[k] for k in lean if k != "__builtins__"
    }


def test_defined_names():
    source = (
        "import os.path\na = b = 1\nc: int = 2\nwith open(f) as g: pass\n[h for h in a]\nd.e = 1"
    )
    assert defined_names(source) == {"os", "a", "b", "c", "g"}
