"""What a student does in JupyterLab: run a lesson, solve an exercise, move a slider, validate."""

import re

import pytest
from playwright.sync_api import expect

from autograder.grading.lab import LANDING_PAGE
from autograder.grading.sample import sample_students

pytestmark = [pytest.mark.slow, pytest.mark.browser]

FOCAL = "05_focal_loss"
THRESHOLD = "07_threshold_tuning"
FAST = "02_measuring_imbalance"
# ipywidgets 8.1 makes sliders of noUiSlider, gives their handles no name, and has no setting for
# one. The box beside a slider has its name, and does the same.
NAMELESS = (".noUi-handle",)
# JupyterLab drops what is run before it has its kernel, and its indicator begins with "idle".
CONNECTED = """() => {
    const kernel = window.jupyterapp?.shell.currentWidget?.sessionContext?.session?.kernel;
    return kernel?.connectionStatus === "connected" && kernel.status === "idle";
}"""


@pytest.fixture
def notebook(open_page, student_lab):
    """Open a lesson in JupyterLab, in one of the themes."""

    def open_notebook(lesson, folder=None, **options):
        page = open_page(student_lab(f"lab/tree/{folder or lesson}/{lesson}.ipynb"), **options)
        expect(page.locator(".jp-Notebook .jp-Cell").nth(5)).to_be_visible()
        return page

    return open_notebook


def code_cell(page, text):
    """Find the code cell that holds a text."""
    return page.locator(".jp-CodeCell", has=page.locator(".cm-content", has_text=text)).first


def run_up_to(page, cell):
    """Run all cells above one, from the menu, and wait until the last of them has been run."""
    page.wait_for_function(CONNECTED)
    cell.locator(".cm-content").click()
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_text("Run All Above Selected Cell").click()
    last = cell.locator("xpath=preceding::*[contains(@class, 'jp-CodeCell')][1]")
    expect(last.locator(".jp-InputArea-prompt").first).to_have_text(re.compile(r"^\[\d+\]:$"))


def run(page, cell):
    """Run one cell, as most people do."""
    cell.locator(".cm-content").click()
    page.keyboard.press("Shift+Enter")


def write(page, cell, code):
    """Replace a cell's code by typing over it."""
    cell.locator(".cm-content").click()
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.insert_text(code)


def solve(page, lesson, student, exercise):
    """Solve an exercise as a sample student does, and run it and its check."""
    answer = code_cell(page, re.compile(rf"(def|class) {exercise}\b"))
    write(page, answer, sample_students(lesson)[student][exercise])
    page.keyboard.press("Shift+Enter")
    page.keyboard.press("Shift+Enter")
    return page.get_by_role("group", name=f"Check of {exercise}", exact=True)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_landing_page_is_read_and_leads_to_the_lessons(
    open_page, student_lab, screenshot, scheme
):
    page = open_page(student_lab(f"lab/tree/{LANDING_PAGE}"), scheme=scheme)
    shown = page.locator(".jp-MarkdownViewer")
    expect(shown.get_by_role("heading", name="Class imbalance in PyTorch")).to_be_visible()
    screenshot(page, f"landing_{scheme}")
    shown.get_by_role("link", name="2. Measuring imbalance").click()
    expect(page.locator(".jp-Notebook .jp-Cell").first).to_contain_text("Lesson 2")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_wrong_answer_gets_a_hint_and_a_right_one_all_points(
    notebook, assert_accessible, screenshot, scheme
):
    page = notebook(FOCAL, scheme=scheme)
    run_up_to(page, code_cell(page, "def focal_values"))

    report = solve(page, FOCAL, "chloe", "focal_values")
    expect(report).to_contain_text("1 of 5 cases right.")
    expect(report).to_contain_text("It looks as if your code weighs by p, not by 1 - p.")
    expect(report).to_contain_text("Which of p and 1 - p is small when a sample is easy?")
    expect(report).to_contain_text("expected")
    screenshot(report, f"check_report_{scheme}")
    assert_accessible(page, within="section[aria-label='Check of focal_values']")

    report = solve(page, FOCAL, "ada", "focal_values")
    expect(report).to_contain_text("3 of 3 points")
    expect(report).to_contain_text("Visible checks passed.")
    expect(report).not_to_contain_text("It looks as if")
    screenshot(report, f"check_passed_{scheme}")
    assert_accessible(page, within="section[aria-label='Check of focal_values']")


def test_gamma_bends_the_curve(notebook, assert_accessible, screenshot):
    page = notebook(FOCAL)
    cell = code_cell(page, "from imbalance_lessons.sliders import explore")
    run_up_to(page, cell)
    run(page, cell)
    figure, slider = cell.locator(".jp-OutputArea img"), cell.get_by_role("slider")
    expect(figure).to_have_attribute("alt", re.compile("gamma 2: 0.173 at probability 0.5"))
    assert_accessible(page, within=".jp-OutputArea:has(img)", but_not=NAMELESS)
    before = figure.get_attribute("src")

    slider.focus()
    page.keyboard.press("ArrowRight")
    expect(figure).to_have_attribute("alt", re.compile("gamma 2.5: 0.123 at probability 0.5"))
    expect(cell.locator(".jp-OutputArea")).to_contain_text("Drawn for gamma = 2.5.")
    assert figure.get_attribute("src") != before
    screenshot(cell.locator(".jp-Cell-outputWrapper"), "slider_gamma")

    box = cell.get_by_role("spinbutton", name="gamma", exact=True)
    expect(box).to_have_value("2.5")
    box.fill("1")
    box.press("Enter")
    expect(figure).to_have_attribute("alt", re.compile("gamma 1: 0.347 at probability 0.5"))
    expect(slider).to_have_attribute("aria-valuenow", re.compile(r"^1(\.0)?$"))


def test_the_threshold_moves_the_counts(notebook, screenshot):
    page = notebook(THRESHOLD, scheme="dark")
    cell = code_cell(page, "explore_threshold(")
    run_up_to(page, cell)
    run(page, cell)
    figure, output = cell.locator(".jp-OutputArea img"), cell.locator(".jp-OutputArea")
    expect(output).to_contain_text("Drawn for threshold = 0.5, cost of a miss = 40.")
    before = figure.get_attribute("src")

    drag(page, cell.get_by_role("slider").first, to=0.25)
    expect(output).not_to_contain_text("Drawn for threshold = 0.5,")
    expect(figure).not_to_have_attribute("src", before)
    expect(figure).to_have_attribute("alt", re.compile("At this threshold: precision"))
    screenshot(cell.locator(".jp-Cell-outputWrapper"), "slider_threshold_dark")


def drag(page, handle, to):
    """Drag a slider's handle with the mouse, to a share of the track's width."""
    handle.scroll_into_view_if_needed()
    box = handle.bounding_box()
    track = handle.locator("xpath=ancestor::*[contains(@class, 'noUi-target')]").bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.mouse.move(track["x"] + to * track["width"], box["y"] + box["height"] / 2, steps=5)
    page.mouse.up()


def test_validate_agrees_with_the_checks(notebook, screenshot):
    page = notebook(FAST)
    run_up_to(page, code_cell(page, "def class_counts"))
    report = solve(page, FAST, "ada", "class_counts")
    expect(report).to_contain_text("2 of 2 points")
    page.get_by_role("button", name="Validate").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("Validation Results")
    expect(dialog).to_contain_text('check("imbalance_ratio", imbalance_ratio)')
    expect(dialog).not_to_contain_text('check("class_counts", class_counts)')
    screenshot(page, "validate")


def test_validate_is_content_with_a_solved_lesson(notebook):
    page = notebook(FAST, folder="solved")
    page.get_by_role("button", name="Validate").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("Success! Your notebook passes all the tests.")
    expect(dialog).not_to_contain_text("failed")
