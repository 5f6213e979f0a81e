"""Marks for Canvas's gradebook: a file of its own form, or one of its exports filled in.

Canvas knows its columns by their places: the student's name, ``ID``, perhaps ``SIS User ID``,
``SIS Login ID``, ``Integration ID`` and ``Root Account``, then ``Section``, then the assignments,
each with its number in brackets. docs/exports.md names the sources.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from autograder.grading.course import CourseError
from autograder.reports.csv_text import number, write_csv
from autograder.reports.exports import Choice, Export, general_notes, mark
from autograder.reports.facts import ClassFacts, LessonFacts, Student

INFORMATION = ("Student", "ID", "SIS User ID", "SIS Login ID", "Section")
POINTS_POSSIBLE = "    Points Possible"
# Columns that Canvas works out itself, of the course and of each group of assignments.
READ_ONLY = re.compile(r"(Current|Final|Override) (Score|Points|Grade|Status)")
ASSIGNMENT = re.compile(r"^(?P<title>.*?)\s*\((?P<id>\d+)\)$", re.DOTALL)


def canvas_csv(facts: ClassFacts, choice: Choice) -> Export:
    """Write marks in the form that Canvas exports and imports.

    Parameters
    ----------
    facts
        The class.
    choice
        What to write where there is no final mark.

    Returns
    -------
    Export
        With one new assignment a lesson. Canvas finds students by its ID or by their SIS ids, and
        makes the assignments.
    """
    rows: list[list[Any]] = [
        [POINTS_POSSIBLE, "", "", "", "", *(lesson.max_score for lesson in facts.lessons)]
    ]
    for student in facts.students:
        is_number = student.lms_id.isdigit()
        ids = [student.lms_id if is_number else "", "" if is_number else student.lms_id, student.id]
        marks = [mark(facts, student, lesson, choice) for lesson in facts.lessons]
        rows.append([_sortable(student), *ids, "", *marks])
    notes = general_notes(facts, choice)
    notes.append(
        "Canvas makes a new assignment of each column. To fill in those that it has, export its "
        "gradebook and give that file as --template."
    )
    header = [*INFORMATION, *(lesson.name for lesson in facts.lessons)]
    return Export(write_csv(header, rows), tuple(notes))


@dataclass(frozen=True)
class Template:
    """A gradebook that Canvas exported.

    Attributes
    ----------
    header, rows
        Its cells as they are.
    delimiter
        A comma, or the semicolon of countries that write decimals with a comma.
    marked
        Whether the file begins with a byte-order mark.
    """

    header: list[str]
    rows: list[list[str]]
    delimiter: str = ","
    marked: bool = False

    def column(self, name: str) -> int | None:
        """Find a column of the student's; None if there is none."""
        return self.header.index(name) if name in self.header else None

    @property
    def assignments(self) -> dict[int, str]:
        """The assignments' columns by place, as Canvas heads them.

        Those with a number, if any has one: the others are then columns of the instructor's.
        """
        first = self.header.index("Section") + 1
        found = {
            place: title
            for place, title in enumerate(self.header)
            if place >= first and title and not READ_ONLY.search(title)
        }
        return {place: t for place, t in found.items() if ASSIGNMENT.match(t)} or found


def read_template(path: Path) -> Template:
    """Read a gradebook that Canvas exported.

    Raises
    ------
    CourseError
        If there is no such file, or it is not an export of Canvas's gradebook.
    """
    try:
        text = path.read_bytes().decode("utf-8")
    except OSError as error:
        raise CourseError(f"{path} cannot be read: {error.strerror}.") from None
    except UnicodeDecodeError:
        raise CourseError(
            f"{path} is not in UTF-8, as Canvas writes it. A spreadsheet may have saved it in "
            "another encoding: export it again, or save it as CSV UTF-8."
        ) from None
    marked, text = text.startswith("\ufeff"), text.removeprefix("\ufeff")
    first = text.partition("\n")[0]
    delimiter = ";" if first.count(";") > first.count(",") else ","
    header, *rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)) or [[]]
    template = Template(header, [row for row in rows if any(row)], delimiter, marked)
    if "ID" not in header or "Section" not in header:
        raise CourseError(
            f"{path} is no export of Canvas's gradebook: expected columns Student, ID and Section, "
            f"got {', '.join(header[:5]) or 'nothing'}."
        )
    return template


def fill_template(
    facts: ClassFacts,
    template: Template,
    choice: Choice,
    columns: Mapping[str, str] | None = None,
) -> Export:
    """Put marks into a gradebook that Canvas exported; all else stays as Canvas wrote it.

    Parameters
    ----------
    facts
        The class.
    template
        The exported gradebook.
    choice
        What to write where there is no final mark; an empty mark leaves Canvas's cell as it is.
    columns
        Assignments by lesson, where they do not have the lesson's name: a title, with or without
        the number.

    Returns
    -------
    Export
        The file, and notes on lessons and students that are only here or only there.

    Raises
    ------
    CourseError
        If no lesson has a column, a column that is named is not there or stands for two lessons, or
        two rows are the same student.
    """
    places = _places(facts.lessons, template, columns or {})
    rows = [_padded(row, len(template.header)) for row in template.rows]
    matched = _matched(facts.students, template, rows)
    for row, student in matched.items():
        for lesson in facts.lessons:
            given = mark(facts, student, lesson, choice)
            if lesson.name in places and given is not None:
                rows[row][places[lesson.name]] = _decimal(given, template.delimiter)
    notes = [
        *general_notes(facts, choice),
        *_left_lessons(facts.lessons, template, places),
        *_other_points(facts.lessons, rows, template, places),
        *_left_students(facts, matched, rows),
    ]
    text = write_csv(template.header, rows, template.delimiter, safely=False)
    return Export("\ufeff" * template.marked + text, tuple(notes))


def _places(
    lessons: Sequence[LessonFacts], template: Template, columns: Mapping[str, str]
) -> dict[str, int]:
    """Find each lesson's column: the one that is named for it, or the one with its name."""
    by_title: dict[str, int] = {}
    for place, title in template.assignments.items():
        found = ASSIGNMENT.match(title)
        for name in (title, found["title"] if found else title):
            by_title.setdefault(_plain(name), place)
    known = ", ".join(template.assignments.values()) or "none"
    for name, title in columns.items():
        if name not in {lesson.name for lesson in lessons}:
            raise CourseError(f"--column: there are no marks for a lesson {name!r}.")
        if _plain(title) not in by_title:
            raise CourseError(f"The template has no assignment {title!r}. It has: {known}.")
    places = {}
    for lesson in lessons:
        title = _plain(columns.get(lesson.name, lesson.name))
        if title in by_title:
            places[lesson.name] = by_title[title]
    if not places:
        raise CourseError(
            "No assignment of the template has a lesson's name. Say which is which, such as "
            f'--column "{lessons[0].name}=TITLE". The template has: {known}.'
        )
    if len(set(places.values())) < len(places):
        raise CourseError("--column: two lessons would go into one assignment.")
    return places


def _plain(title: str) -> str:
    """Compare titles by their letters and digits: 01_accuracy_trap is "01 Accuracy trap"."""
    return " ".join(re.findall(r"[^\W_]+", title.casefold()))


def _matched(
    students: Sequence[Student], template: Template, rows: Sequence[Sequence[str]]
) -> dict[int, Student]:
    """Find whose row is whose: by ids alone, as two students may have the same name."""
    keys = _keys(students)
    found: dict[int, Student] = {}
    for place, row in enumerate(rows):
        who = {}
        for column, known in keys.items():
            where = template.column(column)
            student = known.get(row[where].strip().casefold()) if where is not None else None
            if student is not None:
                who[student.id] = student
        if len(who) > 1:
            raise CourseError(
                f"The ids in the template's row of {row[0]!r} are those of several students: "
                f"{', '.join(who)}. Mend the roster (`nbgrader db student add ID --lms-user-id …`)."
            )
        for student in who.values():
            if student in found.values():
                raise CourseError(
                    f"The template has {student.id} twice (again as {row[0]!r}): each student "
                    "should have one row."
                )
            found[place] = student
    return found


def _keys(students: Sequence[Student]) -> dict[str, dict[str, Student]]:
    """By what a student is known in each of Canvas's columns; a key of several is nobody's."""
    login = [(student, {student.id, student.email}) for student in students]
    number = [(student, {student.lms_id}) for student in students]
    sis = [(student, {student.lms_id, student.id}) for student in students]
    return {
        "ID": _unique(number),
        "SIS Login ID": _unique(login),
        "SIS User ID": _unique(sis),
    }


def _unique(pairs: Sequence[tuple[Student, set[str]]]) -> dict[str, Student]:
    found: dict[str, list[Student]] = {}
    for student, keys in pairs:
        for key in {key.casefold() for key in keys if key}:
            found.setdefault(key, []).append(student)
    return {key: owners[0] for key, owners in found.items() if len(owners) == 1}


def _left_lessons(
    lessons: Sequence[LessonFacts], template: Template, places: Mapping[str, int]
) -> list[str]:
    left = [lesson.name for lesson in lessons if lesson.name not in places]
    others = [
        title for place, title in template.assignments.items() if place not in places.values()
    ]
    if not left:
        return []
    return [
        f"No assignment has the name of {', '.join(left)}; left out. "
        f"Others that the template has: {', '.join(others) or 'none'}."
    ]


def _other_points(
    lessons: Sequence[LessonFacts],
    rows: Sequence[Sequence[str]],
    template: Template,
    places: Mapping[str, int],
) -> list[str]:
    """Tell where an assignment is worth other points than its lesson: marks are not scaled."""
    possible = next((row for row in rows if "Points Possible" in row[0]), None)
    notes = []
    for lesson in lessons:
        if possible is None or lesson.name not in places:
            continue
        there = possible[places[lesson.name]].strip().replace(",", ".")
        if there and there != number(lesson.max_score) and not _equal(there, lesson.max_score):
            title = template.header[places[lesson.name]]
            notes.append(
                f"{title} is worth {there} points in Canvas, and {lesson.name} "
                f"{number(lesson.max_score)}: the marks are written as they are."
            )
    return notes


def _left_students(
    facts: ClassFacts, matched: Mapping[int, Student], rows: Sequence[Sequence[str]]
) -> list[str]:
    here = [student.id for student in facts.students if student not in matched.values()]
    there = [row[0] for place, row in enumerate(rows) if place not in matched and _is_student(row)]
    notes = []
    if here:
        notes.append(f"Not in the template, so left out: {', '.join(here)}.")
    if there:
        notes.append(f"In the template, and not in the roster: {'; '.join(there)}.")
    return notes


def _is_student(row: Sequence[str]) -> bool:
    """Whether a row is neither that of the points nor that of posting policies."""
    return bool(row[0].strip()) and "Points Possible" not in row[0]


def _equal(text: str, value: float) -> bool:
    try:
        return float(text) == value
    except ValueError:
        return False


def _decimal(value: float, delimiter: str) -> str:
    text = number(value)
    return text.replace(".", ",") if delimiter == ";" else text


def _padded(row: Sequence[str], width: int) -> list[str]:
    return [*row, *[""] * (width - len(row))]


def _sortable(student: Student) -> str:
    """Write a name as Canvas sorts it: last name, first name."""
    names = [name for name in (student.last_name, student.first_name) if name]
    return ", ".join(names) or student.id
