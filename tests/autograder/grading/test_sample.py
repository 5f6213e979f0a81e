"""Reading the sample class and putting it into notebooks."""

import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from autograder.grading.sample import hand_in, read_answers, sample_students

TEXT = """\
# Zoe: an invented student

Words that are no answer.

## class_counts
```python
def class_counts(labels):

    return 1
```

## why
Because of *this*.

And that.
"""


def released():
    return new_notebook(
        cells=[
            new_code_cell("stub", metadata={"nbgrader": {"grade_id": "class_counts"}}),
            new_markdown_cell(
                "Why?",
                metadata={
                    "nbgrader": {"grade_id": "why"},
                    "imbalance_lessons": {"role": "written"},
                },
            ),
            new_markdown_cell("*Write your answer here.*"),
        ]
    )


def test_a_file_is_read_by_its_headings():
    assert read_answers(TEXT) == {
        "class_counts": "def class_counts(labels):\n\n    return 1",
        "why": "Because of *this*.\n\nAnd that.",
    }


def test_answers_go_where_they_belong_and_the_original_stays():
    original = released()
    notebook = hand_in(original, read_answers(TEXT))
    assert [cell.source for cell in notebook.cells] == [
        "def class_counts(labels):\n\n    return 1",
        "Why?",
        "Because of *this*.\n\nAnd that.",
    ]
    assert original.cells[0].source == "stub"


def test_an_answer_without_a_cell_is_refused():
    with pytest.raises(ValueError, match=r"no cell 'gone' in the notebook; there are class_counts"):
        hand_in(released(), {"gone": "x"})


@pytest.mark.parametrize("lesson", ["01_accuracy_trap", "02_measuring_imbalance"])
def test_the_class_has_at_least_six_students(lesson):
    assert len(sample_students(lesson)) >= 6


def test_a_lesson_without_samples_has_no_students():
    assert sample_students("99_nothing") == {}
