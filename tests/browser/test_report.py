"""The class report, as an instructor opens it."""

from datetime import datetime

import pytest

from autograder.reports.class_report import class_report
from autograder.reports.page import render

pytestmark = [pytest.mark.slow, pytest.mark.browser]


@pytest.fixture(scope="module")
def report_page(graded_course, tmp_path_factory):
    path = tmp_path_factory.mktemp("report") / "report.html"
    path.write_text(render(class_report(graded_course), datetime(2026, 3, 2)), encoding="utf-8")
    return path


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_class_report_is_accessible_and_asks_for_nothing(
    report_page, open_page, assert_accessible, screenshot, scheme, width
):
    page = open_page(report_page.as_uri(), scheme=scheme, width=width)
    requests = []
    page.on("request", lambda request: requests.append(request.url))
    page.reload()
    screenshot(page, f"class_report_{scheme}_{width}")
    page.evaluate("document.querySelectorAll('details').forEach(part => part.open = true)")
    assert_accessible(page)
    assert requests == [report_page.as_uri()]
    overflow = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
    assert not page.evaluate(overflow)
    assert page.get_by_role("heading", name="Class report").is_visible()
