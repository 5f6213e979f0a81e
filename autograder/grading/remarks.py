"""What an instructor should know of a submission: in nbgrader's log, and in the grading log."""

from __future__ import annotations

from logging import Logger, LoggerAdapter
from typing import Any

from autograder.grading.notes import NOTES_RESOURCE


def remark(resources: Any, text: str, log: Logger | LoggerAdapter[Any]) -> None:
    """Say something of a submission: in the log, and to whoever asks with `remarks` afterwards.

    Parameters
    ----------
    resources
        nbgrader's, of the submission.
    text
        What to say.
    log
        Where to log it, after the student's name.
    """
    resources.setdefault(NOTES_RESOURCE, []).append(text)
    log.warning("%s: %s", resources["nbgrader"]["student"], text)


def remarks(resources: Any) -> list[str]:
    """Give what was said of a submission."""
    return list(resources.get(NOTES_RESOURCE, []))
