"""Tell from the name of a file that was handed in whose it is.

What learning platforms put into names is recognised; else the first part of a path that is not a
lesson's name is the student's id.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import PurePosixPath

from autograder.grading.course import CourseError
from autograder.handin.student_ids import id_from_name, student_id

# "Ada Lovelace_12345_assignsubmission_file_", as a folder or as the beginning of a file's name. The
# number is another one for each assignment, so the name has to do.
MOODLE = re.compile(r"(?P<name>.+?)_(?P<number>\d+)_assignsubmission_[a-z]+(?:_|$)")
# "lovelaceada_LATE_12345_67890_notebook.ipynb": Canvas' number of the student, and of the upload.
CANVAS = re.compile(r"(?P<name>[^_/]+)_(?:LATE_)?(?P<number>\d+)_(?P<upload>\d+)_(?P<rest>.+)")
COPY = re.compile(r"(?: ?\(\d+\)|-Copy\d+|\.new)$")  # what browsers and JupyterLab append
NOT_A_STUDENT = {"submitted", "notebooks", "my_lessons", "home"}


@dataclass(frozen=True)
class Person:
    """A student as the gradebook knows him or her."""

    id: str
    first: str = ""
    last: str = ""
    lms_id: str = ""


@dataclass(frozen=True)
class Whose:
    """Whose a file is, or why that cannot be said.

    `from_source` says whether only the source's own name tells, as for one student's zip.
    """

    student: str = ""
    why_not: str = ""
    from_source: bool = False


def whose(
    paths: Sequence[tuple[PurePosixPath, str]], people: Iterable[Person], fallback: str
) -> list[Whose]:
    """Tell whose each file is.

    Parameters
    ----------
    paths
        For each notebook its path below the source, and the lesson that it is.
    people
        The students in the gradebook: a platform's number or a person's name is looked up there.
    fallback
        The source's own name, for a notebook whose path says nothing, as in a student's zip;
        empty if that is not to count.

    Returns
    -------
    list of Whose
        One for each path.
    """
    roster = _Roster(people)
    namesakes = _namesakes(paths)
    found: dict[int, Whose] = {}
    plain: dict[int, list[str]] = {}
    for place, (path, lesson) in enumerate(paths):
        if (lesson, _moodle_name(path)) in namesakes:
            found[place] = _not_unique(path)
        elif platform := roster.on_platform(path):
            found[place] = platform
        else:
            plain[place] = roster.known_or_all(_candidates(path, lesson))
    lessons = {place: lesson for place, (_, lesson) in enumerate(paths)}
    for place, name in _first_distinct(plain, lessons).items():
        rest = _without(lessons[place], COPY.sub("", fallback))
        found[place] = _checked(name) if name else replace(_checked(rest), from_source=True)
    return [found[place] for place in range(len(paths))]


class _Roster:
    """The students in the gradebook, by a platform's number and by name."""

    def __init__(self, people: Iterable[Person]) -> None:
        self.ids: set[str] = set()
        self.by_number: dict[str, str] = {}
        self.by_name: dict[str, set[str]] = defaultdict(set)
        for person in people:
            self.ids.add(person.id)
            if person.lms_id:
                self.by_number[person.lms_id] = person.id
            for name in (person.first + person.last, person.last + person.first):
                if key := _letters(name):
                    self.by_name[key].add(person.id)

    def known_or_all(self, candidates: list[str]) -> list[str]:
        """Choose from what may be ids the one that the gradebook has, if it has one."""
        known = [name for name in candidates if name in self.ids]
        return known[:1] or candidates

    def on_platform(self, path: PurePosixPath) -> Whose | None:
        """Read a path as Moodle's or Canvas'; None if it is neither."""
        for part in path.parts:
            if match := MOODLE.match(part):
                return self._named(match["name"], None)
            if match := CANVAS.match(part):
                if match["number"] in self.by_number:
                    return Whose(self.by_number[match["number"]])
                return self._named(match["name"], match["number"])
        return None

    def _named(self, name: str, number: str | None) -> Whose:
        known = sorted(self.by_name.get(_letters(name), ()))
        if len(known) == 1:
            return Whose(known[0])
        if len(known) > 1 and number is None:
            return Whose(why_not=f"{name!r} may be {' or '.join(known)}")
        if number is not None:
            return Whose(number)
        try:
            return Whose(id_from_name(name))
        except CourseError as error:
            return Whose(why_not=str(error))


def _letters(name: str) -> str:
    """Take all but letters and digits off: Canvas writes Ada Lovelace as ``lovelaceada``."""
    return "".join(re.findall(r"[^\W_]", unicodedata.normalize("NFC", name).casefold()))


def _moodle_name(path: PurePosixPath) -> str:
    for part in path.parts:
        if match := MOODLE.match(part):
            return match["name"]
    return ""


def _namesakes(paths: Iterable[tuple[PurePosixPath, str]]) -> set[tuple[str, str]]:
    """Find names that Moodle gave with two numbers for one lesson: they are two people."""
    numbers: dict[tuple[str, str], set[str]] = defaultdict(set)
    for path, lesson in paths:
        for part in path.parts:
            if match := MOODLE.match(part):
                numbers[lesson, match["name"]].add(match["number"])
    return {key for key, several in numbers.items() if len(several) > 1}


def _not_unique(path: PurePosixPath) -> Whose:
    return Whose(
        why_not=f"two people are called {_moodle_name(path)!r}; rename one of the two to the "
        "student's id"
    )


def _candidates(path: PurePosixPath, lesson: str) -> list[str]:
    """List what in a path may be a student's id, from the outside in."""
    *folders, file = path.with_suffix("").parts
    # A zip inside is written like a folder: ada.zip/02_measuring_imbalance/….
    folders = [PurePosixPath(f).stem if f.lower().endswith(".zip") else f for f in folders]
    parts = [_without(lesson, COPY.sub("", part)) for part in [*folders, file]]
    return [part for part in parts if part and part.lower() not in NOT_A_STUDENT]


def _without(lesson: str, part: str) -> str:
    """Take the lesson's name off a part: ``ada_02_measuring_imbalance`` becomes ``ada``."""
    if part == lesson:
        return ""
    for name in (part.removesuffix(lesson), part.removeprefix(lesson)):
        if name != part:
            return name.strip(" _-.")
    return part


def _first_distinct(
    candidates: Mapping[int, Sequence[str]], lessons: Mapping[int, str]
) -> dict[int, str]:
    """Choose the outermost part, unless it is a folder that holds several students' files.

    It is one if, of some lesson, it holds several notebooks whose paths go on differently.
    """
    groups: dict[str, list[int]] = defaultdict(list)
    for place, parts in candidates.items():
        groups[parts[0] if parts else ""].append(place)
    chosen: dict[int, str] = {}
    for name, places in groups.items():
        inner = {place: candidates[place][1:] for place in places}
        if name and _holds_several(inner, lessons):
            chosen.update(_first_distinct(inner, lessons))
        else:
            chosen.update(dict.fromkeys(places, name))
    return chosen


def _holds_several(inner: Mapping[int, Sequence[str]], lessons: Mapping[int, str]) -> bool:
    if not all(inner.values()):
        return False
    by_lesson: dict[str, set[tuple[str, ...]]] = defaultdict(set)
    for place, parts in inner.items():
        by_lesson[lessons[place]].add(tuple(parts))
    return any(len(several) > 1 for several in by_lesson.values())


def _checked(name: str) -> Whose:
    if not name:
        return Whose(why_not="its name and folders name no student")
    try:
        return Whose(student_id(name))
    except CourseError as error:
        return Whose(why_not=str(error).replace("student: ", "the name is no id: "))
