"""Pack a student's notebooks for the instructor, and say beforehand what is wrong with them.

A student's own files beside a notebook go along: its run finds them there.
"""

from __future__ import annotations

import contextlib
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from autograder.grading.course import CourseError, find_course
from autograder.handin.beside import read_own_files
from autograder.handin.student_ids import student_id
from autograder.student.progress import lesson_notebooks
from autograder.student.work import (
    LessonWork,
    WorkError,
    grade_id,
    lesson_work,
    parse_notebook,
    read_notebook,
    source,
    syntax_problem,
)

MOST_NAMED = 8
OLDEST = datetime(1980, 1, 1)  # that a zip can name


@dataclass(frozen=True)
class Packed:
    """One notebook on its way to the instructor, and what goes along with it.

    Attributes
    ----------
    path
        Where it is in the student's folder.
    work
        How far it is.
    warnings
        What the student should know before handing it in.
    data
        The file's bytes, as they were when the warnings were written.
    beside
        The student's own files, by name relative to the notebook.
    """

    path: Path
    work: LessonWork
    warnings: tuple[str, ...]
    data: bytes
    beside: Mapping[str, bytes] = field(default_factory=dict)

    @property
    def member(self) -> str:
        """Its name in the zip."""
        return f"{self.work.name}/{self.work.name}.ipynb"

    @property
    def members(self) -> dict[str, bytes]:
        """All that is to be in the zip, by name."""
        beside = {f"{self.work.name}/{name}": data for name, data in self.beside.items()}
        return {self.member: self.data, **beside}


def choose(folder: Path, lessons: Sequence[str], released: Mapping[str, set[str]]) -> list[Packed]:
    """Read the notebooks to hand in.

    Parameters
    ----------
    folder
        The student's folder.
    lessons
        Names of lessons; empty for all in which something was done.
    released
        The grade ids that each lesson was given out with, as far as known.

    Returns
    -------
    list of Packed
        The notebooks, each with its warnings.

    Raises
    ------
    CourseError
        If there is no such lesson in the folder, none that was begun, or one that is no notebook.
    """
    there = {path.parent.name: path for path in lesson_notebooks(folder)}
    for name in lessons:
        if name not in there:
            raise CourseError(_no_notebook(folder, name, there))
    packed = [_read(path, released) for name, path in there.items() if name in (lessons or there)]
    begun = packed if lessons else [p for p in packed if _is_begun(p.work)]
    if not begun:
        raise CourseError(
            f"There is nothing to hand in: no lesson in {folder} has been begun and saved. "
            "Save your notebooks, or name the folder with --folder."
        )
    return begun


def released_ids(start: Path) -> dict[str, set[str]]:
    """Give the grade ids that each lesson was given out with; none outside the course."""
    try:
        course = find_course(start)
    except CourseError:
        return {}
    return {
        lesson.name: {grade_id(cell) for cell in read_notebook(lesson.notebook)["cells"]} - {""}
        for lesson in course.lessons
        if lesson.notebook.is_file()
    }


def pack(packed: Sequence[Packed], student: str, output: Path) -> Path:
    """Write the notebooks, and what goes along with them, into one zip.

    Parameters
    ----------
    packed
        What `choose` gives.
    student
        The student's id, which names the file.
    output
        A folder, or the zip's own name.

    Returns
    -------
    Path
        The zip. An older one of that name is replaced, once the new one is complete.

    Raises
    ------
    CourseError
        If it cannot be written.
    """
    is_file = output.suffix.lower() == ".zip"
    target = output if is_file else output / f"{student_id(student)}.zip"
    partial = target.with_name(f".{target.name}.partial")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with zipfile.ZipFile(partial, "w", zipfile.ZIP_DEFLATED) as archive:
            for one in packed:
                saved = datetime.fromtimestamp(one.path.stat().st_mtime)
                for member, data in one.members.items():
                    info = zipfile.ZipInfo(member, max(saved, OLDEST).timetuple()[:6])
                    info.compress_type = zipfile.ZIP_DEFLATED
                    info.external_attr = 0o644 << 16
                    archive.writestr(info, data)
        partial.replace(target)
    except OSError as error:
        with contextlib.suppress(OSError):
            partial.unlink()
        raise CourseError(f"{target} cannot be written: {error.strerror or error}.") from None
    return target


def listed(names: Iterable[str]) -> str:
    """Name files in a sentence: the first few of them."""
    names = list(names)
    more = len(names) - MOST_NAMED
    return ", ".join(names[:MOST_NAMED]) + (f" and {more} more" if more > 0 else "")


def _no_notebook(folder: Path, name: str, there: Mapping[str, Path]) -> str:
    known = ", ".join(there) or "none"
    others = sorted((folder / name).glob("*.ipynb")) if (folder / name).is_dir() else []
    if others:
        return (
            f"There is no {name}.ipynb in {folder / name}, but {others[0].name}. Rename the one "
            f"to hand in to {name}.ipynb."
        )
    return f"There is no lesson {name!r} in {folder}. There are: {known}."


def _read(path: Path, released: Mapping[str, set[str]]) -> Packed:
    try:
        data = path.read_bytes()
        notebook = parse_notebook(data, str(path))
    except WorkError as error:
        raise CourseError(str(error)) from None
    except OSError as error:
        raise CourseError(f"{path} cannot be read: {error.strerror or error}.") from None
    name = path.parent.name
    work = lesson_work(name, notebook)
    beside, left_out = read_own_files(path.parent)
    warnings = (
        *_about_parts(work),
        *_about_cells(notebook, released.get(name, set())),
        *_about_files(path, notebook),
        *left_out,
    )
    return Packed(path, work, warnings, data, beside)


def _is_begun(work: LessonWork) -> bool:
    return any(part.state not in ("untouched", "empty") for part in work.parts)


def _about_parts(work: LessonWork) -> Iterator[str]:
    unchecked = sum(part.state == "unchecked" for part in work.parts)
    if unchecked > 1:
        yield f"{unchecked} exercises were never checked, or were not saved after their checks."
    for part in work.parts:
        if part.state == "untouched":
            yield f"{part.name} is not solved ({_points(part.points)})."
        elif part.state == "broken":
            yield f"{part.name} cannot be run: {part.problem}."
        elif part.state == "failed":
            yield f"{part.name} stopped with {part.problem}."
        elif part.state == "stale":
            yield f"{part.name} has changed since its last check."
        elif part.state == "unchecked" and unchecked == 1:
            yield f"{part.name} was never checked, or was not saved after its check."
        elif part.state == "empty":
            yield f"{part.name} has no answer ({_points(part.points)})."
        elif not part.done:
            yield f"{part.name} has {part.score:g} of {part.points:g} points in its visible cases."


def _points(number: float) -> str:
    return f"{number:g} point{'' if number == 1 else 's'}"


def _about_cells(notebook: Mapping[str, Any], released: set[str]) -> Iterator[str]:
    ids = [grade_id(cell) for cell in notebook["cells"]]
    for name in sorted(released - set(ids)):
        yield f"The cell {name} is missing. Take it from a fresh copy of the lesson."
    for name in sorted({name for name in ids if name and ids.count(name) > 1}):
        yield f"The cell {name} is there {ids.count(name)} times; the last one counts."
    code = [cell for cell in notebook["cells"] if cell.get("cell_type") == "code"]
    for number, cell in enumerate(code, start=1):
        if not grade_id(cell) and (problem := syntax_problem(source(cell))):
            yield f"Code cell {number} from the top cannot be run: {problem}."
    if not any(cell.get("execution_count") for cell in code):
        yield "No cell has been run, or the notebook was not saved after running it."


def _about_files(path: Path, notebook: Mapping[str, Any]) -> Iterator[str]:
    for other in sorted(path.parent.glob("*.ipynb")):
        if other != path and other.stat().st_mtime > path.stat().st_mtime and _has_work(other):
            yield f"{other.name} is newer than {path.name}. Only {path.name} is handed in."
    kernel = notebook.get("metadata", {}).get("kernelspec", {})
    if isinstance(kernel, dict) and kernel.get("language", "python") != "python":
        yield f"It runs with {kernel.get('language')}, not with Python."


def _has_work(path: Path) -> bool:
    """Tell an offered new version, or any other notebook, from one that was worked in."""
    try:
        return _is_begun(lesson_work(path.stem, read_notebook(path)))
    except WorkError:
        return False
