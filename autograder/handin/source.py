"""Read what students handed in, from a folder or a zip, without trusting names, sizes or links.

Nothing is unpacked: what a zip holds is read one notebook at a time, within limits, and written
later under a name of ours.
"""

from __future__ import annotations

import io
import os
import stat
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath

from autograder.grading.course import CourseError

MAX_NOTEBOOK = 50_000_000
MAX_ARCHIVE = 200_000_000  # bytes that a student's zip may hold, unpacked
MAX_SOURCE = 8_000_000_000  # and the class's, which the instructor downloaded
MAX_MEMBERS = 20_000
MAX_NESTING = 2  # a zip of the class, and in it a student's
OTHER_ARCHIVES = (".7z", ".gz", ".rar", ".tar", ".tgz", ".bz2", ".xz")
NOISE = ("__MACOSX", ".ipynb_checkpoints", ".DS_Store", "Thumbs.db", "desktop.ini")


@dataclass(frozen=True)
class HandedIn:
    """One notebook that was handed in, as bytes.

    Attributes
    ----------
    where
        Its path below the source, through zips.
    when
        When it was handed in, as far as the outermost file or zip entry tells.
    data
        The file's bytes.
    """

    where: PurePosixPath
    when: datetime
    data: bytes


@dataclass(frozen=True)
class Refused:
    """Something that was not read, and why."""

    where: PurePosixPath
    why: str


def read_source(source: Path) -> Iterator[HandedIn | Refused]:
    """Read all notebooks of a folder, a zip, or a single file.

    Parameters
    ----------
    source
        What the instructor downloaded.

    Yields
    ------
    HandedIn or Refused
        In the order of names.

    Raises
    ------
    CourseError
        If there is no such file or folder.
    """
    if not source.exists():
        raise CourseError(f"There is nothing at {source}. Name a folder, a zip or a notebook.")
    if source.is_dir():
        for path in _files_below(source):
            yield from _read_file(path, PurePosixPath(path.relative_to(source).as_posix()))
    elif source.suffix.lower() == ".zip":
        yield from _read_zip_file(source, PurePosixPath())
    else:
        yield from _read_file(source, PurePosixPath(source.name))


def _files_below(folder: Path) -> Iterator[Path]:
    for inside, folders, files in os.walk(folder):  # does not follow links
        folders.sort()
        links = [name for name in folders if Path(inside, name).is_symlink()]
        yield from (Path(inside, name) for name in sorted([*files, *links]))


def _is_noise(where: PurePosixPath) -> bool:
    return where.name.startswith("._") or any(part in NOISE for part in where.parts)


def _read_file(path: Path, where: PurePosixPath) -> Iterator[HandedIn | Refused]:
    if _is_noise(where) or path.name == "timestamp.txt":
        return
    try:
        status = path.lstat()
        if stat.S_ISLNK(status.st_mode):
            yield Refused(where, "it is a link, and not a file")
        elif not stat.S_ISREG(status.st_mode):
            yield Refused(where, "it is not a file")
        elif where.suffix.lower() == ".zip":
            yield from _read_zip_file(path, where)
        elif not (reason := _unwanted(where, status.st_size)):
            when = _stamp(path) or datetime.fromtimestamp(status.st_mtime, UTC)
            yield HandedIn(where, when, path.read_bytes())
        else:
            yield Refused(where, reason)
    except OSError as error:
        yield Refused(where, f"it cannot be read: {error.strerror or error}")


def _stamp(path: Path) -> datetime | None:
    """Read the time that nbgrader's exchange wrote beside a notebook."""
    from nbgrader.utils import parse_utc

    try:
        when = parse_utc((path.parent / "timestamp.txt").read_text().strip())
    except (OSError, ValueError, OverflowError):
        return None
    return when.replace(tzinfo=UTC)  # type: ignore[no-any-return]


def _read_zip_file(path: Path, where: PurePosixPath) -> Iterator[HandedIn | Refused]:
    when = datetime.fromtimestamp(path.stat().st_mtime, UTC)
    with path.open("rb") as file:
        yield from _read_zip(file, where, when if where.name else None, 1)


def _read_zip(
    file: io.BufferedIOBase, where: PurePosixPath, when: datetime | None, depth: int
) -> Iterator[HandedIn | Refused]:
    """Read a zip; `when` is the time of the zip itself, where somebody handed in the zip."""
    name = where if where.name else PurePosixPath("(the zip)")
    try:
        with zipfile.ZipFile(file) as archive:
            if problem := _too_much(archive, MAX_ARCHIVE if when else MAX_SOURCE):
                yield Refused(name, problem)
                return
            for member in archive.infolist():
                if not member.is_dir():
                    yield from _read_member(archive, member, where, when, depth)
    except (zipfile.BadZipFile, NotImplementedError, UnicodeDecodeError, EOFError) as error:
        yield Refused(name, f"it is not a zip that can be read: {error}")


def _too_much(archive: zipfile.ZipFile, most: int) -> str:
    members = archive.infolist()
    if len(members) > MAX_MEMBERS:
        return f"it holds {len(members):,} files; at most {MAX_MEMBERS:,} are read"
    size = sum(member.file_size for member in members)
    if size > most:
        return f"unpacked it is {size // 1_000_000:,} MB; at most {most // 1_000_000:,} are read"
    return ""


def _read_member(
    archive: zipfile.ZipFile,
    member: zipfile.ZipInfo,
    where: PurePosixPath,
    when: datetime | None,
    depth: int,
) -> Iterator[HandedIn | Refused]:
    inside = PurePosixPath(member.filename.replace("\\", "/"))
    path = where / PurePosixPath(*[part for part in inside.parts if part not in ("/", "..")])
    if _is_noise(path):
        return
    is_zip = path.suffix.lower() == ".zip"
    reason = _unsafe(member, inside)
    if not reason and is_zip and depth >= MAX_NESTING:
        reason = "it is a zip in a zip in a zip"
    if not reason and not is_zip:
        reason = _unwanted(path, member.file_size)
    if reason:
        yield Refused(path, reason)
        return
    try:
        with archive.open(member) as file:  # gives no more bytes than the size it declares
            data = file.read()
    except (zipfile.BadZipFile, zlib.error, RuntimeError, NotImplementedError, EOFError) as error:
        yield Refused(path, f"it cannot be unpacked: {error}")
        return
    when = when or _member_time(member)
    if is_zip:
        yield from _read_zip(io.BytesIO(data), path, when, depth + 1)
    else:
        yield HandedIn(path, when, data)


def _unsafe(member: zipfile.ZipInfo, inside: PurePosixPath) -> str:
    if inside.is_absolute() or ".." in inside.parts or ":" in inside.parts[0]:
        return f"its name leads out of the zip: {member.filename!r}"
    if stat.S_ISLNK(member.external_attr >> 16):
        return "it is a link, and not a file"
    if member.flag_bits & 0x1:
        return "it is locked with a password"
    return ""


def _unwanted(where: PurePosixPath, size: int) -> str:
    suffix = where.suffix.lower()
    if suffix in OTHER_ARCHIVES:
        return f"it is a {suffix} archive; unpack it, or ask for a zip"
    if suffix != ".ipynb":
        return "it is not a notebook (.ipynb)"
    if size > MAX_NOTEBOOK:
        return f"it is {size // 1_000_000:,} MB; at most {MAX_NOTEBOOK // 1_000_000} are read"
    return ""


def _member_time(member: zipfile.ZipInfo) -> datetime:
    """Read a zip entry's time, which is local time of whoever made the zip: taken as ours."""
    try:
        return datetime(*member.date_time).astimezone(UTC)
    except (ValueError, OverflowError):
        return datetime(1980, 1, 1, tzinfo=UTC)
