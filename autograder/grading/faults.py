"""What goes wrong around grading, in sentences that say what to do."""

from __future__ import annotations

import contextlib
import errno
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout
from sqlalchemy.exc import DatabaseError

from autograder.builder.script import LessonError
from autograder.execution.sandbox import SandboxError
from autograder.execution.warm import WarmError
from autograder.grading.course import CourseError
from autograder.grading.seeds import SecretError

GO_ON = "Nothing is lost: the same command goes on where it stopped."
LOCKED = f"The gradebook is locked by another program: close that. {GO_ON}"
FULL = f"The disk is full: make room. {GO_ON}"


@contextlib.contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Hold a classroom for one grader at a time; a crash lets go of it.

    Raises
    ------
    CourseError
        If another one holds it.
    """
    folder.mkdir(parents=True, exist_ok=True)
    lock = FileLock(folder / ".grading.lock")
    try:
        lock.acquire(timeout=0)
    except Timeout:
        raise CourseError(
            f"Another `imbalance-lessons grade` is at work in {folder}: wait for it, or stop it."
        ) from None
    try:
        yield
    finally:
        lock.release()


@contextlib.contextmanager
def in_sentences() -> Iterator[None]:
    """Turn what stops the grading of a whole class into a CourseError."""
    try:
        yield
    except (SandboxError, WarmError, LessonError, SecretError) as error:
        raise CourseError(f"{str(error).removesuffix('.')}. {GO_ON}") from error
    except DatabaseError as error:
        raise CourseError(_about_the_database(error)) from error
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise CourseError(FULL) from error
        raise CourseError(f"{error}. {GO_ON}") from error


def stop_or_reason(result: dict[str, Any]) -> str:
    """Say why nbgrader could not grade one submission.

    Parameters
    ----------
    result
        What nbgrader's interface gives back for a failed call: an error's text, and its log.

    Raises
    ------
    CourseError
        If it is nothing about the submission, but about the disk or the gradebook.
    KeyboardInterrupt
        If somebody stopped it.
    """
    error, log = str(result.get("error", "")), str(result.get("log", ""))
    if "KeyboardInterrupt" in error:
        raise KeyboardInterrupt
    both = error + log
    if "database is locked" in both:
        raise CourseError(LOCKED)
    if "No space left on device" in both or "database or disk is full" in both:
        raise CourseError(FULL)
    if "OperationalError" in both:
        raise CourseError(f"The gradebook cannot be used: {_last_line(both, 'OperationalError')}.")
    # nbgrader's own last word is that there was an error; the line before its traceback's end
    # says which.
    raised = [line for line in log.splitlines() if line and not line.startswith((" ", "["))]
    said = [
        line.removeprefix("[ERROR] ") for line in log.splitlines() if line.startswith("[ERROR]")
    ]
    return (raised or said or error.splitlines() or ["nbgrader did not say why"])[-1]


def _about_the_database(error: DatabaseError) -> str:
    text = str(error.orig)
    if "locked" in text:
        return LOCKED
    return FULL if "full" in text else f"The gradebook cannot be used: {text}. {GO_ON}"


def _last_line(text: str, word: str) -> str:
    return [line for line in text.splitlines() if word in line][-1].strip()
