"""A browser, JupyterLab as a student and as an instructor has it, and what every page must be.

`open_page` gives pages that are watched: when a test ends, an error in the console, a request that
failed or one that left the machine fails it. `assert_accessible` runs axe-core; `screenshot` keeps
a picture in build/screenshots for people to look at.
"""

import json
import os
import re
import shutil
import socket
import subprocess
import sys
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote, urlsplit

import nbformat
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect, sync_playwright

from autograder.grading.course import CLASSROOM_VARIABLE, Course
from autograder.grading.demo import hand_in_samples
from autograder.grading.lab import LANDING_PAGE, lab_environment
from autograder.grading.sample import hand_in, sample_students

ROOT = Path(__file__).parents[2]
SCREENSHOTS = ROOT / "build" / "screenshots"
PATIENCE = 120_000  # milliseconds: a kernel that imports torch on a busy machine
# JupyterLab says so of its own parts where the machine is busy.
SLOW = re.compile("Plugin .* is taking too long to activate")
LESSONS = ("02_measuring_imbalance", "05_focal_loss", "07_threshold_tuning")
GRADED = "02_measuring_imbalance"
STUDENTS = ("ada", "chloe")
SOLVED = "solved"  # a folder of the student's, with the graded lesson as ada solves it

expect.set_options(timeout=PATIENCE)


@dataclass
class Watched:
    """A page, and what went wrong on it."""

    page: Page
    allowed: tuple[re.Pattern, ...]
    problems: list[str] = field(default_factory=list)

    def __post_init__(self):
        self.page.on("console", self._heard)
        self.page.on("pageerror", lambda error: self._note(f"exception: {error}"))
        self.page.on("request", self._asked)
        self.page.on("requestfailed", lambda r: self._note(f"request failed: {r.failure} {r.url}"))
        self.page.on("response", self._answered)

    def _heard(self, message):
        if message.type in ("error", "warning"):
            self._note(f"console {message.type}: {message.text} ({message.location.get('url')})")

    def _asked(self, request):
        if not is_local(request.url):
            self._note(f"request to another machine: {request.url}")

    def _answered(self, response):
        if response.status >= 400:
            self._note(f"status {response.status}: {response.request.method} {response.url}")

    def _note(self, problem):
        if not any(pattern.search(problem) for pattern in self.allowed):
            self.problems.append(problem)


def is_local(url):
    """Tell whether a request stays on this machine."""
    parts = urlsplit(url)
    return parts.scheme in ("file", "data", "blob", "about") or parts.hostname == "127.0.0.1"


def find_chromium():
    """Find a Chromium; without one these tests fail, and say what to do."""
    named = os.environ.get("CHROMIUM")
    found = named or shutil.which("chromium") or shutil.which("google-chrome")
    if not found:
        pytest.fail("No Chromium: install Debian's package `chromium`, or set CHROMIUM to its path")
    return found


@pytest.fixture(scope="session")
def browser():
    """Chromium, without a window."""
    # Chromium's own sandbox refuses to run as root.
    arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=find_chromium(), args=arguments)
        yield chromium
        chromium.close()


@pytest.fixture
def open_page(browser):
    """Open addresses in watched pages, and fail the test if anything goes wrong on one.

    Called with an address; `scheme` is "light" or "dark", `width` is in pixels, `allowed` holds
    patterns of known problems.
    """
    opened = []

    def open_one(url, scheme="light", width=1280, height=900, allowed=()):
        context = browser.new_context(
            viewport={"width": width, "height": height}, color_scheme=scheme
        )
        context.set_default_timeout(PATIENCE)
        watched = Watched(context.new_page(), (SLOW, *map(re.compile, allowed)))
        opened.append(watched)
        watched.page.goto(str(url))
        return watched.page

    yield open_one
    problems = [problem for watched in opened for problem in watched.problems]
    for watched in opened:
        watched.page.context.close()
    assert problems == []


@pytest.fixture(scope="session")
def assert_accessible():
    """Run axe-core on a page and fail on any violation.

    `within` is a CSS selector of the part to look at; `but_not` has selectors of what is left out.
    """

    def check(page, within=None, but_not=()):
        context = {"exclude": [[selector] for selector in but_not]}
        if within:
            context["include"] = [[within]]
        results = Axe().run(page, context=context).response
        assert results["passes"], "axe-core found nothing to look at"
        found = [
            f"{violation['id']} ({violation['impact']}): {node['html'][:200]} "
            f"{' '.join(node['failureSummary'].split())}"
            for violation in results["violations"]
            for node in violation["nodes"]
        ]
        assert found == []

    return check


@pytest.fixture(scope="session")
def screenshot():
    """Keep a picture of a page, or of a part of it, for people to look at."""
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)

    def take(page_or_part, name, **options):
        path = SCREENSHOTS / f"{name}.png"
        page_or_part.screenshot(path=path, animations="disabled", **options)
        return path

    return take


@pytest.fixture(scope="session")
def student_folder(tmp_path_factory):
    """Give a student some released lessons."""
    folder = tmp_path_factory.mktemp("student")
    course = Course(ROOT, tmp_path_factory.mktemp("release"))
    for lesson in LESSONS:
        course.nbgrader("generate_assignment", lesson, "--no-db")
        target = folder / lesson / f"{lesson}.ipynb"
        target.parent.mkdir()
        shutil.copyfile(course.notebook("release", lesson), target)
    shutil.copyfile(ROOT / "notebooks" / LANDING_PAGE, folder / LANDING_PAGE)
    solved = folder / SOLVED / f"{GRADED}.ipynb"
    solved.parent.mkdir()
    released = nbformat.read(course.notebook("release", GRADED), as_version=4)
    nbformat.write(hand_in(released, sample_students(GRADED)["ada"]), solved)
    return folder


@pytest.fixture(scope="session")
def graded_course(tmp_path_factory):
    """Grade a lesson that two sample students handed in; its written answers wait."""
    course = Course(ROOT, tmp_path_factory.mktemp("classroom"))
    course.nbgrader("generate_assignment", GRADED)
    hand_in_samples(course, GRADED)
    for folder in (course.classroom / "submitted").iterdir():
        if folder.name not in STUDENTS:
            shutil.rmtree(folder)
    course.nbgrader("autograde", GRADED)
    return course


@pytest.fixture(scope="session")
def student_lab(student_folder, tmp_path_factory):
    """JupyterLab on the student's folder; called with a path it gives that page's address."""
    settings = lab_environment(tmp_path_factory.mktemp("course"))  # as `imbalance-lessons lab` does
    where = {"JUPYTER_CONFIG_PATH": settings["JUPYTER_CONFIG_PATH"]}
    with running_lab(student_folder, tmp_path_factory.mktemp("jupyter"), **where) as address:
        yield address


@pytest.fixture(scope="session")
def instructor_lab(graded_course, tmp_path_factory):
    """JupyterLab on the course, with formgrader; called with a path it gives the address."""
    classroom = {CLASSROOM_VARIABLE: str(graded_course.classroom)}
    with running_lab(ROOT, tmp_path_factory.mktemp("jupyter"), **classroom) as address:
        yield address


@contextmanager
def running_lab(folder, state, **environment):
    """Run JupyterLab on a folder, with settings of its own, while the block runs."""
    port, token = free_port(), "only-for-tests"
    write_settings(state / "settings")
    own_settings = state / "config_dir" / "nbgrader_config.py"
    own_settings.parent.mkdir()
    # Validate waits 4 seconds for the last words of a cell: too short on a busy machine.
    own_settings.write_text("c = get_config()\nc.Execute.iopub_timeout = 120\n")
    command = [
        *(sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root"),
        *("--ServerApp.ip=127.0.0.1", f"--ServerApp.port={port}", "--ServerApp.port_retries=0"),
        *(f"--IdentityProvider.token={token}", f"--ServerApp.root_dir={folder}"),
        "--LabApp.expose_app_in_browser=True",  # tests ask it whether a kernel is there
    ]
    server = subprocess.Popen(
        command,
        cwd=folder,
        env={**os.environ, **own_places(state), **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        wait_until_it_listens(server)
        # The login page leaves a cookie, which formgrader's own requests need.
        login = f"http://127.0.0.1:{port}/login?token={token}&next="
        yield lambda path: login + quote(f"/{path}?reset", safe="")
    finally:
        server.terminate()
        server.wait(timeout=60)


def wait_until_it_listens(server):
    """Read what a server writes until it says that it is there."""
    written = []
    for line in server.stdout:
        written.append(line)
        if "is running at:" in line:
            break
    else:
        pytest.fail("JupyterLab did not start:\n" + "".join(written[-20:]))
    # Read on, or the server stops once the pipe is full.
    threading.Thread(target=server.stdout.read, daemon=True).start()


def own_places(state):
    """Keep JupyterLab away from the settings, kernels and history of whoever runs the tests."""
    names = ("CONFIG_DIR", "DATA_DIR", "RUNTIME_DIR")
    return {
        **{f"JUPYTER_{name}": str(state / name.lower()) for name in names},
        "JUPYTERLAB_SETTINGS_DIR": str(state / "settings"),
        "JUPYTERLAB_WORKSPACES_DIR": str(state / "workspaces"),
        "IPYTHONDIR": str(state / "ipython"),
        "OMP_NUM_THREADS": "1",
        # nbgrader's server extensions call programs by name.
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]),
    }


def write_settings(folder):
    """Set what tests need: no news from the network, the system's theme, every cell in the page."""
    settings = {
        "apputils-extension/notification": {"fetchNews": "false", "checkForUpdates": False},
        "apputils-extension/themes": {"adaptive-theme": True},
        "notebook-extension/tracker": {"windowingMode": "none"},
    }
    for name, values in settings.items():
        path = folder / "@jupyterlab" / f"{name}.jupyterlab-settings"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(values))


def free_port():
    """Ask the system for a port that is free."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]
