"""The files that a submission's run finds beside the notebook: the lesson's, and the student's own.

They are those that nbgrader puts beside the notebook that it runs, but for notebooks, and with one
addition. A student's modules are there even where the course keeps `*.py` out of `autograded`: a
kernel that a person opens there would import them, and with that person's rights.
"""

from __future__ import annotations

import glob
from collections.abc import Mapping
from fnmatch import fnmatch
from pathlib import Path

from nbgrader.converters import Autograde
from nbgrader.coursedir import CourseDirectory
from nbgrader.utils import find_all_files

from autograder.grading.decoding import UnreadableError
from autograder.grading.files import not_to_copy, plain_bytes

FILES_RESOURCE = "imbalance_lessons_files"
MODULES = "*.py"


def files_beside(converter: Autograde, student: str, assignment: str) -> dict[str, Path]:
    """List the files for a submission's run.

    Parameters
    ----------
    converter
        nbgrader's, which knows the course's folders, and what is to be ignored in them.
    student, assignment
        Whose submission, and of what.

    Returns
    -------
    dict
        Where each is, by its name relative to the notebook: the lesson's first, which stand in the
        place of a student's of the same name, as in nbgrader.
    """
    course = converter.coursedir
    lesson = lesson_folder(course, assignment)
    submitted = Path(course.format_path(course.submitted_directory, student, assignment))
    left_to_students = converter.exclude_overwriting.get(assignment, [])
    kept = [glob.escape(str(lesson / name)) for name in left_to_students]
    given = _listed(lesson, [*course.ignore, *kept])
    refused = [glob.escape(str(path)) for path, _ in not_to_copy(submitted, lesson)]
    ignored = [pattern for pattern in course.ignore if pattern != MODULES]
    own = _listed(submitted, [*ignored, *refused])
    # A lesson's file may be a link; what a link of a student leads to has been refused.
    return {name: path.resolve() for name, path in given.items()} | {
        name: path for name, path in own.items() if name not in given
    }


def lesson_folder(course: CourseDirectory, assignment: str) -> Path:
    """Say where a lesson's own files are."""
    return Path(course.format_path(course.source_directory, ".", assignment))


def read_files(found: Mapping[str, Path], most_bytes: int) -> tuple[dict[str, bytes], list[Path]]:
    """Read files until they are too much together.

    Returns
    -------
    contents
        By name.
    left_out
        Those for which there was no room.
    """
    contents: dict[str, bytes] = {}
    left_out = []
    room = most_bytes
    for name, path in found.items():
        try:
            contents[name] = plain_bytes(path, room)
        except UnreadableError:
            left_out.append(path)
        else:
            room -= len(contents[name])
    return contents, left_out


def _listed(folder: Path, ignored: list[str]) -> dict[str, Path]:
    """List a folder's files as nbgrader does, but for notebooks."""
    patterns = [*ignored, "*.ipynb"]  # the notebook that is graded has hidden tests in it
    found = sorted(map(Path, find_all_files(str(folder), patterns)))
    return {
        path.relative_to(folder).as_posix(): path
        for path in found
        # nbgrader's own look fails in folders with brackets in their names; solutions are at stake.
        if not any(fnmatch(path.name.lower(), pattern) for pattern in patterns)
    }
