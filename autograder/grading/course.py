"""Where a course keeps its things, and how nbgrader is called on it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from autograder.builder.notebook import Lesson, find_lessons

CLASSROOM_VARIABLE = "IMBALANCE_CLASSROOM"
DATABASE_VARIABLE = "IMBALANCE_DATABASE"
CONFIG = "nbgrader_config.py"


class CourseError(Exception):
    """Something about the course's files is not as expected; the message says what to do."""


@dataclass(frozen=True)
class Course:
    """A course: the repository's folder, and the folder of its run-time state.

    Attributes
    ----------
    root
        The folder with nbgrader_config.py and notebooks/.
    classroom
        Release, submitted, autograded, feedback, and the gradebook.
    """

    root: Path
    classroom: Path

    @property
    def lessons(self) -> list[Lesson]:
        """The lessons in order."""
        return find_lessons(self.root / "notebooks")

    @property
    def database(self) -> str:
        """The gradebook, as SQLAlchemy and nbgrader name it."""
        own = f"sqlite:///{self.classroom / 'gradebook.db'}"
        return os.environ.get(DATABASE_VARIABLE) or own

    @property
    def has_gradebook(self) -> bool:
        """Whether there is a gradebook yet; one in a database server is taken to be there."""
        return (
            bool(os.environ.get(DATABASE_VARIABLE)) or (self.classroom / "gradebook.db").is_file()
        )

    def need_gradebook(self) -> None:
        """Raise CourseError, with what to do, if there is no gradebook yet."""
        if not self.has_gradebook:
            raise CourseError(
                f"There is no gradebook in {self.classroom} yet. It comes with the first "
                "`nbgrader generate_assignment`, and marks with `imbalance-lessons grade`."
            )

    def notebook(self, step: str, lesson: str, student: str = ".") -> Path:
        """Where a step of nbgrader keeps a lesson's notebook: ``release``, ``submitted``, …."""
        return self.classroom / step / student / lesson / f"{lesson}.ipynb"

    def lesson(self, name: str) -> Lesson:
        """Look a lesson up by name; raises CourseError with the names there are."""
        for lesson in self.lessons:
            if lesson.name == name:
                return lesson
        known = ", ".join(lesson.name for lesson in self.lessons)
        raise CourseError(f"There is no lesson {name!r}. There are: {known}.")

    def nbgrader(self, *arguments: str, on_line: Callable[[str], None] = lambda line: None) -> None:
        """Run an nbgrader command on this course.

        Parameters
        ----------
        *arguments
            The command and its arguments, as on a command line.
        on_line
            Called with each line that nbgrader writes, for progress.

        Raises
        ------
        CourseError
            If the command fails; the message has the end of what it wrote.
        """
        lines = []
        for line in self._run(arguments):
            lines.append(line)
            on_line(line)
        if lines and lines[-1] != "exit 0":
            tail = "\n".join(lines[-15:-1])
            raise CourseError(f"`nbgrader {' '.join(arguments)}` failed:\n{tail}")

    def _run(self, arguments: tuple[str, ...]) -> Iterator[str]:
        env = {
            **os.environ,
            "PATH": path_with_programs(),
            CLASSROOM_VARIABLE: str(self.classroom),
        }
        process = subprocess.Popen(
            [sys.executable, "-m", "nbgrader", *arguments],
            cwd=self.root,
            env=env,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
        )
        assert process.stdout is not None
        for line in process.stdout:
            yield line.rstrip("\n")
        yield f"exit {process.wait()}"


def find_course(start: Path | None = None) -> Course:
    """Find the course that a folder belongs to.

    Parameters
    ----------
    start
        Where to look first, then upwards; by default the current folder.

    Returns
    -------
    Course
        With the classroom that IMBALANCE_CLASSROOM names, or ``classroom/``.

    Raises
    ------
    CourseError
        If neither the folder nor one above it holds nbgrader_config.py and notebooks/.
    """
    start = (start or Path.cwd()).resolve()
    for root in [start, *start.parents]:
        if (root / CONFIG).is_file() and (root / "notebooks").is_dir():
            return Course(root, root / os.environ.get(CLASSROOM_VARIABLE, "classroom"))
    raise CourseError(
        f"{start} is not inside the course: expected a folder with {CONFIG} and notebooks/. "
        "Change to the course's folder and try again."
    )


def path_with_programs() -> str:
    """Give PATH with this environment's programs: nbgrader starts alembic by name."""
    programs, path = str(Path(sys.executable).parent), os.environ.get("PATH", "")
    return path if programs in path.split(os.pathsep) else os.pathsep.join([programs, path])


def copy_if_absent(source: Path, target: Path) -> bool:
    """Copy a file unless there is one already; returns whether it was copied."""
    if target.exists():
        return False
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, target)
    return True
