"""What the class report shows, as data: lessons, exercises, cases, mistakes and students."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from statistics import median

from autograder.grading.gradebook import Submission
from autograder.grading.log import Graded
from autograder.reports.facts import Student
from autograder.reports.lookalikes import Comparison, Pair

TENTHS = 10
# How an exercise went, from best to worst.
FATES = ("full", "partly", "wrong", "stopped", "untouched")


@dataclass(frozen=True)
class CaseSummary:
    """How one case of an exercise went in the class: a count for each outcome."""

    label: str
    public: bool
    right: int = 0
    partly: int = 0
    wrong: int = 0
    stopped: int = 0
    untouched: int = 0

    @property
    def asked(self) -> int:
        """How many answers there were to it."""
        return self.right + self.partly + self.wrong + self.stopped + self.untouched


@dataclass(frozen=True)
class Mistake:
    """A known mistake, and who made it."""

    lesson: str
    exercise: str
    name: str
    hint: str
    students: tuple[str, ...]


@dataclass(frozen=True)
class ExerciseSummary:
    """How one exercise went in the class.

    Attributes
    ----------
    fates
        How many students: full marks, some, none although it ran, none because it stopped with an
        error or did not end, not started.
    mean
        The mean share of the points, from 0 to 1.
    cases
        Case by case; empty where no notebook has the grader's records.
    without_cases
        How many submissions have no record, and are in `fates` by their points alone.
    """

    lesson: str
    name: str
    points: float
    fates: Mapping[str, int]
    mean: float
    cases: tuple[CaseSummary, ...] = ()
    mistakes: tuple[Mistake, ...] = ()
    without_cases: int = 0
    comparison: Comparison = field(default_factory=Comparison)

    @property
    def answered(self) -> int:
        """How many submissions there are."""
        return sum(self.fates.values())


@dataclass(frozen=True)
class LessonSummary:
    """How one lesson went in the class."""

    name: str
    title: str
    max_score: float
    scores: tuple[float, ...]
    missing: tuple[str, ...]
    ungraded: tuple[str, ...]
    waiting: int
    seconds: tuple[float, ...]
    exercises: tuple[ExerciseSummary, ...]

    @property
    def median(self) -> float | None:
        """The middle score; None if nothing is graded."""
        return median(self.scores) if self.scores else None

    @property
    def tenths(self) -> list[int]:
        """How many scores lie in each tenth of the points; full marks count in the last."""
        counts = Counter(tenth(score, self.max_score) for score in self.scores)
        return [counts[place] for place in range(TENTHS)]

    @property
    def short(self) -> str:
        """The lesson's number, or its name if that does not begin with one."""
        number = self.name.partition("_")[0]
        return number if number.isdigit() else self.name


@dataclass(frozen=True)
class Concern:
    """What to talk with one student about; lessons and exercises by name."""

    student: str
    missing: tuple[str, ...] = ()
    blank: tuple[str, ...] = ()
    stopped: tuple[tuple[str, str, str], ...] = ()
    low: tuple[str, ...] = ()

    @property
    def weight(self) -> int:
        """How much there is, to sort by: a lesson that is missing or blank counts double."""
        stumbled = {lesson for lesson, _, _ in self.stopped} | set(self.low)
        return 2 * len(self.missing) + 2 * len(self.blank) + len(stumbled)


@dataclass(frozen=True)
class Waiting:
    """An answer that a person has to mark; `again` if a regrade asks to look at it once more."""

    student: str
    lesson: str
    cell: str
    points: float
    again: bool

    @property
    def place(self) -> tuple[str, str]:
        """Lesson and cell, to group by."""
        return self.lesson, self.cell


@dataclass(frozen=True)
class Overview:
    """All that the class report shows."""

    students: tuple[Student, ...]
    lessons: tuple[LessonSummary, ...]
    submissions: Mapping[tuple[str, str], Submission]
    concerns: tuple[Concern, ...]
    waiting: tuple[Waiting, ...]
    pairs: tuple[Pair, ...]
    log: Mapping[tuple[str, str], Graded]

    @property
    def exercises(self) -> list[ExerciseSummary]:
        """The exercises of all lessons."""
        return [exercise for lesson in self.lessons for exercise in lesson.exercises]

    @property
    def mistakes(self) -> list[Mistake]:
        """All known mistakes that were made, the most frequent first."""
        found = [mistake for exercise in self.exercises for mistake in exercise.mistakes]
        return sorted(found, key=lambda mistake: -len(mistake.students))

    @property
    def remarks(self) -> list[Graded]:
        """What grading had to say: the entries of its log with a note or without a mark."""
        told = [entry for entry in self.log.values() if entry.notes or entry.failed]
        return sorted(told, key=lambda entry: (entry.lesson, entry.student))

    @property
    def matrix(self) -> list[tuple[Student, list[str], float]]:
        """A row a student: its cells, a lesson each, and the sum of the points."""
        ungraded = {(who, lesson.name) for lesson in self.lessons for who in lesson.ungraded}
        rows = []
        for student in self.students:
            places = [(student.id, lesson.name) for lesson in self.lessons]
            found = [self.submissions.get(place) for place in places]
            cells = [
                _cell(submission, place in ungraded)
                for submission, place in zip(found, places, strict=True)
            ]
            rows.append((student, cells, sum(s.score for s in found if s is not None)))
        return rows


def tenth(score: float, max_score: float) -> int:
    """Say in which tenth of the points a score lies, from 0 to 9."""
    share = score / max_score if max_score else 1.0
    return min(max(int(TENTHS * share + 1e-9), 0), TENTHS - 1)


def _cell(submission: Submission | None, ungraded: bool) -> str:
    if submission is None:
        return "…" if ungraded else "–"
    return f"{round(submission.score, 2):g}{'*' if submission.waiting else ''}"
