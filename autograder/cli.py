"""The command line: `imbalance-lessons`."""

from __future__ import annotations

import sys
from importlib import import_module

from autograder.builder.script import LessonError
from autograder.commands import app, console
from autograder.grading.course import CourseError

# Each module of autograder.commands adds its commands to the app; --help has them in this order.
for _module in ("student", "collect", "instructor", "grade", "report", "maintainer"):
    import_module(f"autograder.commands.{_module}")


def main() -> None:
    """Run a command; what goes wrong with the course's files ends in a sentence."""
    try:
        app()
    except (CourseError, LessonError) as error:
        console.print(str(error), style="red", markup=False, highlight=False)
        sys.exit(1)
