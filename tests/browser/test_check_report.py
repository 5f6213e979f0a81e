"""Check reports on a narrow screen, one of each exercise: as a feedback page shows them."""

from pathlib import Path

import numpy as np
import pytest

import autograder.grading.feedback as feedback
from autograder.builder.notebook import find_lessons
from autograder.engine.markup import code
from autograder.engine.question import ask
from autograder.engine.registry import judges, questions
from autograder.grading.feedback.outputs import show_output
from autograder.student.progress import Progress
from autograder.student.work import lesson_work, read_notebook

CSS = Path(feedback.__file__).with_name("page.css").read_text(encoding="utf-8")
NOTEBOOKS = Path(__file__).parents[2] / "notebooks"
NARROW = 390
# Of the text between two places where code may break, the words that stand on several lines.
BROKEN_WORDS = """codes => codes.flatMap(code => {
  const broken = [], texts = document.createTreeWalker(code, NodeFilter.SHOW_TEXT);
  for (let text; text = texts.nextNode(); ) {
    for (const word of text.data.matchAll(/\\S+/g)) {
      const range = document.createRange();
      range.setStart(text, word.index);
      range.setEnd(text, word.index + word[0].length);
      if (new Set([...range.getClientRects()].map(box => box.top)).size > 1) broken.push(word[0]);
    }
  }
  return broken;
})"""

pytestmark = [pytest.mark.slow, pytest.mark.browser]


@pytest.fixture(scope="module")
def write_page(tmp_path_factory):
    """Write parts of HTML into a page with the feedback pages' looks."""

    def write(*parts):
        path = tmp_path_factory.mktemp("page") / "page.html"
        head = "<meta charset='utf-8'><meta name='color-scheme' content='light dark'>"
        body = "<h1>Reports</h1>" + "".join(parts)
        path.write_text(
            f"<!DOCTYPE html><html lang='en'><head>{head}<title>Reports</title>"
            f"<style>{CSS}</style></head><body><main>{body}</main></body></html>",
            encoding="utf-8",
        )
        return path.as_uri()

    return write


def shown(name, submission):
    """Judge a submission to an exercise, and show the report as a feedback page does."""
    question = questions()[name]
    report = judges()[name].report(
        question, question.public, ask(question, submission, question.public)
    )
    output = {"output_type": "display_data", "data": {"text/html": report._repr_html_()}}
    return f"<h2>{name}</h2>{show_output(output, of_report=True)}"


@pytest.fixture(scope="module")
def every_exercise(write_page):
    """One known mistake in each exercise."""
    return write_page(
        *(shown(name, judge.misconceptions[0].submission) for name, judge in judges().items())
    )


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_code_breaks_between_words_and_the_page_does_not_scroll(
    every_exercise, open_page, assert_accessible, screenshot, scheme
):
    page = open_page(every_exercise, scheme=scheme, width=NARROW)
    page.evaluate("document.querySelectorAll('details').forEach(part => part.open = true)")
    assert page.locator("section[aria-label^='Check of']").count() == len(judges())
    assert page.evaluate("document.documentElement.scrollWidth") == NARROW
    codes = page.locator("td code")
    assert codes.count() > 3 * len(judges())
    assert codes.evaluate_all(BROKEN_WORDS) == []
    assert_accessible(page)
    screenshot(page, f"check_reports_{scheme}_{NARROW}", full_page=True)


def test_what_it_means_that_a_word_is_broken(write_page, open_page):
    """The measure itself: code that may break anywhere does, and code of ours does not."""
    text = "imbalance_ratio([0, 0, 1], num_classes=3, far=1.7891e-07)"
    box = "<div style='width:90px'>{}</div>"
    anywhere = f"<code style='overflow-wrap:anywhere'>{text}</code>"
    page = open_page(write_page(box.format(anywhere), box.format(code(text))), width=NARROW)
    either = page.locator("code")
    assert either.first.evaluate(f"code => ({BROKEN_WORDS})([code])") != []
    assert either.last.evaluate(f"code => ({BROKEN_WORDS})([code])") == []
    assert either.last.inner_text() == text


@pytest.mark.parametrize(
    "answer",
    [np.full((3, 4), 1.7891e-07), "x" * 200, {"a_name": [True] * 40}],
    ids=["another shape", "a long word", "another type"],
)
def test_an_odd_answer_does_not_widen_the_page(write_page, open_page, screenshot, answer):
    odd = shown("class_counts", lambda labels, num_classes=None: answer)
    page = open_page(write_page(odd), width=NARROW)
    assert page.evaluate("document.documentElement.scrollWidth") == NARROW
    screenshot(page, f"check_report_odd_{type(answer).__name__}_{NARROW}")


def test_a_case_takes_one_line_where_there_is_room_and_two_on_a_phone(every_exercise, open_page):
    tops = """row => [...row.querySelectorAll("td")].map(
        cell => Math.round(cell.getBoundingClientRect().top))"""
    for width, lines in ((1280, 1), (NARROW, 2), (320, 2)):
        page = open_page(every_exercise, width=width)
        row = page.get_by_role("table", name="Cases of severity to look at").locator("tr").nth(1)
        assert len(set(row.evaluate(tops))) == lines


def test_progress_is_readable_on_a_narrow_screen(
    write_page, open_page, assert_accessible, screenshot
):
    lessons = [
        lesson_work(lesson.name, read_notebook(lesson.notebook))
        for lesson in find_lessons(NOTEBOOKS)
    ]
    html = Progress(tuple(lessons), lessons[0].name)._repr_html_()
    page = open_page(write_page("<h2>Here</h2>", html), width=NARROW)
    assert page.get_by_role("table").count() == 2
    assert page.evaluate("document.documentElement.scrollWidth") == NARROW
    assert page.locator("td code").evaluate_all(BROKEN_WORDS) == []
    assert_accessible(page)
    screenshot(page, f"progress_{NARROW}", full_page=True)
