"""A student's copy of the released lessons, and JupyterLab on it."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

from autograder.grading.course import Course, CourseError, copy_if_absent


def give_out(course: Course, folder: Path) -> tuple[list[Path], list[Path]]:
    """Put the released lessons into a student's folder, leaving alone what is there.

    Parameters
    ----------
    course
        The course. Its own classroom is not touched: the lessons are released without a gradebook.
    folder
        The student's folder.

    Returns
    -------
    new, kept : list of Path
        Notebooks that were copied, and those that were there already. The pages beside the
        lessons (contents, glossary, common errors) are brought up to date.
    """
    release = Course(course.root, course.classroom / "lab")
    new: list[Path] = []
    kept: list[Path] = []
    for lesson in course.lessons:
        lesson.write()
        released = release.notebook("release", lesson.name)
        if not released.is_file() or released.stat().st_mtime < lesson.notebook.stat().st_mtime:
            release.nbgrader("generate_assignment", lesson.name, "--force", "--no-db")
        target = folder / lesson.name / f"{lesson.name}.ipynb"
        (new if copy_if_absent(released, target) else kept).append(target)
    for page in (course.root / "notebooks").glob("*.md"):  # nobody's work: always the newest
        shutil.copyfile(page, folder / page.name)
    return new, kept


def open_lab(folder: Path) -> int:
    """Open JupyterLab on a student's folder and wait until it ends; returns its exit status."""
    try:
        return subprocess.call([sys.executable, "-m", "jupyterlab", f"--notebook-dir={folder}"])
    except KeyboardInterrupt:
        return 0
    except OSError as error:
        raise CourseError(f"JupyterLab could not be started: {error}") from None
