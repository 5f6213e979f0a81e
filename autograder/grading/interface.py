"""nbgrader's steps, done in this process by its own interface: to start another takes seconds."""

from __future__ import annotations

import contextlib
import os
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from nbgrader.apps import NbGrader
from nbgrader.apps.api import NbGraderAPI
from sqlalchemy.exc import SAWarning

from autograder.grading.course import CLASSROOM_VARIABLE, Course, CourseError, path_with_programs
from autograder.grading.faults import stop_or_reason


def nbgrader_api(course: Course) -> NbGraderAPI:
    """Give nbgrader's Python interface on a course, with the course's own settings."""
    os.environ["PATH"] = path_with_programs()
    # nbgrader's queries make SQLAlchemy warn on each submission; nothing can be done about it here.
    warnings.filterwarnings("ignore", message="Object of type <Submitted", category=SAWarning)
    with _as_seen_from(course):
        app = NbGrader()
        app.log_level = "CRITICAL"  # its words are in the results of the interface's calls
        app.load_config_file()
        api = NbGraderAPI(config=app.config)
        api.coursedir.root = str(course.root)
        return api


@contextlib.contextmanager
def _as_seen_from(course: Course) -> Iterator[None]:
    """Let nbgrader find the course's configuration, and that the classroom it names."""
    here, named = Path.cwd(), os.environ.get(CLASSROOM_VARIABLE)
    os.environ[CLASSROOM_VARIABLE] = str(course.classroom)
    os.chdir(course.root)
    try:
        yield
    finally:
        os.chdir(here)
        if named is None:
            del os.environ[CLASSROOM_VARIABLE]
        else:
            os.environ[CLASSROOM_VARIABLE] = named


class Steps:
    """What a whole class needs before and after grading; the same as the commands of that name.

    Parameters
    ----------
    course
        The course.
    gradebook
        Whether lessons that are released go into the gradebook too.
    """

    def __init__(self, course: Course, *, gradebook: bool = True) -> None:
        self.api = nbgrader_api(course)
        if not gradebook:  # what nbgrader's option --no-db stands for
            self.api.config.SaveCells.enabled = False
            self.api.config.GenerateAssignment.no_database = True

    def release(self, lesson: str, *, force: bool = False) -> None:
        """Release a lesson, as ``nbgrader generate_assignment`` does.

        Raises
        ------
        CourseError
            If nbgrader refuses; the message is its own.
        """
        _need(self.api.generate_assignment(lesson, force=force), f"{lesson} cannot be released")

    def give_feedback(self, lesson: str, student: str, *, force: bool = False) -> None:
        """Write a student's feedback page, as ``nbgrader generate_feedback`` does.

        Raises
        ------
        CourseError
            If nbgrader refuses; the message is its own.
        """
        done = self.api.generate_feedback(lesson, student, force=force)
        _need(done, f"There is no feedback on {lesson} for {student}")


def _need(result: dict[str, Any], otherwise: str) -> None:
    if not result["success"]:
        raise CourseError(f"{otherwise}: {stop_or_reason(result)}")
