"""`progress()`: points so far, in this lesson and over the course."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from autograder.engine.markup import GOOD, PARTLY, code, heading, prose, section, table
from autograder.engine.report import Report
from autograder.engine.session import executed_source, latest_reports
from autograder.student.work import LessonWork, Part, WorkError, lesson_work, read_notebook

COUNTED = (
    "Points are those of the visible cases; in grading, cases drawn for you count too. Written "
    "answers get theirs from a person."
)
SIZES = ("flex:3 1 8em", "flex:1 1 4.5em", "flex:4 1 9em")  # of a name, points, and a sentence


@dataclass(frozen=True)
class Progress:
    """How far a student is: as text in ``repr``, and as HTML in a notebook.

    Attributes
    ----------
    lessons
        The lessons that were found, in order.
    here
        The name of the lesson that the session belongs to; empty if it is none of them.
    unread
        Sentences about files that could not be read.
    """

    lessons: tuple[LessonWork, ...]
    here: str = ""
    unread: tuple[str, ...] = ()

    @property
    def this(self) -> LessonWork | None:
        """The lesson that the session belongs to."""
        return next((lesson for lesson in self.lessons if lesson.name == self.here), None)

    @property
    def score(self) -> float:
        """Points so far over the course, from checks."""
        return round(sum(lesson.score for lesson in self.lessons), 2)

    @property
    def points(self) -> float:
        """Points that the checks of the course can give."""
        return sum(lesson.points for lesson in self.lessons)

    def headline(self) -> str:
        """One line that says how it stands."""
        if not self.lessons:
            return "Nothing was checked yet, and no lessons were found here."
        course = f"the course {self.score:g} of {self.points:g}"
        if self.this is None:
            return f"Points so far: {course}."
        return f"Points so far: this lesson {self.this.score:g} of {self.this.points:g}, {course}."

    def __repr__(self) -> str:
        lines = [self.headline()]
        if self.this:
            width = max((len(part.name) for part in self.this.parts), default=0)
            lines += ["", self.this.name]
            lines += [f"  {p.name:{width}}  {_earned(p):>12}  {p.says}" for p in self.this.parts]
        if len(self.lessons) > 1 or not self.this:
            width = max((len(lesson.name) for lesson in self.lessons), default=0)
            lines += ["", "the course"] if self.lessons else []
            lines += [
                f"  {w.name:{width}}  {_sum(w):>12}  {w.next_step or 'done'}" for w in self.lessons
            ]
        return "\n".join([*lines, "", *self.unread, COUNTED])

    def _repr_html_(self) -> str:
        body = [heading(f"<strong>{prose(self.headline())}</strong>")]
        if self.this:
            rows = [[code(p.name), _earned(p), prose(p.says)] for p in self.this.parts]
            body.append(table("This lesson", ("in this lesson", "points", "state"), rows, SIZES))
        if len(self.lessons) > 1:
            rows = [[code(w.name), _sum(w), prose(w.next_step or "done")] for w in self.lessons]
            body.append(table("The course", ("lesson", "points", "next step"), rows, SIZES))
        for line in (*self.unread, COUNTED):
            body.append(f"<p style='margin:6px 0 0'>{prose(line)}</p>")
        accent = GOOD if self.lessons and self.score == self.points else PARTLY
        return section("Progress", accent, *body)


def progress() -> Progress:
    """Show the points so far: in the lesson that this notebook is, and over the course.

    Returns
    -------
    Progress
        From the checks that ran in this session and, for everything else, from the notebooks as
        they were last saved. No code is run for it.
    """
    folder = Path.cwd()
    is_lesson = (folder / f"{folder.name}.ipynb").is_file()
    found = read_progress(folder.parent if is_lesson else folder)
    return with_session(found, folder.name if is_lesson else "", latest_reports())


def read_progress(folder: Path) -> Progress:
    """Read from the saved notebooks of a student's folder how far the work is.

    Parameters
    ----------
    folder
        The folder with a folder for each lesson.

    Returns
    -------
    Progress
        With a sentence in `unread` for each notebook that could not be read.
    """
    lessons, unread = [], []
    for path in lesson_notebooks(folder):
        try:
            lessons.append(lesson_work(path.parent.name, read_notebook(path)))
        except WorkError as error:
            unread.append(str(error))
    graded = tuple(lesson for lesson in lessons if lesson.parts)
    return Progress(graded, unread=tuple(unread))


def lesson_notebooks(folder: Path) -> list[Path]:
    """List the notebooks of a student's folder, ``NAME/NAME.ipynb``, in the order of lessons."""
    try:
        inside = sorted(path for path in folder.iterdir() if path.is_dir())
    except OSError:
        return []
    return [path for f in inside if (path := f / f"{f.name}.ipynb").is_file()]


def with_session(found: Progress, here: str, reports: Mapping[str, Report]) -> Progress:
    """Let what was checked in this session stand in place of what was saved."""
    lessons = [replace(w, parts=tuple(_updated(w.parts, reports))) for w in found.lessons]
    known = {part.name for lesson in lessons for part in lesson.parts}
    loose = tuple(
        _from_report(Part(name, report.points, "unchecked"), report)
        for name, report in reports.items()
        if name not in known and report.points
    )
    if loose:  # a copy under another name, or a notebook outside the folder of lessons
        lessons.append(LessonWork("this session", loose))
    return Progress(tuple(lessons), here or ("this session" if loose else ""), found.unread)


def _updated(parts: Iterable[Part], reports: Mapping[str, Report]) -> Iterable[Part]:
    for part in parts:
        yield _from_report(part, reports[part.name]) if part.name in reports else part


def _from_report(part: Part, report: Report) -> Part:
    if report.untouched:
        return replace(part, state="untouched", score=0.0)
    if report.source and report.source != executed_source(part.name):
        return replace(part, state="stale", score=0.0)
    return replace(part, state="checked", score=report.score)


def _earned(part: Part) -> str:
    score = "–" if part.is_written else f"{part.score:g}"
    return f"{score} of {part.points:g}"


def _sum(lesson: LessonWork) -> str:
    return f"{lesson.score:g} of {lesson.points:g}"
