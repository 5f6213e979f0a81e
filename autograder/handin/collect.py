"""Put what students handed in where nbgrader looks for it.

A notebook and what lies beside it are one hand-in: they are taken, replaced or kept aside together.

nbgrader's own ``zip_collect`` is not used: it takes one assignment at a time, wants a regular
expression for the names, unpacks archives without limits, trusts a notebook's name, and throws away
what it replaces. The result is the same as of its ``collect``, with ``timestamp.txt``, so all that
follows is nbgrader's.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from typing import Literal, get_args

from rich import box
from rich.table import Table
from rich.text import Text

from autograder.grading.course import Course
from autograder.handin.beside import MOST_FILES, TOO_MANY
from autograder.handin.bundle import Bundle
from autograder.handin.source import HandedIn, Refused, read_source
from autograder.handin.whose import Person, whose
from autograder.student.work import WorkError, grade_id, parse_notebook, read_notebook

ASIDE = "kept_aside"
STAMP = "timestamp.txt"
COLOURS = {"taken": "green", "replaced": "green", "not taken": "red", "older": "yellow"}
ALONE = "it is not a notebook (.ipynb), and lies beside nobody's in particular"
MINUTE = "%Y-%m-%d %H:%M"
Outcome = Literal["taken", "replaced", "there already", "older", "not taken"]


@dataclass(frozen=True)
class Collected:
    """What became of one file that was handed in."""

    where: PurePosixPath
    outcome: Outcome
    student: str = ""
    lesson: str = ""
    when: datetime | None = None
    why: str = ""


@dataclass(frozen=True)
class _Spooled:
    """A notebook that was recognised, and waits in a temporary folder with what lies beside it."""

    where: PurePosixPath
    when: datetime
    lesson: str
    path: Path
    beside: dict[PurePosixPath, Path] = field(default_factory=dict)  # by path below the source

    @property
    def bundle(self) -> Bundle:
        """All of it, with names relative to the notebook."""
        folder = self.where.parent
        names = {where.relative_to(folder).as_posix(): path for where, path in self.beside.items()}
        return Bundle(self.path, names)


def collect(
    course: Course, source: Path, lesson: str | None = None, dry_run: bool = False
) -> list[Collected]:
    """Collect notebooks, and what lies beside them, into the submitted folder.

    Parameters
    ----------
    course
        The course.
    source
        A folder, a zip or a notebook.
    lesson
        Take only this lesson's notebooks.
    dry_run
        Write nothing; say what would be done.

    Returns
    -------
    list of Collected
        What became of each file, in the order of names.

    Raises
    ------
    CourseError
        If there is no such source or lesson.
    """
    wanted = {course.lesson(lesson).name} if lesson else {known.name for known in course.lessons}
    ids = lesson_ids(course)
    with TemporaryDirectory(prefix="collect-") as folder:
        spooled, refused = _spool_all(read_source(source), ids, wanted, Path(folder))
        results = [Collected(one.where, "not taken", why=one.why) for one in refused]
        places = [(kept.where, kept.lesson) for kept in spooled]
        fallback = "" if source.is_dir() else source.stem
        owners = whose(places, people(course), fallback)
        if source.suffix.lower() == ".zip" and any(owner.from_source for owner in owners):
            # A student's own zip: it is as old as the file, and not as what is in it.
            spooled = [replace(kept, when=_modified(source)) for kept in spooled]
        by_place: dict[tuple[str, str], list[_Spooled]] = defaultdict(list)
        for kept, owner in zip(spooled, owners, strict=True):
            if len(kept.where.parts) == 1 and not owner.from_source:
                # It lies among the whole class's: what else lies there is not its student's.
                results += [Collected(where, "not taken", why=ALONE) for where in kept.beside]
                kept.beside.clear()
            if owner.why_not:
                result = Collected(kept.where, "not taken", lesson=kept.lesson, why=owner.why_not)
                results += _with_files(result, kept)
            else:
                by_place[owner.student, kept.lesson].append(kept)
        for (student, name), several in by_place.items():
            results += _put_newest(course, student, name, several, dry_run)
    return sorted(results, key=lambda result: str(result.where))


def lesson_ids(course: Course) -> dict[str, set[str]]:
    """Give for each lesson the grade ids of its cells that no other lesson has.

    Cells that several lessons have, such as those of imports, tell nothing about which one it is.
    """
    ids = {
        lesson.name: {grade_id(cell) for cell in read_notebook(lesson.notebook)["cells"]} - {""}
        for lesson in course.lessons
        if lesson.notebook.is_file()
    }
    return {
        name: own - set().union(*(other for key, other in ids.items() if key != name))
        for name, own in ids.items()
    }


def recognise(data: bytes, ids: Mapping[str, set[str]]) -> str:
    """Tell which lesson a notebook is, by the grade ids of its cells.

    Raises
    ------
    WorkError
        If it is no notebook, or none of a lesson.
    """
    notebook = parse_notebook(data, "The file")
    there = {grade_id(cell) for cell in notebook["cells"]}
    shared = {name: len(own & there) for name, own in ids.items()}
    best = max(shared, key=lambda name: shared[name], default="")
    if not best or not shared[best]:
        raise WorkError("it has none of the cells that a lesson's checks belong to")
    return best


def people(course: Course) -> list[Person]:
    """Read the students of the gradebook; none if there is no gradebook yet."""
    from nbgrader.api import Gradebook

    if not course.has_gradebook:
        return []
    with Gradebook(course.database) as gradebook:
        return [
            Person(
                id=student.id,
                first=student.first_name or "",
                last=student.last_name or "",
                lms_id=str(student.lms_user_id or ""),
            )
            for student in gradebook.students
        ]


def _spool_all(
    handed_in: Iterable[HandedIn | Refused],
    ids: Mapping[str, set[str]],
    wanted: set[str],
    folder: Path,
) -> tuple[list[_Spooled], list[Refused]]:
    """Write what was handed in into a temporary folder, files with the notebook they belong to."""
    spooled: list[_Spooled] = []
    refused: list[Refused] = []
    beside: dict[PurePosixPath, dict[PurePosixPath, Path]] = defaultdict(dict)
    for number, one in enumerate(handed_in):
        path = folder / str(number)
        if isinstance(one, HandedIn) and one.beside:
            path.write_bytes(one.data)
            beside[one.beside][one.where] = path
            continue
        kept = one if isinstance(one, Refused) else _spool(one, ids, wanted, path)
        if isinstance(kept, Refused):
            refused.append(kept)
        else:
            spooled.append(kept)
    there = {kept.where: kept for kept in spooled}
    for notebook, files in beside.items():
        for where in [where for where in files if any(above in files for above in where.parents)]:
            refused.append(Refused(where, "a file stands where its folder should be"))
            del files[where]
        if notebook not in there:
            refused += [Refused(where, f"it lies beside {notebook}") for where in files]
        elif len(files) > MOST_FILES:
            refused += [Refused(where, TOO_MANY) for where in files]
        else:
            there[notebook].beside.update(files)
    return spooled, refused


def _spool(
    one: HandedIn, ids: Mapping[str, set[str]], wanted: set[str], path: Path
) -> _Spooled | Refused:
    try:
        lesson = recognise(one.data, ids)
    except WorkError as error:
        return Refused(one.where, str(error))
    if lesson not in wanted:
        return Refused(one.where, f"it is {lesson}")
    path.write_bytes(one.data)
    return _Spooled(one.where, one.when.replace(microsecond=0), lesson, path)


def _with_files(result: Collected, kept: _Spooled) -> list[Collected]:
    """Say of what lies beside a notebook the same as of the notebook."""
    return [result, *(replace(result, where=where) for where in kept.beside)]


def _put_newest(
    course: Course, student: str, lesson: str, several: list[_Spooled], dry_run: bool
) -> Iterator[Collected]:
    """Put the newest of a student's notebooks of a lesson in its place, and the others aside."""
    # Of the same time, the one whose name sorts last: the same each time it is run.
    *others, newest = sorted(several, key=lambda one: (one.when, str(one.where)))
    yield from _with_files(_put(course, student, lesson, newest, dry_run), newest)
    for one in others:
        result = Collected(one.where, "older", student, lesson, one.when)
        if one.bundle.digest == newest.bundle.digest:
            same_as = replace(result, outcome="there already", why=f"the same as {newest.where}")
            yield from _with_files(same_as, one)
            continue
        if not dry_run:
            _keep_aside(course, student, lesson, one.bundle, one.when)
        yield from _with_files(replace(result, why=f"{newest.where} is newer"), one)


def _put(course: Course, student: str, lesson: str, new: _Spooled, dry_run: bool) -> Collected:
    """Put a notebook into the submitted folder, or aside if there is a newer one."""
    target = course.notebook("submitted", lesson, student)
    result = Collected(new.where, "taken", student, lesson, new.when)
    if new.bundle.is_behind_a_link(target, course.classroom):
        return replace(result, outcome="not taken", why=f"{target.parent} has, or is, a link")
    if target.is_file():
        there, when = Bundle.at(target), submitted_at(target)
        if there.digest == new.bundle.digest:
            return replace(result, outcome="there already")
        if when > new.when:
            if not dry_run:
                _keep_aside(course, student, lesson, new.bundle, new.when)
            return replace(result, outcome="older", why=f"one of {when:{MINUTE}} is there")
        if not dry_run:
            _keep_aside(course, student, lesson, there, when)
        result = replace(result, outcome="replaced", why=f"the one of {when:{MINUTE}}")
    if not dry_run:
        try:
            new.bundle.put(target)
        except OSError as error:
            why = f"{error.filename} cannot be written: {error.strerror}"
            return replace(result, outcome="not taken", why=why)
        (target.parent / STAMP).write_text(f"{new.when:%Y-%m-%d %H:%M:%S} UTC\n")
    return result


def submitted_at(notebook: Path) -> datetime:
    """Tell when a notebook in the submitted folder was handed in."""
    from nbgrader.utils import parse_utc

    try:
        when = parse_utc((notebook.parent / STAMP).read_text().strip())
        return when.replace(tzinfo=UTC)  # type: ignore[no-any-return]
    except (OSError, ValueError, OverflowError):
        return _modified(notebook)


def _modified(path: Path) -> datetime:
    return datetime.fromtimestamp(int(path.stat().st_mtime), UTC)


def _keep_aside(course: Course, student: str, lesson: str, bundle: Bundle, when: datetime) -> None:
    """Keep a hand-in that does not count where nbgrader does not look."""
    bundle.keep(course.classroom / ASIDE / student / lesson, when)


def table(results: Sequence[Collected]) -> Table:
    """Lay out what became of each file: first what was not taken, then by student and lesson."""
    result = Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0))
    for column in ("student", "lesson", "handed in (UTC)", "outcome", "file"):
        result.add_column(column, overflow="fold")
    for one in sorted(
        results, key=lambda one: (one.outcome != "not taken", one.student, one.lesson)
    ):
        why = f": {one.why}" if one.why else ""
        result.add_row(
            one.student or "–",
            one.lesson.partition("_")[0] or "–",
            f"{one.when:{MINUTE}}" if one.when else "–",
            Text(_printable(f"{one.outcome}{why}"), COLOURS.get(one.outcome, "")),
            Text(_printable(str(one.where))),
        )
    return result


def summary(results: Sequence[Collected], dry_run: bool) -> str:
    """Count the outcomes in one sentence."""
    counts = Counter(one.outcome for one in results)
    if not counts:
        return "There is no file in there."
    text = ", ".join(
        f"{counts[outcome]} {outcome}" for outcome in get_args(Outcome) if counts[outcome]
    )
    return f"{text}.{' Nothing was written (--dry-run).' if dry_run else ''}"


def _printable(text: str) -> str:
    """Keep a file's name from giving orders to the terminal."""
    return "".join(c if c.isprintable() else "?" for c in text)
