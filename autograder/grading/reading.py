"""Read what students hand in as notebooks, whatever it is: plugged into nbgrader as its exporter.

nbgrader writes a traceback for a file that is not a notebook, passes over a student whose file has
another name, and ends with an error. Here everybody gets a mark and a page: what can be mended is
mended, and in place of what cannot be read the lesson is graded as it was given out, with a note.
"""

from __future__ import annotations

import datetime
import glob
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from nbconvert.exporters import NotebookExporter
from nbformat.v4 import new_raw_cell
from nbgrader.api import Gradebook, MissingEntry
from nbgrader.converters import Autograde
from traitlets import Integer, Unicode

from autograder.grading.beside import lesson_folder
from autograder.grading.decoding import UnreadableError, decode, find_notebook
from autograder.grading.engines import keep_engines
from autograder.grading.files import (
    MEGABYTE,
    MOST_BYTES,
    STAND_IN,
    entries,
    listed,
    not_to_copy,
    other_notebooks,
    plain_bytes,
    set_timestamp_aside,
)
from autograder.grading.notes import NOTES_RESOURCE, quoted
from autograder.grading.placing import grade_id
from autograder.grading.released import (
    ReleasedCell,
    blank_notebook,
    lesson_notebook,
    released_cells,
)
from autograder.grading.sound import sound_notebook

BLANK = "graded as a blank notebook"
LONGEST_TEXT = 20_000  # characters of another file that are shown in a notebook's place


class ReadAnything(NotebookExporter):  # type: ignore[misc]
    """nbgrader's notebook exporter, except that it reads what is no proper notebook too."""

    source_folder = Unicode(
        "", help="Where the lessons' own notebooks are, which say in which order cells stand."
    ).tag(config=True)
    most_megabytes = Integer(
        MOST_BYTES // MEGABYTE, help="How large a submitted file may be to be read."
    ).tag(config=True)

    def __init__(self, config: Any = None, **kwargs: Any) -> None:
        super().__init__(config=config, **kwargs)
        keep_engines()
        # nbgrader has just listed the submissions, and not begun with the first.
        if isinstance(self.parent, Autograde) and self.parent.assignments:
            take_everybody(self.parent, self.most_megabytes * MEGABYTE)

    def from_filename(
        self, filename: str, resources: Any = None, **kwargs: Any
    ) -> tuple[Any, dict[str, Any]]:
        """Read a file in the place of a notebook, and hand it on to the preprocessors."""
        path, names = Path(filename), resources["nbgrader"]
        lesson = lesson_notebook(self.source_folder, names)

        def released() -> list[ReleasedCell]:
            return released_cells(
                names["db_url"], names["assignment"], names["notebook"], lesson, self.config
            )

        def grade_ids() -> Iterator[str]:
            yield from (cell.name for cell in released())  # only asked for if the file is no good

        others = notebooks_of(names["db_url"], names["assignment"])
        most_bytes = self.most_megabytes * MEGABYTE
        read, notes = read_submission(path, grade_ids(), others, most_bytes)
        if read is None or isinstance(read, str):
            notebook = blank_notebook(released(), lesson)
            if read is not None:
                notebook.cells.append(new_raw_cell(read, id="what-was-handed-in"))
        else:
            notebook = read
        resources[NOTES_RESOURCE] = [*notes, *folder_notes(path.parent, lesson.parent)]
        resources["metadata"] = {
            "name": path.stem,
            "path": str(path.parent),
            "modified_date": f"{datetime.datetime.now(datetime.UTC):%B %d, %Y}",
        }
        return self.from_notebook_node(notebook, resources, **kwargs)  # type: ignore[no-any-return]


def read_submission(
    path: Path, names: Iterable[str], others: Sequence[str] = (), most_bytes: int = MOST_BYTES
) -> tuple[Any, list[str]]:
    """Read a student's notebook; where it cannot be read, another one in the same folder.

    Parameters
    ----------
    path
        Where the notebook should be.
    names
        The grade ids of the lesson's cells, by which another file is recognised.
    others
        The names of the assignment's notebooks, which are not taken for this one.
    most_bytes
        How large a file may be.

    Returns
    -------
    notebook
        A valid notebook; the text of a file that is only text; or None.
    notes
        What was mended, which file was taken, or why there is none.
    """
    try:
        notebook, notes = read_notebook(path, most_bytes)
    except UnreadableError as error:
        reason = str(error)
    else:
        extra = [p for p in other_notebooks(path, others) if p.suffix == ".ipynb"]
        extra = [p for p in extra if p.parent == path.parent and p.stem not in others]
        ignored = [f"also handed in, and not graded: {listed(extra)}"] if extra else []
        return notebook, [*notes, *ignored]
    known = set(names)
    usable = [
        (other, *found)
        for other in other_notebooks(path, others)
        if (found := _lesson_in(other, known, most_bytes))
    ]
    if usable and all(notebook == usable[0][1] for _, notebook, _ in usable):
        other, notebook, notes = usable[0]
        place = other.relative_to(path.parent).as_posix()
        return notebook, [f"{_missing(path, reason)}; {quoted(place)} was taken instead", *notes]
    if usable:
        several = f"{listed([other for other, *_ in usable])} could be meant: please look"
        return None, [f"{_missing(path, reason)}; {several}; {BLANK}"]
    there = listed([p for p in entries(path.parent) if p.name != path.name])
    beside = f"; in the folder: {there}" if there else ""
    return _readable_text(path, most_bytes), [f"{_missing(path, reason)}; {BLANK}{beside}"]


def read_notebook(path: Path, most_bytes: int = MOST_BYTES) -> tuple[Any, list[str]]:
    """Read a file as a notebook, mending what can be mended.

    Returns
    -------
    notebook
        A valid notebook of format 4.5, without outputs.
    notes
        What was mended.

    Raises
    ------
    UnreadableError
        If there is no notebook in the file.
    """
    data = plain_bytes(path, most_bytes)
    if data == STAND_IN:
        raise UnreadableError("It is not there.")
    value, notes = find_notebook(data)
    notebook, mended = sound_notebook(value)
    return notebook, [*notes, *mended]


def prepare(folder: Path, lesson: str) -> list[str]:
    """Make a submission's folder one that nbgrader takes up; for whoever grades it by itself.

    Parameters
    ----------
    folder
        The folder that a student handed in for a lesson.
    lesson
        The lesson's name, which is its notebook's.

    Returns
    -------
    list of str
        What was found. Nothing of the student's is changed, but a file with the time of handing in
        that cannot be read is renamed; where there is no notebook at all, a file stands in for it.
    """
    notes = folder_notes(folder)
    if folder.is_dir() and not any(entry.name.endswith(".ipynb") for entry in entries(folder)):
        (folder / f"{lesson}.ipynb").write_bytes(STAND_IN)
        notes.append(f"no notebook was handed in: {quoted(lesson + '.ipynb')} is not there")
    return notes


def folder_notes(folder: Path, lesson: Path | None = None) -> list[str]:
    """Say which files beside a notebook are left out, and whether its time could not be read."""
    left_out = [
        f"{_place(path, folder)} was left out: it is {kind}"
        for path, kind in not_to_copy(folder, lesson)
    ]
    return [*set_timestamp_aside(folder), *left_out]


def _place(path: Path, folder: Path) -> str:
    if path == folder:
        return "everything beside the notebook"
    return quoted(path.relative_to(folder).as_posix())


def take_everybody(converter: Any, most_bytes: int = MOST_BYTES) -> None:
    """Complete what nbgrader is about to grade, and keep it from copying what is no plain file.

    Parameters
    ----------
    converter
        nbgrader's Autograde, after it has listed the submissions; its list gets the students whose
        notebook has another name or is not there at all.
    most_bytes
        How large a file beside a notebook may be to be copied.
    """
    course = converter.coursedir
    assignment = course.assignment_id
    try:
        known = notebooks_of(course.db_url, assignment)
    except MissingEntry:  # not released; nbgrader says so
        return
    pattern = course.format_path(course.submitted_directory, course.student_id, assignment)
    for folder in map(Path, sorted(glob.glob(pattern))):  # noqa: PTH207 (nbgrader's pattern)
        set_timestamp_aside(folder)
        unfit = not_to_copy(folder, lesson_folder(course, assignment), most_bytes)
        refused = {glob.escape(str(path)) for path, _ in unfit}
        course.ignore = [*course.ignore, *sorted(refused - {*course.ignore})]
        listed_here = list(converter.assignments.get(str(folder), []))
        there = {Path(name).stem for name in listed_here}
        wanted = [name for name in known if course.notebook_id in ("*", name)]
        for name in wanted:
            path = folder / f"{name}.ipynb"
            alone = len(known) == 1 or not there & set(known)
            if name not in there and (alone or other_notebooks(path, known)):
                listed_here.append(str(path))
        if listed_here:
            converter.assignments = {**converter.assignments, str(folder): listed_here}


def notebooks_of(db_url: str, assignment: str) -> list[str]:
    """List the names of an assignment's notebooks; raises MissingEntry if it was not released."""
    with Gradebook(db_url) as gradebook:
        return [notebook.name for notebook in gradebook.find_assignment(assignment).notebooks]


def _lesson_in(path: Path, names: set[str], most_bytes: int) -> tuple[Any, list[str]] | None:
    """Read a file if it is a notebook with at least one of the lesson's cells."""
    try:
        notebook, notes = read_notebook(path, most_bytes)
    except UnreadableError:
        return None
    ids = {cell.id for cell in notebook.cells} | {_id_of(cell) for cell in notebook.cells}
    return (notebook, notes) if ids & names else None


def _id_of(cell: Any) -> str | None:
    return grade_id(cell) if isinstance(cell.metadata.get("nbgrader"), dict) else None


def _missing(path: Path, reason: str) -> str:
    """Say what is wrong with the file that should be the notebook."""
    return f"{quoted(path.name)} could not be read. {reason.removesuffix('.')}"


def _readable_text(path: Path, most_bytes: int) -> str | None:
    """Read the text of a file that is no notebook, so that whoever marks it sees it."""
    try:
        data = plain_bytes(path, most_bytes)
    except UnreadableError:
        return None
    text, _ = decode(data[:LONGEST_TEXT])
    printable = data != STAND_IN and bool(text.strip()) and "\x00" not in text
    binary = sum(not (c.isprintable() or c.isspace()) for c in text) > len(text) // 50
    return text if printable and not binary else None
