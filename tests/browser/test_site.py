"""The site in a browser: nothing fails, nothing leaves the machine, and it can be read by all."""

import subprocess
import sys
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = [
    "index",
    "exports",
    "lessons/05_focal_loss/05_focal_loss",
    "api/imbalance_lessons.focal",
]
NOT_OURS = (
    # The theme puts its logo into no landmark.
    ".sidebar-primary-item:has(> .navbar-brand)",
    # Sphinx writes the parameters of a long signature as half of a list.
    "dt.sig > dl",
)
# axe-core looks for a style sheet's import beside the page, and not beside the style sheet.
AXE = (r"(?<!_static/)basic\.css",)

pytestmark = [pytest.mark.slow, pytest.mark.browser]


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    folder = tmp_path_factory.mktemp("site")
    options = ["-D", "lessons_execute=0", "-d", str(folder / "doctrees")]
    command = [sys.executable, "-m", "sphinx", *options, str(ROOT / "docs"), str(folder / "html")]
    subprocess.run(command, check=True, capture_output=True)
    # axe-core reads style sheets again, which a page that was opened as a file must not.
    handler = partial(Quiet, directory=folder / "html")
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


class Quiet(SimpleHTTPRequestHandler):
    """Serves files, and logs nothing."""

    def log_message(self, *_):
        """Keep requests to itself."""


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_fit_to_be_read(
    name, scheme, width, site, open_page, assert_accessible, screenshot
):
    page = open_page(f"{site}/{name}.html", scheme=scheme, width=width, allowed=AXE)
    assert page.evaluate("document.documentElement.dataset.theme") == scheme
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert page.locator("article h1").is_visible()
    assert_accessible(page, but_not=NOT_OURS)
    screenshot(page, f"site_{name.split('/')[-1]}_{scheme}_{width}")


def test_the_theme_can_be_changed_and_stays(site, open_page):
    page = open_page(f"{site}/index.html", scheme="light")
    theme = "document.documentElement.dataset.theme"
    page.locator(".theme-switch-button:visible").click()  # opens a menu
    page.locator(".theme-change-button[data-mode=dark]:visible").click()
    assert page.evaluate(theme) == "dark"
    page.reload()
    assert page.evaluate(theme) == "dark"


def test_the_landing_page_s_cards_stand_side_by_side_where_there_is_room(site, open_page):
    places = """cards => cards.map(card => [card.getBoundingClientRect().top,
        parseFloat(getComputedStyle(card).paddingLeft)])"""
    for width, rows in ((1280, 1), (390, 3)):
        page = open_page(f"{site}/index.html", width=width)
        found = page.locator(".course-cards").first.locator(".course-card").evaluate_all(places)
        assert len(found) == 3
        assert len({top for top, _ in found}) == rows
        assert all(padding >= 10 for _, padding in found)
