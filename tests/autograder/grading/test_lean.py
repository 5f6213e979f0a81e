"""Which cells a grading run leaves out, and when it leaves out none."""

from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_output

from autograder.builder.notebook import find_lessons
from autograder.engine.check import ANSWERS_MIME
from autograder.grading.lean import demo_sources, global_names, lean_cells, misses_a_demo

LESSONS = find_lessons(Path(__file__).parents[3] / "notebooks")
DEMOS = frozenset({"figure = draw(data)", "for i in range(3):\n    print(i)"})


def code(*sources):
    return [new_code_cell(source) for source in sources]


def test_demos_are_left_out_and_the_rest_keeps_its_order():
    prose = new_markdown_cell("figure = draw(data)")
    first, demo, last = code("x = 1", "figure = draw(data)\n", "y = x")
    assert lean_cells([first, prose, demo, last], DEMOS) == [first, prose, last]


def test_a_demo_that_was_edited_is_run():
    cells = code("x = 1", "figure = draw(data, x)")
    assert lean_cells(cells, DEMOS) == cells


@pytest.mark.parametrize(
    "own",
    [
        "figure.save()",
        "figure = 3",
        "def later():\n    return figure",
        "%timeit figure",
        "print(f'{i}')",
        "def change():\n    global figure\n    figure = 1",
        "from here import figure",
    ],
)
def test_a_cell_that_mentions_what_a_demo_defines_gets_the_demos(own):
    cells = code("figure = draw(data)", "for i in range(3):\n    print(i)", own)
    assert lean_cells(cells, DEMOS) == cells


@pytest.mark.parametrize(
    "own",
    ["def mine(figure):\n    i = 2\n    return figure + i", "x.figure = 1", "[i for (i in", "!ls"],
)
def test_a_name_of_its_own_scope_is_no_reason(own):
    *demos, mine = code("figure = draw(data)", "for i in range(3):\n    print(i)", own)
    assert lean_cells([*demos, mine], DEMOS) == [mine]


def test_the_same_import_in_both_is_no_reason_but_another_one_is():
    demos = frozenset({"from collections import Counter, deque", "Counter([1])"})
    same, other, none = code("from collections import Counter", "import Counter", "Counter([2])")
    cells = code("from collections import Counter, deque", "Counter([1])")
    assert lean_cells([*cells, same, none], demos) == [same, none]
    assert lean_cells([*cells, other, none], demos) == [*cells, other, none]
    assert lean_cells([*cells, none], demos) == [*cells, none]


def test_names_in_nested_functions_and_classes_are_found():
    source = "class A:\n    def f(self):\n        return [deep(x) for x in top]\n"
    assert {"A", "deep", "top"} <= global_names(source)
    assert "x" not in global_names("def f(x):\n    return x")


def test_a_notebook_of_another_course_has_no_demos(tmp_path):
    assert demo_sources(tmp_path / "missing.ipynb") == frozenset()


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.name)
def test_in_a_lesson_as_it_stands_exactly_the_demos_are_left_out(lesson):
    notebook = nbformat.read(lesson.notebook, as_version=4)
    kept = lean_cells(notebook.cells, demo_sources(lesson.notebook))
    left_out = [c.metadata.imbalance_lessons.role for c in notebook.cells if c not in kept]
    assert left_out
    assert set(left_out) == {"demo"}


@pytest.mark.parametrize(
    ("output", "missed"),
    [
        (new_output("error", ename="NameError", evalue="name 'figure' is not defined"), True),
        (new_output("error", ename="NameError", evalue="name 'typo' is not defined"), False),
        (new_output("error", ename="KeyError", evalue="figure"), False),
        (new_output("stream", text="name 'figure' is not defined"), False),
        (
            new_output(
                "display_data", data={ANSWERS_MIME: '{"message": "name \'i\' is not defined"}'}
            ),
            True,
        ),
        (new_output("display_data", data={ANSWERS_MIME: '{"message": "i"}'}), False),
    ],
)
def test_a_demo_is_missed_where_a_name_of_its_own_is_not_there(output, missed):
    cells = [new_markdown_cell("figure"), new_code_cell("x", outputs=[output])]
    assert misses_a_demo(cells, DEMOS) is missed
