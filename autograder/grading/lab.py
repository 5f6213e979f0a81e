"""A student's copy of the released lessons, and JupyterLab on it."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

from autograder.engine.marks import OWN_METADATA
from autograder.grading.course import Course, CourseError, copy_if_absent

RECORD = ".lessons.json"
LANDING_PAGE = "README.md"
# Pages are shown rendered, and nothing is asked or fetched that has nothing to do with the course.
SETTINGS = {
    "@jupyterlab/docmanager-extension:plugin": {"defaultViewers": {"markdown": "Markdown Preview"}},
    "@jupyterlab/apputils-extension:notification": {
        "fetchNews": "false",
        "checkForUpdates": False,
    },
}


@dataclass(frozen=True)
class Given:
    """What `give_out` did.

    Attributes
    ----------
    new
        Notebooks that were copied.
    kept
        Notebooks that were there already, and are left alone.
    offered
        New versions of lessons, put beside the student's notebook.
    """

    new: list[Path] = field(default_factory=list)
    kept: list[Path] = field(default_factory=list)
    offered: list[Path] = field(default_factory=list)


def give_out(course: Course, folder: Path) -> Given:
    """Put the released lessons into a student's folder, leaving alone what is there.

    Parameters
    ----------
    course
        The course. Its own classroom is not touched: the lessons are released without a gradebook.
    folder
        The student's folder. In its `RECORD` it is kept from which version of a lesson the
        student's copy was made.

    Returns
    -------
    Given
        What was done. The pages beside the lessons (contents, glossary, common errors) are brought
        up to date.

    Raises
    ------
    CourseError
        If the folder cannot be written to.
    """
    given = Given()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        record = read_record(folder)
        for released in release_lessons(course):
            record[released.stem] = _give_one(
                released, folder, record.get(released.stem, {}), given
            )
            _write_record(folder, record)
        for page in (course.root / "notebooks").glob("*.md"):  # nobody's work: always the newest
            shutil.copyfile(page, folder / page.name)
    except OSError as error:
        raise CourseError(
            f"{error.filename or folder} cannot be written: {error.strerror or error}. Choose "
            "another folder with --folder."
        ) from None
    return given


def release_lessons(course: Course) -> list[Path]:
    """Release the lessons without a gradebook, those that have changed; gives their notebooks."""
    lab = Course(course.root, course.classroom / "lab")
    released = {}
    for lesson in course.lessons:
        lesson.write()
        released[lesson] = lab.notebook("release", lesson.name)
    changed = [lesson for lesson in released if _is_older(released[lesson], lesson.notebook)]
    if changed:
        from autograder.grading.interface import Steps  # nbgrader: seconds, for a rare need

        steps = Steps(lab, gradebook=False)
        for lesson in changed:
            steps.release(lesson.name, force=True)
    return [*released.values()]


def _is_older(path: Path, other: Path) -> bool:
    return not path.is_file() or path.stat().st_mtime < other.stat().st_mtime


def _give_one(released: Path, folder: Path, known: dict[str, str], given: Given) -> dict[str, str]:
    """Give one lesson out; returns which version the student has, and which was offered."""
    target = folder / released.stem / released.name
    version = notebook_version(released)
    if copy_if_absent(released, target):
        given.new.append(target)
        return {"made_from": version}
    given.kept.append(target)
    if version in known.values():
        return known
    if not known and _says_the_same(released, target):  # a copy from before there was a record
        return {"made_from": version}
    offered = _free_name(target, version)
    shutil.copyfile(released, offered)
    given.offered.append(offered)
    return {**known, "offered": version}


def _free_name(target: Path, version: str) -> Path:
    """Name a new version ``….new.ipynb``, or longer where an earlier one may hold work."""
    plain = target.with_suffix(".new.ipynb")
    return target.with_suffix(f".new-{version[:6]}.ipynb") if plain.exists() else plain


def notebook_version(path: Path) -> str:
    """Digest what a lesson says: its cells' texts, and neither ids, outputs nor other metadata."""
    try:
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        texts = [[cell["cell_type"], "".join(cell["source"])] for cell in cells]
    except (ValueError, TypeError, KeyError):  # no notebook: the student's, to be left alone
        return ""
    return sha256(json.dumps(texts).encode()).hexdigest()[:16]


def _says_the_same(released: Path, copy: Path) -> bool:
    """Tell whether a copy has all of a lesson's prose and locked cells as they are now."""
    try:
        ours, theirs = (json.loads(path.read_text("utf-8"))["cells"] for path in (released, copy))
        there = {"".join(cell["source"]) for cell in theirs}
        return all("".join(cell["source"]) in there for cell in ours if not _is_to_edit(cell))
    except (ValueError, TypeError, KeyError):
        return True  # it is no notebook, so there is nothing to compare: leave it in peace


def _is_to_edit(cell: dict[str, Any]) -> bool:
    role = cell["metadata"].get(OWN_METADATA, {}).get("role")
    return role in ("exercise", "answer", "response", "demo")


def read_record(folder: Path) -> dict[str, dict[str, str]]:
    """Read which versions a student's lessons were made from; nothing if that is not known."""
    with contextlib.suppress(OSError, ValueError):
        record = json.loads((folder / RECORD).read_text(encoding="utf-8"))
        if isinstance(record, dict) and all(isinstance(value, dict) for value in record.values()):
            return record
    return {}


def _write_record(folder: Path, record: dict[str, dict[str, str]]) -> None:
    partial = folder / f"{RECORD}.partial"
    partial.write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")
    partial.replace(folder / RECORD)


def lab_command(folder: Path, *options: str) -> list[str]:
    """Write the command that opens JupyterLab on the landing page of a student's folder."""
    return [
        sys.executable,
        "-m",
        "jupyterlab",
        f"--ServerApp.root_dir={folder}",
        f"--LabApp.default_url=/lab/tree/{LANDING_PAGE}",
        *options,
    ]


def lab_environment(folder: Path) -> dict[str, str]:
    """Give the environment in which JupyterLab takes the course's settings as defaults.

    Parameters
    ----------
    folder
        Where these settings are written. What students have set themselves goes before them.

    Returns
    -------
    dict
        The present environment with one path more.
    """
    settings = folder / "labconfig" / "default_setting_overrides.json"
    settings.parent.mkdir(parents=True, exist_ok=True)
    settings.write_text(json.dumps(SETTINGS, indent=1) + "\n", encoding="utf-8")
    paths = [str(folder), *filter(None, [os.environ.get("JUPYTER_CONFIG_PATH")])]
    return {**os.environ, "JUPYTER_CONFIG_PATH": os.pathsep.join(paths)}


def open_lab(course: Course, folder: Path) -> int:
    """Open JupyterLab on a student's folder and wait until it ends; returns its exit status."""
    try:
        environment = lab_environment(course.classroom / "lab" / "jupyter")
        return subprocess.call(lab_command(folder), env=environment)
    except KeyboardInterrupt:
        return 0
    except OSError as error:
        raise CourseError(f"JupyterLab could not be started: {error}") from None
