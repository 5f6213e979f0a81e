"""The grading log: what has been graded, when, and what an instructor should know of it.

Two files in the classroom say the same: `grading_log.jsonl`, a JSON object a line, from which
`imbalance-lessons grade` knows what is done; and `grading_log.txt`, for people.
"""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True)
class Graded:
    """One submission's grading.

    Attributes
    ----------
    student, lesson
        Whose, and of what.
    digest
        What it was graded from: the submission, the lesson, the grader and its settings.
    score, max_score
        Points in the gradebook, marks by hand and late penalty included; None where it failed.
    waiting
        Whether an answer waits for a person to mark it.
    seconds
        Wall time that it took.
    notes
        What an instructor should know: cells mended, processes ended.
    failed
        Why there is no mark; empty if there is one.
    at
        When, in ISO 8601.
    """

    student: str
    lesson: str
    digest: str
    score: float | None = None
    max_score: float | None = None
    waiting: bool = False
    seconds: float = 0.0
    notes: tuple[str, ...] = ()
    failed: str = ""
    at: str = ""

    def __str__(self) -> str:
        """Give it as lines of the log for people."""
        if self.failed:
            mark = f"NOT GRADED: {self.failed}"
        else:
            waits = ", a written answer waits" if self.waiting else ""
            mark = f"{self.score:g} of {self.max_score:g} points{waits} ({self.seconds:.1f} s)"
        lines = [f"{self.at}  {self.lesson}  {self.student}: {mark}"]
        return "\n".join([*lines, *(f"    {note}" for note in self.notes)])


@dataclass(frozen=True)
class GradingLog:
    """The log of one classroom."""

    classroom: Path

    @property
    def _path(self) -> Path:
        return self.classroom / "grading_log.jsonl"

    def latest(self) -> dict[tuple[str, str], Graded]:
        """Read the last entry of each student and lesson.

        A line that was cut off, as by a power failure, counts as not written.
        """
        entries = {}
        lines = self._path.read_bytes().splitlines() if self._path.is_file() else []
        for line in lines:
            try:
                data = json.loads(line)
                entry = Graded(**{**data, "notes": tuple(data["notes"])})
            except (ValueError, TypeError, KeyError):
                continue
            entries[entry.student, entry.lesson] = entry
        return entries

    def append(self, entry: Graded) -> None:
        """Write an entry to both files."""
        _append(self._path, json.dumps(asdict(entry)))
        _append(self.classroom / "grading_log.txt", str(entry))


def _append(path: Path, text: str) -> None:
    with path.open("ab") as file:
        if file.tell() and not _ends_a_line(path):
            file.write(b"\n")
        file.write(text.encode("utf-8", "replace") + b"\n")
        file.flush()
        os.fsync(file.fileno())


def _ends_a_line(path: Path) -> bool:
    with path.open("rb") as file:
        file.seek(-1, os.SEEK_END)
        return file.read(1) == b"\n"
