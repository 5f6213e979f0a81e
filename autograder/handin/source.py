"""Read what students handed in, from a folder or a zip, without trusting names, sizes or links.

Nothing is unpacked: what a zip holds is read one file at a time, within limits, and written later:
a notebook under a name of ours, and what lies beside one under its name below that notebook's
folder. Whose notebook a file lies beside is told by names alone.
"""

from __future__ import annotations

import io
import os
import stat
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath

from autograder.grading.course import CourseError
from autograder.handin.beside import NOTEBOOK, notebook_of

MAX_NOTEBOOK = 50_000_000  # bytes; of a file beside one too
MAX_ARCHIVE = 200_000_000  # bytes that a student's zip may hold, unpacked
MAX_SOURCE = 8_000_000_000  # and the class's, which the instructor downloaded
MAX_MEMBERS = 20_000
MAX_NESTING = 2  # a zip of the class, and in it a student's
OTHER_ARCHIVES = (".7z", ".gz", ".rar", ".tar", ".tgz", ".bz2", ".xz")
NOISE = ("__MACOSX", ".ipynb_checkpoints", "__pycache__", ".DS_Store", "Thumbs.db", "desktop.ini")


@dataclass(frozen=True)
class HandedIn:
    """One notebook that was handed in, or a file beside one, as bytes.

    Attributes
    ----------
    where
        Its path below the source, through zips.
    when
        When it was handed in, as far as the outermost file or zip entry tells.
    data
        The file's bytes.
    beside
        For what is no notebook, the path of the one that it lies beside.
    """

    where: PurePosixPath
    when: datetime
    data: bytes
    beside: PurePosixPath | None = None


@dataclass(frozen=True)
class Refused:
    """Something that was not read, and why."""

    where: PurePosixPath
    why: str


def read_source(source: Path) -> Iterator[HandedIn | Refused]:
    """Read all notebooks of a folder, a zip, or a single file, and what lies beside them.

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
        names = {
            PurePosixPath(path.relative_to(source).as_posix()): path
            for path in _files_below(source)
        }
        beside = notebook_of(name for name in names if not _is_noise(name))
        # What lies in the downloaded folder itself is nobody's.
        beside = {name: notebook for name, notebook in beside.items() if len(notebook.parts) > 1}
        for name, path in names.items():
            yield from _read_file(path, name, beside)
    elif source.suffix.lower() == ".zip":
        yield from _read_zip_file(source, PurePosixPath())
    else:
        yield from _read_file(source, PurePosixPath(source.name), {})


def _files_below(folder: Path) -> Iterator[Path]:
    for inside, folders, files in os.walk(folder):  # does not follow links
        folders.sort()
        links = [name for name in folders if Path(inside, name).is_symlink()]
        yield from (Path(inside, name) for name in sorted([*files, *links]))


def _is_noise(where: PurePosixPath) -> bool:
    return where.name.startswith("._") or any(part in NOISE for part in where.parts)


def _read_file(
    path: Path, where: PurePosixPath, beside: Mapping[PurePosixPath, PurePosixPath]
) -> Iterator[HandedIn | Refused]:
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
        elif not (reason := _unwanted(where, status.st_size, where in beside)):
            when = _stamp(path) or datetime.fromtimestamp(status.st_mtime, UTC)
            yield HandedIn(where, when, path.read_bytes(), beside.get(where))
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
            members = {member: _inside(member) for member in archive.infolist()}
            beside = notebook_of(
                name
                for member, name in members.items()
                if not (member.is_dir() or _is_noise(name) or _unsafe(member))
            )
            for member, name in members.items():
                if not member.is_dir():
                    notebook = beside.get(name)
                    its = where / notebook if notebook else None
                    yield from _read_member(archive, member, where / name, its, when, depth)
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


def _inside(member: zipfile.ZipInfo) -> PurePosixPath:
    """Read a member's path, without what would lead out of the zip."""
    parts = PurePosixPath(member.filename.replace("\\", "/")).parts
    return PurePosixPath(*[part for part in parts if part not in ("/", "..")])


def _read_member(
    archive: zipfile.ZipFile,
    member: zipfile.ZipInfo,
    path: PurePosixPath,
    beside: PurePosixPath | None,
    when: datetime | None,
    depth: int,
) -> Iterator[HandedIn | Refused]:
    if _is_noise(path) or path.name == "timestamp.txt":
        return
    is_zip = path.suffix.lower() == ".zip"
    reason = _unsafe(member)
    if not reason and is_zip and depth >= MAX_NESTING:
        reason = "it is a zip in a zip in a zip"
    if not reason and not is_zip:
        reason = _unwanted(path, member.file_size, beside is not None)
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
        yield HandedIn(path, when, data, beside)


def _unsafe(member: zipfile.ZipInfo) -> str:
    inside = PurePosixPath(member.filename.replace("\\", "/"))
    if inside.is_absolute() or ".." in inside.parts or ":" in "".join(inside.parts[:1]):
        return f"its name leads out of the zip: {member.filename!r}"
    if stat.S_ISLNK(member.external_attr >> 16):
        return "it is a link, and not a file"
    if member.flag_bits & 0x1:
        return "it is locked with a password"
    return ""


def _unwanted(where: PurePosixPath, size: int, is_beside: bool) -> str:
    suffix = where.suffix.lower()
    if suffix != NOTEBOOK and not is_beside:
        if suffix in OTHER_ARCHIVES:
            return f"it is a {suffix} archive; unpack it, or ask for a zip"
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
