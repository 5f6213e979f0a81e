"""A class that hands in, for benchmarks of grading, and the same class under stock nbgrader."""

from __future__ import annotations

import os
import shutil
import sys
from itertools import cycle, islice
from pathlib import Path

import nbformat

from autograder.grading.course import CLASSROOM_VARIABLE, Course
from autograder.grading.interface import Steps
from autograder.grading.sample import hand_in, sample_students

ROOT = Path(__file__).resolve().parents[1]

# All of the sample class but farid, whose endless loops cost the same seconds wherever they run.
STUDENTS = ("ada", "ben", "chloe", "dmitri", "emi", "gita", "hugo")

STOCK = """
c = get_config()
c.CourseDirectory.root = {root!r}
c.CourseDirectory.source_directory = "source"
c.CourseDirectory.ignore = [".ipynb_checkpoints", "*.pyc", "__pycache__", "*.py"]
c.CourseDirectory.submitted_directory = "{classroom}/submitted"
c.CourseDirectory.autograded_directory = "{classroom}/autograded"
c.CourseDirectory.feedback_directory = "{classroom}/feedback"
c.CourseDirectory.release_directory = "{classroom}/release"
c.CourseDirectory.db_url = "sqlite:///{classroom}/gradebook.db"
c.Execute.timeout = 60
"""


def make_class(folder: Path, lessons: list[str], size: int) -> Course:
    """Release lessons, and let a class of some size hand in what the sample class wrote.

    Parameters
    ----------
    folder
        An empty folder for the classroom.
    lessons
        Names of lessons.
    size
        How many students; after the last of the sample class the first comes again, under
        another name, so that other cases are drawn.

    Returns
    -------
    Course
        With nothing graded yet.
    """
    course = Course(ROOT, folder)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "course_secret").write_text("5e" * 32)
    steps = Steps(course)
    for lesson in lessons:
        steps.release(lesson)
        released = nbformat.read(course.notebook("release", lesson), as_version=4)
        for number, name in enumerate(islice(cycle(STUDENTS), size)):
            path = course.notebook("submitted", lesson, f"{name}{number:03d}")
            path.parent.mkdir(parents=True)
            nbformat.write(hand_in(released, sample_students(lesson)[name]), path)
    return course


def copy_class(course: Course, folder: Path, size: int | None = None) -> Course:
    """Copy a class before it is graded; only its first students if a size is given."""
    shutil.copytree(course.classroom, folder)
    by_number = sorted((folder / "submitted").iterdir(), key=lambda place: place.name[-3:])
    for student in by_number[size:] if size is not None else []:
        shutil.rmtree(student)
    return Course(course.root, folder)


def stock_folder(course: Course, folder: Path) -> Path:
    """Make a folder in which `nbgrader` grades a class in the way it does as it is installed."""
    # Not the course's own folder: nbgrader would read the configuration there, too.
    for lesson in course.lessons:
        (folder / "source" / lesson.name).mkdir(parents=True)
        shutil.copy(lesson.notebook, folder / "source" / lesson.name)
    config = STOCK.format(root=str(folder), classroom=course.classroom)
    (folder / "nbgrader_config.py").write_text(config)
    return folder


def environment_of(course: Course) -> dict[str, str]:
    """Give the environment in which commands work on a class."""
    programs = str(Path(sys.executable).parent)
    path = os.pathsep.join([programs, os.environ.get("PATH", "")])
    return {**os.environ, "PATH": path, CLASSROOM_VARIABLE: str(course.classroom)}
