"""Reading a script: every rule refuses in a sentence that names the cell."""

import pytest

from autograder.builder.script import LessonError, read_script


def test_roles_and_grade_ids(make_lesson):
    cells = read_script(make_lesson())
    assert [(cell.role, cell.grade_id) for cell in cells] == [
        ("prose", None),
        ("setup", "setup_imports"),
        ("demo", None),
        ("exercise", "class_counts"),
        ("check", "check-class_counts"),
        ("answer", "quick_check_ratio"),
        ("check", "check-quick_check_ratio"),
        ("written", "why"),
    ]


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('role="demo"', "", "cell 3 .*expected a role among"),
        ('role="demo"', 'role="dmeo"', "expected a role among .*got 'dmeo'"),
        (' name="setup_imports"', "", "cell 2 .*expected the attributes name, got none"),
        ('name="setup_imports"', 'name="a b"', "expected a name of letters"),
        ('name="setup_imports"', "name=7", "a cell marker is not as expected"),
        ('role="demo"', 'role="demo" points=3', "expected the attributes none, got points"),
        ('name="why"', 'name="setup_imports"', "cell 8 .*used already by 01_small, cell 2"),
        ('name="quick_check_ratio"', 'name="class_counts"', "one assignment .* to class_counts"),
        ('[markdown] role="written"', 'role="written"', "cannot be a code cell"),
        ('role="demo"', '[markdown] role="demo"', "cannot be a markdown cell"),
        ("SCHEME ===\n# One", "SCHEME === One", "one line that says '=== BEGIN MARK SCHEME ==='"),
        ("# === END MARK SCHEME ===", "#", "one line that says '=== END MARK SCHEME ==='"),
        ("print(shown)", "print(shown", "expected plain Python"),
        ("print(shown)", "%matplotlib inline", "expected plain Python"),
        ("print(shown)", "print(shown)\n" * 25, "26 lines of code; a cell has at most 25"),
        ('check("class_counts", class_counts)', "check(class_counts)", "expected one line like"),
        ('check("class_counts", class_counts)', "pass", "expected one line like"),
        ('quick_check_ratio = "B"', "other = 1", "expected one assignment"),
        ('quick_check_ratio = "B"', "quick_check_ratio = print()", "expected one assignment"),
        ('.class_counts"\n', '.class_counts"\nx = 1\n', "expected an empty body"),
    ],
)
def test_rules(make_lesson, lesson_text, old, new, words):
    assert old in lesson_text
    with pytest.raises(LessonError, match=words):
        read_script(make_lesson(lesson_text.replace(old, new, 1)))


def test_a_check_twice_is_refused(make_lesson, lesson_text):
    again = '\n# %% role="check"\ncheck("class_counts", class_counts)\n'
    with pytest.raises(LessonError, match=r"cell 9 .*'check-class_counts' is used already"):
        read_script(make_lesson(lesson_text + again))


def test_a_file_that_cannot_be_read(tmp_path):
    with pytest.raises(LessonError, match=r"gone\.py: expected a percent script"):
        read_script(tmp_path / "gone.py")
    binary = tmp_path / "binary.py"
    binary.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(LessonError, match="expected a percent script"):
        read_script(binary)
