"""Feedback pages: nothing runs, nothing is loaded, nothing is lost."""

import re
from copy import deepcopy
from pathlib import Path

import nbformat
import pytest
from bs4 import BeautifulSoup
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from autograder.grading.feedback.formulas import mathml
from autograder.grading.feedback.outputs import LONGEST, show_output
from autograder.grading.feedback.page import write_page
from autograder.grading.feedback.parts import Exercise, Lesson, arrange
from autograder.grading.feedback.safe_html import clean
from autograder.grading.feedback.text import markdown

ROOT = Path(__file__).parents[4]
MARKS = {"student": "chloe", "notebook": "n", "score": 1.5, "max_score": 4, "late_penalty": 0}
HARMFUL = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<b onclick=alert(1)>b</b>",
    "<img src='data:image/png;base64,AA' onerror=alert(1)>",
    "<svg onload=alert(1)><path/></svg>",
    "<a href='javascript:alert(1)'>a</a>",
    "[a](javascript:alert(1))",
    "<iframe srcdoc='<script>alert(1)</script>'></iframe>",
    "<math><mtext><img src=x onerror=alert(1)></mtext></math>",
    "<scr<script>ipt>alert(1)</scr</script>ipt>",
    "<form action='https://example.org'><button>b</button></form>",
    r"$\text{<script>alert(1)</script>}$",
    r"$\href{javascript:alert(1)}{x}$",
    r'![a $\text{" onerror=alert(1) x="}$](data:image/png;base64,AAAA)',
    "<p style='background:url(https://example.org/x)'>p</p>",
    "<p style='background:image-set(\"https://example.org/x\" 1x)'>p</p>",
    "<img src='https://example.org/pixel.png'>",
    "![x](https://example.org/pixel.png)",
    "<style>body{display:none}</style>",
    "<link rel=stylesheet href='https://example.org/x.css'>",
]


def assert_harmless(html):
    soup = BeautifulSoup(html, "html.parser")
    assert not soup.find_all(["script", "style", "iframe", "svg", "form", "link", "object"])
    for tag in soup.find_all(True):
        assert not [name for name in tag.attrs if name.startswith("on")]
        assert "example.org" not in tag.get("src", "") + tag.get("style", "")
        assert not tag.get("href", "").startswith("javascript")


@pytest.mark.parametrize("source", HARMFUL)
def test_what_a_student_writes_neither_runs_nor_loads(source):
    assert_harmless(markdown(source))
    assert_harmless(clean(source))
    assert_harmless(show_output({"output_type": "display_data", "data": {"text/html": source}}))


def test_a_report_keeps_its_looks_and_a_student_may_not_cover_the_page():
    hidden = '<p style="position:absolute; color:#fff; background:#1b7f4d">x</p>'
    assert "position" in clean(hidden, of_report=True)
    assert "position" not in clean(hidden)
    assert "background:#1b7f4d" in clean(hidden)
    assert "page-" not in clean('<b class="page-state page-full">x</b>')


def test_every_formula_of_the_lessons_becomes_mathml():
    formulas = {
        tex
        for path in (ROOT / "notebooks").glob("*/*.py")
        for _, tex in re.findall(r"(?<![\\$])(\$\$?)([^$]+?)\1", path.read_text())
    }
    assert len(formulas) > 100
    assert [tex for tex in formulas if not mathml(tex).startswith("<math")] == []


@pytest.mark.parametrize("tex", [r"\frac{", "x" * 3000, ""])
def test_what_is_no_formula_stays_as_it_is(tex):
    assert mathml(tex).startswith(("<code>", "<math"))


def test_signs_come_out_as_signs():
    assert "<mo>=</mo>" in mathml("a = b")


def test_a_table_scrolls_and_a_picture_has_words():
    html = markdown("| a |\n|---|\n| $x^2$ |\n\n<img src='data:image/png;base64,AA'>")
    assert 'class="page-scroll" tabindex="0"' in html
    assert "<msup>" in html
    assert 'alt="Picture"' in html


def test_a_missing_attachment_leaves_its_text():
    assert "a plot" in markdown("![a plot](attachment:gone.png)")


def test_long_output_is_cut_and_errors_are_plain_text():
    long = show_output({"output_type": "stream", "text": "a" * (2 * LONGEST)})
    assert len(long) < LONGEST + 200
    assert "20,000 characters left out" in long
    error = {"output_type": "error", "traceback": ["\x1b[31mBoom\x1b[0m <b>"]}
    assert "Boom &lt;b&gt;" in show_output(error)


@pytest.fixture
def graded():
    """Make a graded notebook with one exercise, one written answer and a cell of the student's."""

    def marks(name, **more):
        return {"nbgrader": {"grade_id": name, "solution": False, "grade": False, **more}}

    report = new_output("execute_result", {"text/html": "<section>1.5 of 2</section>"})
    scheme = "=== BEGIN MARK SCHEME ===\nOne point each.\n=== END MARK SCHEME ==="
    return new_notebook(
        cells=[
            new_markdown_cell("# Lesson 9: Tests"),
            new_markdown_cell("Lead.\n\n### Exercise 1: add (2 points)\n\nAdd."),
            new_code_cell(
                "def add(): <b>", metadata=marks("add", solution=True, comment="So *near*.")
            ),
            new_code_cell(
                "check()",
                outputs=[report],
                metadata=marks("check-add", grade=True, score=1.5, points=2),
            ),
            new_code_cell("my_own = 1"),
            new_markdown_cell(
                f"## In words (2 points)\n\nWhy?\n\n{scheme}",
                metadata=marks("written", task=True, score=0, points=2, waits=True),
            ),
            new_markdown_cell("Because."),
        ]
    )


def test_a_notebook_is_taken_apart_without_loss(graded):
    kinds = [
        part.title if isinstance(part, Exercise) else len(part.cells)
        for part in arrange(deepcopy(graded.cells))
    ]
    assert kinds == [2, "Exercise 1: add", 1, "In words"]
    lesson, exercise, _, written = arrange(graded.cells)
    assert [cell.source for cell in lesson.cells] == ["# Lesson 9: Tests", "Lead."]
    assert (exercise.answer.source, exercise.state) == ("def add(): <b>", "part")
    assert exercise.comments == ("So *near*.",)
    assert (written.answer.source, written.scheme) == ("Because.", "One point each.")
    assert (written.task, written.state, written.by_hand) == ("Why?", "waits", True)


def test_a_page_holds_all_of_it_and_asks_for_nothing(graded):
    page = write_page(graded, MARKS)
    soup = BeautifulSoup(page, "html.parser")
    assert soup.title.text == "Lesson 9: Tests: feedback for chloe"
    rows = [row.text.split("\n") for row in soup.select(".page-marks tbody tr")]
    assert "1.5 of 2" in rows[0][1]
    assert "not marked yet" in rows[1][1]
    for text in ("Lead.", "Add.", "So", "def add(): <b>", "my_own", "Because.", "One point each."):
        assert text in soup.text
    assert soup.find("meta", attrs={"name": "viewport"})
    assert "default-src 'none'" in soup.find("meta", attrs={"http-equiv": True})["content"]
    assert not soup.find_all(["script", "link"])
    assert len(page) < 15_000


def test_a_comment_in_code_is_no_heading():
    cell = new_markdown_cell("```\n# not this\n```\n\n## This (1 point)")
    assert Lesson((cell,)).title == "This"


@pytest.mark.parametrize(
    "path", sorted((ROOT / "notebooks").glob("*/*.ipynb")), ids=lambda p: p.stem
)
def test_every_lesson_has_a_page_with_a_title_for_each_exercise(path):
    notebook = nbformat.read(path, as_version=4)
    exercises = [part for part in arrange(notebook.cells) if isinstance(part, Exercise)]
    assert exercises
    for exercise in exercises:
        assert exercise.answer is not None, exercise.name
        assert exercise.title
    write_page(notebook, MARKS)
