"""Where the time of `imbalance-lessons grade` goes."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

from autograder.grading import ahead, whole_class
from autograder.grading.course import Course
from autograder.grading.whole_class import grade_class, submissions


def stages(course: Course) -> list[str]:
    """Grade a class in this process, and say how long each stage takes a notebook.

    Parameters
    ----------
    course
        A class that has handed in, and is not graded yet.

    Returns
    -------
    list of str
        A line a stage.
    """
    from nbgrader.apps.api import NbGraderAPI

    seconds: dict[str, list[float]] = defaultdict(list)
    lessons = sorted(path.name for path in (course.classroom / "release").iterdir())
    submitted = submissions(course, lessons)
    started = time.perf_counter()
    with (
        _timed(ahead.Sanitizer, "read", "reading and mending, one after the other", seconds),
        _timed(whole_class, "finish", "running and judging, several at a time", seconds),
        _timed(NbGraderAPI, "autograde", "saving with nbgrader, one after the other", seconds),
    ):
        grading = grade_class(course, submitted)
        next(grading)
        first = time.perf_counter() - started
        for _ in grading:
            pass
    wall = time.perf_counter() - started
    lines = [f"until the first notebook is graded: {first:.1f} s of {wall:.1f} s in all"]
    return lines + [
        f"{what}: {sum(turns) / len(submitted):.3f} s a notebook" for what, turns in seconds.items()
    ]


@contextmanager
def _timed(owner: Any, name: str, what: str, seconds: dict[str, list[float]]) -> Iterator[None]:
    """Add up the time that calls of a function take."""
    function: Callable[..., Any] = getattr(owner, name)

    def timed(*arguments: Any, **options: Any) -> Any:
        started = time.perf_counter()
        try:
            return function(*arguments, **options)
        finally:
            seconds[what].append(time.perf_counter() - started)

    with patch.object(owner, name, timed):
        yield
