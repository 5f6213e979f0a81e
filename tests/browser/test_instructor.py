"""What an instructor does in formgrader, and the page that a student gets back."""

import re

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_output
from playwright.sync_api import expect

from autograder.grading.sample import sample_students

pytestmark = [pytest.mark.slow, pytest.mark.browser]

LESSON = "02_measuring_imbalance"
TASK = "written_diagnosis"
ATTACK = (
    "<script>document.title = 'broken'</script>"
    "<img src='x' onerror='document.title = &quot;broken&quot;'>"
)


@pytest.fixture(scope="module")
def attacked(graded_course):
    """Put attacks on whoever reads it into a graded notebook: in text, and in outputs."""
    path = graded_course.notebook("autograded", LESSON, "chloe")
    path.chmod(0o644)
    notebook = nbformat.read(path, as_version=4)
    outputs = [
        new_output("display_data", {"text/html": f"<b>seen</b>{ATTACK}"}),
        new_output("display_data", {"application/javascript": "document.title = 'broken'"}),
    ]
    notebook.cells[3:3] = [
        new_markdown_cell(f"My own words. {ATTACK}"),
        new_code_cell("show()", outputs=outputs),
    ]
    nbformat.write(notebook, path)


@pytest.fixture
def formgrader(open_page, instructor_lab, attacked):
    """Open chloe's submission in formgrader, from the list of those to be marked."""
    page = open_page(instructor_lab(f"formgrader/gradebook/{LESSON}/{LESSON}"))
    # The list hides names, and has chloe's behind each number.
    row = page.locator("#main-table tr", has_text="chloe")
    row.get_by_role("link", name="Submission #").click()
    expect(page.locator(f"#{TASK}")).to_be_visible()
    return page


def test_formgrader_shows_a_written_answer_with_its_scheme(formgrader, screenshot):
    written = formgrader.locator(".nbgrader_cell", has=formgrader.locator(f"#{TASK}"))
    expect(written).to_contain_text("Mark scheme")
    expect(written).to_contain_text("One point for each part")
    answer = sample_students(LESSON)["chloe"][TASK]
    first_words = " ".join(answer.split()[:5])
    expect(formgrader.locator("body")).to_contain_text(first_words)
    expect(formgrader.locator("math").first).to_be_attached()
    screenshot(formgrader, "formgrader")
    screenshot(written, "formgrader_scheme")


def test_formgrader_begins_where_it_should_without_mathjax(formgrader):
    """The page's script waits for MathJax to be done before it goes to the first thing to do."""
    expect(formgrader.locator(".tabbable").first).to_be_focused()
    assert formgrader.evaluate("MathJax.loaded")


def test_formgrader_runs_nothing_of_a_students(formgrader):
    expect(formgrader.get_by_text("My own words.")).to_be_attached()
    expect(formgrader.get_by_text("seen", exact=True)).to_be_attached()
    assert formgrader.title() == LESSON


def test_marks_and_comments_arrive_on_the_feedback_page(formgrader, graded_course, open_page):
    score, comment = formgrader.locator(f"#{TASK}"), formgrader.locator(f"#{TASK}-comment")
    for field, text, api in (
        (score, "2", "grade"),
        (comment, "Good: **which** mistake?", "comment"),
    ):
        saved = re.compile(f"/api/{api}/")
        with formgrader.expect_response(lambda r, saved=saved: saved.search(r.url)) as response:
            field.fill(text)
            field.press("Tab")
        assert response.value.request.method == "PUT"
        assert response.value.ok
    graded_course.nbgrader("generate_feedback", LESSON, "--student=chloe", "--force")
    page = open_page(feedback_page(graded_course, "chloe").as_uri())
    row = page.get_by_role("row", name="Your recommendation")
    expect(row).to_contain_text("2 of 3")
    expect(page.get_by_role("note", name="Comment")).to_contain_text("Good: which mistake?")
    expect(page.get_by_text("not marked yet")).to_have_count(0)


@pytest.fixture(scope="module")
def with_feedback(graded_course, attacked):
    graded_course.nbgrader("generate_feedback", LESSON, "--force")
    return graded_course


def feedback_page(course, student):
    return course.notebook("feedback", LESSON, student).with_suffix(".html")


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_feedback_page_is_readable(
    with_feedback, open_page, assert_accessible, screenshot, scheme, width
):
    page = open_page(feedback_page(with_feedback, "chloe").as_uri(), scheme=scheme, width=width)
    screenshot(page, f"feedback_{scheme}_{width}", full_page=True)
    while (closed := page.locator("details:not([open]) > summary:visible")).count():
        closed.first.click()
    expect(page.locator("details:not([open])")).to_have_count(0)
    assert page.evaluate("document.documentElement.scrollWidth") == width
    assert_accessible(page)
    screenshot(page, f"feedback_{scheme}_{width}_unfolded", full_page=True)


def test_a_feedback_page_runs_nothing_of_a_students(with_feedback, open_page):
    page = open_page(feedback_page(with_feedback, "chloe").as_uri())
    expect(page.get_by_text("My own words.")).to_be_attached()
    expect(page.get_by_text("seen", exact=True)).to_be_attached()
    expect(page).to_have_title(re.compile("feedback for chloe"))
    assert page.locator("script").count() == 0


def test_a_feedback_page_leads_to_its_exercises(with_feedback, open_page):
    page = open_page(feedback_page(with_feedback, "ada").as_uri(), width=390)
    page.get_by_role("link", name="Exercise 3: severity").click()
    expect(page.get_by_role("heading", name="Exercise 3: severity")).to_be_in_viewport()
