"""A student's own files beside a notebook, such as a module or data, which its run finds there.

Taken is what a run would take (`autograder.grading.beside`): plain files, and neither notebooks nor
what programs leave behind. Hidden files stay with the student as well.
"""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Iterable, Iterator
from fnmatch import fnmatch
from pathlib import Path, PurePosixPath

from autograder.grading.decoding import UnreadableError

NOTEBOOK = ".ipynb"
NOT_TAKEN = (
    *(".*", "__pycache__", "*.pyc", f"*{NOTEBOOK}"),
    *("timestamp.txt", "Thumbs.db", "desktop.ini"),
)
LONGEST_NAME = 200  # bytes; file systems take 255, and a partial copy's name is longer
# What a run takes (a test holds these together: to import them takes a second).
MOST_FILES = 500
MOST_MEGABYTES = 32
TOO_MANY = f"more than {MOST_FILES} files lie beside the notebook"


def is_own(name: PurePosixPath) -> bool:
    """Tell from its name, relative to the notebook, whether a file is to go along.

    Parameters
    ----------
    name
        A relative path.

    Returns
    -------
    bool
        False for what is never taken, and for names that a file system may not take.
    """
    return bool(name.parts) and all(
        part.isprintable()
        and len(os.fsencode(part)) <= LONGEST_NAME
        and not any(fnmatch(part.lower(), pattern.lower()) for pattern in NOT_TAKEN)
        for part in name.parts
    )


def own_files(folder: Path) -> Iterator[Path]:
    """List a student's own files in a notebook's folder and below it, in the order of names.

    Parameters
    ----------
    folder
        Where the notebook is.

    Yields
    ------
    Path
        Whatever is to go along by its name: a link or a pipe among them too.
    """
    for inside, folders, files in os.walk(folder):  # does not follow links
        here = Path(inside)
        links = [name for name in folders if (here / name).is_symlink()]
        folders[:] = sorted(name for name in folders if is_own(PurePosixPath(name)))
        for name in sorted([*files, *links]):
            if is_own(PurePosixPath(name)):
                yield here / name


def read_own_files(folder: Path) -> tuple[dict[str, bytes], list[str]]:
    """Read a student's own files beside a notebook, as many as a run takes.

    Parameters
    ----------
    folder
        Where the notebook is.

    Returns
    -------
    contents
        By name, relative to the notebook.
    left_out
        Sentences about what was not read.
    """
    found = list(own_files(folder))
    if not found:
        return {}, []
    from autograder.grading.files import plain_bytes  # brings nbgrader along

    if len(found) > MOST_FILES:
        return {}, [f"No file beside it is packed: {TOO_MANY}."]
    contents: dict[str, bytes] = {}
    left_out = []
    room = MOST_MEGABYTES << 20
    for path in found:
        name = path.relative_to(folder).as_posix()
        if path.suffix.lower() == ".zip":  # collect looks into zips
            left_out.append(f"{name} is not packed. Unpack it, and read what was in it.")
            continue
        try:
            contents[name] = plain_bytes(path, room)
        except UnreadableError as error:
            too_large = path.is_file() and path.stat().st_size > room
            reason = f"Files beside it may have {MOST_MEGABYTES} MB together."
            left_out.append(f"{name} is not packed. {reason if too_large else error}")
        else:
            room -= len(contents[name])
    return contents, left_out


def notebook_of(names: Iterable[PurePosixPath]) -> dict[PurePosixPath, PurePosixPath]:
    """Tell from names alone which notebook the other files lie beside.

    Parameters
    ----------
    names
        All that is in a folder or a zip, relative to it.

    Returns
    -------
    dict
        The notebook of each file that has one: the only one in the nearest folder above it that
        has any, or of several the one that is called as its folder.
    """
    names = list(names)
    notebooks: dict[PurePosixPath, list[PurePosixPath]] = defaultdict(list)
    for name in names:
        if name.suffix.lower() == NOTEBOOK:
            notebooks[name.parent].append(name)
    found = {}
    for name in names:
        folder = next((above for above in name.parents if above in notebooks), None)
        if folder is None or not is_own(name.relative_to(folder)):
            continue
        there = notebooks[folder]
        called_so = [notebook for notebook in there if notebook.stem == folder.name]
        if len(there) == 1 or len(called_so) == 1:
            found[name] = (there if len(there) == 1 else called_so)[0]
    return found
