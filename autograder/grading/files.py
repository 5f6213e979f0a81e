"""Find what a student handed in among the files of a folder, and follow or open nothing else.

Whoever hands in a folder may put a link into it, which leads to the gradebook, or a pipe, which
never ends. So only plain files are opened, links are not followed, and sizes are limited.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from pathlib import Path

from nbgrader.utils import parse_utc

from autograder.grading.decoding import UnreadableError
from autograder.grading.notes import quoted

TIMESTAMP = "timestamp.txt"
SET_ASIDE = "timestamp.txt.unreadable"
MEGABYTE = 1024 * 1024
MOST_BYTES = 100 * MEGABYTE
MOST_LISTED = 8  # file names in a note
MOST_BESIDE = 500  # files beside a notebook
# Where no file has a notebook's name, nbgrader passes the student over; so one is put there.
STAND_IN = b"No notebook was handed in. The grader has put this file here so that nbgrader says so."

KINDS: Sequence[tuple[Callable[[int], bool], str]] = (
    (stat.S_ISLNK, "a link to another place; links are not followed"),
    (stat.S_ISDIR, "a folder"),
    (stat.S_ISFIFO, "a pipe"),
    (stat.S_ISSOCK, "a socket"),
    (stat.S_ISCHR, "a device"),
    (stat.S_ISBLK, "a device"),
)


def plain_bytes(path: Path, most_bytes: int = MOST_BYTES) -> bytes:
    """Read a plain file.

    Parameters
    ----------
    path
        The file; its folder is trusted.
    most_bytes
        How much is read at most.

    Raises
    ------
    UnreadableError
        If it is not there, is no plain file, is larger, or may not be read.
    """
    try:
        if kind := odd_kind(path):
            raise UnreadableError(f"It is {kind}.")
        # Between the look and the opening it may have changed: so no link, and no waiting.
        flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
        with open(_opened(path, flags), "rb") as file:
            size = os.fstat(file.fileno()).st_size
            if size > most_bytes:
                raise UnreadableError(
                    f"It has {size / MEGABYTE:.0f} MB; the most is {most_bytes / MEGABYTE:.0f} MB."
                )
            return file.read(most_bytes + 1)
    except FileNotFoundError:
        raise UnreadableError("It is not there.") from None
    except OSError as error:
        raise UnreadableError(f"It cannot be opened ({error.strerror}).") from None


def odd_kind(path: Path) -> str | None:
    """Say what stands at a path in place of a plain file; None for a plain file."""
    mode = path.lstat().st_mode
    return next((kind for test, kind in KINDS if test(mode)), None)


def other_notebooks(path: Path, reserved: Sequence[str] = ()) -> list[Path]:
    """List the plain files that may be meant to be a notebook that should stand at a path.

    Parameters
    ----------
    path
        Where the notebook should be.
    reserved
        The names of the lesson's other notebooks, without ``.ipynb``.

    Returns
    -------
    list of Path
        Files with ``.ipynb`` in their name, or JSON, sorted by name. A copy that Jupyter made while
        the notebook was open (``-checkpoint``) is only listed if there is nothing else.
    """
    taken = {path.name, *(f"{name}.ipynb" for name in reserved)}
    found = [
        entry
        for entry in entries(path.parent)
        if entry.name not in taken
        and (".ipynb" in entry.name.lower() or entry.suffix.lower() == ".json")
        and odd_kind(entry) is None
    ]
    own = [entry for entry in found if "-checkpoint" not in entry.name]
    return own or found or _checkpoints(path)


def entries(folder: Path) -> list[Path]:
    """List what is in a folder, sorted; nothing if it is no folder or may not be read."""
    try:
        return sorted(folder.iterdir())
    except OSError:
        return []


def listed(paths: Sequence[Path]) -> str:
    """Name files in a note: the first few of them."""
    names = [quoted(path.name) for path in paths[:MOST_LISTED]]
    more = len(paths) - len(names)
    return ", ".join([*names, *([f"{more} more"] if more else [])])


def not_to_copy(
    folder: Path, lesson: Path | None = None, most_bytes: int = MOST_BYTES
) -> Iterator[tuple[Path, str]]:
    """List the files that nbgrader must not copy beside a notebook, each with the reason.

    Parameters
    ----------
    folder
        What was handed in; if it holds too many files, it is listed itself.
    lesson
        The folder of the lesson, whose files nbgrader copies there too.
    most_bytes
        How large a file may be.
    """
    beside = list(islice(_beside_notebooks(folder), MOST_BESIDE + 1))
    if len(beside) > MOST_BESIDE:  # nbgrader's time grows with their square
        yield folder, f"more than {MOST_BESIDE} files"
        return
    for path in beside:
        kind = _unfit(path, most_bytes)
        if kind is None and lesson and _is_in_the_way(path.relative_to(folder), lesson):
            kind = "in the place of something of the lesson's"
        if kind is not None:
            yield path, kind


def _beside_notebooks(folder: Path) -> Iterator[Path]:
    for parent, _, names in os.walk(folder):
        for name in sorted(names):
            if not (name.endswith(".ipynb") and parent == str(folder)):
                yield Path(parent, name)


def _unfit(path: Path, most_bytes: int) -> str | None:
    """Say why a file cannot be copied; None if it can."""
    try:
        kind = odd_kind(path)
        if kind is None and path.stat().st_size > most_bytes:
            kind = "too large"
        if kind is None and not os.access(path, os.R_OK):
            _opened(path, os.O_RDONLY, close=True)
    except OSError as error:
        kind = f"not readable ({error.strerror})"
    return kind


def _is_in_the_way(name: Path, lesson: Path) -> bool:
    """Tell whether a file stands where the lesson has a folder, or in a folder where it has a file.

    One that stands where the lesson has a file is none of these: nbgrader overwrites it.
    """
    folders = list(name.parents)[:-1]
    return (lesson / name).is_dir() or any((lesson / folder).is_file() for folder in folders)


def set_timestamp_aside(folder: Path) -> list[str]:
    """Rename a time of handing in that nbgrader cannot read, and would stop at.

    Returns
    -------
    list of str
        A note, also later on while the renamed file is there.
    """
    path, aside = folder / TIMESTAMP, folder / SET_ASIDE
    if os.path.lexists(path):
        try:
            text = plain_bytes(path, MEGABYTE).decode().strip()
            if text:
                parse_utc(text)
        except (UnreadableError, ValueError, OverflowError):
            path.replace(aside)
    if not os.path.lexists(path) and os.path.lexists(aside):
        return [f"{TIMESTAMP} could not be read: whether this came in time is not known"]
    return []


def _checkpoints(path: Path) -> list[Path]:
    """Look into the folder where Jupyter keeps a copy of what was saved last."""
    return [
        entry
        for entry in entries(path.parent / ".ipynb_checkpoints")
        if entry.name.lower().endswith(".ipynb") and odd_kind(entry) is None
    ]


def _opened(path: Path, flags: int, *, close: bool = False) -> int:
    """Open a file; one whose permissions forbid it gets them changed, if it is the grader's."""
    try:
        descriptor = os.open(path, flags)
    except PermissionError:
        path.chmod(path.lstat().st_mode | stat.S_IRUSR, follow_symlinks=True)
        descriptor = os.open(path, flags)
    if close:
        os.close(descriptor)
    return descriptor
