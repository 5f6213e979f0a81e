"""Check whether a computer has what the course needs: `imbalance-lessons check-env`.

What may crash or be missing is tried in a process of its own, so that a broken PyTorch becomes a
line that says what to do.
"""

from __future__ import annotations

import importlib.metadata
import platform
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from packaging.requirements import Requirement

PROJECT = "imbalance-lessons"
OLDEST_PYTHON = (3, 11)
FREE_GIGABYTES = 1.0  # for notebooks, data that lessons cache, and a class's feedback
SECONDS = 120  # the first import of torch, on a slow disk
SETUP = "run `make lab` in the course's folder, or `python -m pip install -e .`"

TORCH = """
import torch, torchvision
boxes = torch.tensor([[0.0, 0.0, 1.0, 1.0], [0.0, 0.0, 1.0, 1.0]])
assert len(torchvision.ops.nms(boxes, torch.tensor([0.9, 0.8]), 0.5)) == 1
print(f"torch {torch.__version__}, torchvision {torchvision.__version__}")
"""
LESSONS = """
from autograder.engine.registry import judges, questions
import imbalance_lessons
assert set(questions()) == set(judges())
print(f"{len(questions())} exercises")
"""
KERNEL = """
from jupyter_client.kernelspec import KernelSpecManager
spec = KernelSpecManager().get_kernel_spec("python3")
import ipykernel
print(spec.argv[0])
"""
EXTENSIONS = """
from jupyter_core.paths import jupyter_path
from jupyterlab_server.config import get_page_config
page = get_page_config(jupyter_path("labextensions"))
print(*(extension["name"] for extension in page["federated_extensions"]))
"""
SERVER = """
from jupyter_server.extension.config import ExtensionConfigManager
from jupyter_core.paths import jupyter_config_path
found = {}
for path in reversed(jupyter_config_path()):
    found.update(ExtensionConfigManager(read_config_path=[path]).get_jpserver_extensions())
print(*(name for name, on in found.items() if on and name.startswith("nbgrader")))
"""


@dataclass(frozen=True)
class Line:
    """One thing that was checked.

    Attributes
    ----------
    what
        What it is.
    ok
        Whether it is as it should be; None where that does not matter on this side of the course.
    says
        What was found, or what to do.
    """

    what: str
    ok: bool | None
    says: str


def check_environment(folder: Path) -> Iterator[Line]:
    """Check everything, one thing after another.

    Parameters
    ----------
    folder
        The current folder, in or below the course.

    Yields
    ------
    Line
        As soon as it is known.
    """
    yield python_line(sys.version_info[:3])
    yield packages_line()
    yield tried("PyTorch", TORCH, "install the pair that pyproject.toml names: " + SETUP)
    yield tried("lessons", LESSONS, SETUP)
    yield tried("kernel", KERNEL, "run `python -m ipykernel install --sys-prefix`")
    yield from extension_lines()
    yield course_line(folder)
    yield disk_line(folder)
    yield sandbox_line()


def python_line(version: tuple[int, ...]) -> Line:
    """Check Python's version."""
    text = ".".join(map(str, version))
    oldest = ".".join(map(str, OLDEST_PYTHON))
    if version[:2] < OLDEST_PYTHON:
        return Line("Python", False, f"{text}: install Python {oldest} or later, and set up again")
    return Line("Python", True, f"{text}, {sys.executable}")


def requirements() -> list[Requirement]:
    """List what the project needs here, from its installed metadata; extras left out."""
    listed = importlib.metadata.requires(PROJECT) or []
    found = [Requirement(text) for text in listed]
    return [r for r in found if r.marker is None or r.marker.evaluate({"extra": ""})]


def packages_line() -> Line:
    """Compare the installed packages with what the project asks for."""
    try:
        needed = requirements()
    except importlib.metadata.PackageNotFoundError:
        return Line("packages", False, f"{PROJECT} is not installed: {SETUP}")
    problems = [problem for requirement in needed if (problem := package_problem(requirement))]
    if problems:
        return Line("packages", False, f"{'; '.join(problems)}: {SETUP}")
    return Line("packages", True, f"{len(needed)} packages, all of a version that fits")


def package_problem(requirement: Requirement) -> str:
    """Say what is wrong with an installed package; empty if it fits."""
    try:
        version = importlib.metadata.version(requirement.name)
    except importlib.metadata.PackageNotFoundError:
        return f"{requirement.name} is missing"
    # A build for the CPU calls itself 2.14.1+cpu, which fits ==2.14.1.
    if requirement.specifier.contains(version, prereleases=True):
        return ""
    return f"{requirement.name} is {version}, expected {requirement.specifier}"


def tried(what: str, code: str, advice: str, seconds: float = SECONDS) -> Line:
    """Run code in a process of its own; what it prints is what was found."""
    ok, text = run(code, seconds)
    return Line(what, ok, text if ok else f"{text}: {advice}")


def run(code: str, seconds: float = SECONDS) -> tuple[bool, str]:
    """Run code in a process of its own; gives whether it ended well, and its last line."""
    try:
        done = subprocess.run(
            [sys.executable, "-c", code],
            capture_output=True,
            text=True,
            errors="replace",
            timeout=seconds,
        )
    except subprocess.TimeoutExpired:
        return False, f"it took more than {seconds:g} seconds"
    except OSError as error:
        return False, f"Python could not be started ({error.strerror or error})"
    if done.returncode < 0:
        return False, f"it crashed (signal {-done.returncode})"
    lines = (done.stdout if done.returncode == 0 else done.stderr).strip().splitlines()
    return done.returncode == 0, lines[-1][:300] if lines else "it said nothing"


def extension_lines() -> Iterator[Line]:
    """Check JupyterLab's extensions: sliders, and nbgrader's buttons."""
    ok, text = run(EXTENSIONS)
    found = text.split() if ok else []
    if not ok:
        yield Line("JupyterLab", False, f"{text}: {SETUP}")
    for what, name, package in (
        ("sliders", "@jupyter-widgets/jupyterlab-manager", "jupyterlab_widgets"),
        ("Validate button", "@jupyter/nbgrader", "nbgrader"),
    ):
        if name in found:
            yield Line(what, True, f"JupyterLab has {name}")
        else:
            advice = f"run `jupyter labextension enable {name}`, or install {package} again"
            yield Line(what, False, f"JupyterLab has no {name}: {advice}")
    ok, text = run(SERVER)
    found = text.split() if ok else []
    wanted = {"nbgrader.server_extensions.validate_assignment"}
    if wanted <= set(found):
        yield Line("its server", True, f"{len(found)} of nbgrader's server extensions are on")
    else:
        advice = "run `jupyter server extension enable --sys-prefix --py nbgrader`"
        yield Line("its server", False, f"nbgrader's server extension is off: {advice}")


def course_line(folder: Path) -> Line:
    """Find the course."""
    from autograder.grading.course import CourseError, find_course

    try:
        course = find_course(folder)
    except CourseError as error:
        return Line("course", False, str(error))
    return Line("course", True, f"{len(course.lessons)} lessons in {course.root}")


def disk_line(folder: Path, needed: float = FREE_GIGABYTES) -> Line:
    """Check that there is room, and that the folder can be written to."""
    free = shutil.disk_usage(folder).free / 1e9
    if free < needed:
        return Line("disk", False, f"{free:.1f} GB free; make room for {needed:g} GB")
    return Line("disk", True, f"{free:.1f} GB free")


def sandbox_line() -> Line:
    """Look for the sandbox, which only grading needs."""
    if platform.system() != "Linux":
        return Line("sandbox", None, "none on this system; only grading needs it")
    from autograder.execution.sandbox import Sandbox, SandboxError

    try:
        Sandbox().close()
    except SandboxError as error:
        return Line("sandbox", None, f"only grading needs it. {error}")
    return Line("sandbox", True, "bwrap works; submissions can be graded")
