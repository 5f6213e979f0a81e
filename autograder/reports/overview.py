"""What an instructor wants to know of a class, worked out from gradebook and notebooks."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence

from autograder.engine.marks import CHECK_PREFIX
from autograder.engine.record import CaseRecord, Record
from autograder.grading.gradebook import CellMark, Submission
from autograder.grading.log import Graded
from autograder.reports.facts import ClassFacts, LessonFacts, Student
from autograder.reports.lookalikes import compare_answers, repeated_pairs
from autograder.reports.outcomes import LessonSource, Outcome
from autograder.reports.summaries import (
    FATES,
    CaseSummary,
    Concern,
    ExerciseSummary,
    LessonSummary,
    Mistake,
    Overview,
    Waiting,
)

LOW = 0.5  # below this share of what can be had from checks somebody is having a hard time


def overview(
    facts: ClassFacts,
    outcomes: Mapping[tuple[str, str], Outcome],
    sources: Mapping[str, LessonSource],
    log: Mapping[tuple[str, str], Graded],
) -> Overview:
    """Work out what the class report shows.

    Parameters
    ----------
    facts
        Roster, lessons and marks.
    outcomes
        What the graded notebooks say, by student and lesson.
    sources
        The lessons' own notebooks, by lesson.
    log
        The last grading of each submission; may be empty.

    Returns
    -------
    Overview
        Without figures or prose.
    """
    lessons = tuple(_lesson(facts, lesson, outcomes, sources, log) for lesson in facts.lessons)
    comparisons = {e.name: e.comparison for lesson in lessons for e in lesson.exercises}
    names = {lesson.name for lesson in facts.lessons}
    return Overview(
        students=facts.students,
        lessons=lessons,
        submissions=facts.submissions,
        concerns=_concerns(facts, outcomes),
        waiting=tuple(_waiting(facts)),
        pairs=tuple(repeated_pairs(comparisons)),
        log={key: entry for key, entry in log.items() if key[1] in names},
    )


def fate(mark: CellMark, record: Record | None) -> str:
    """Say in a word how an exercise went for a student: one of `FATES`."""
    if mark.score >= mark.max_score:
        return "full"
    if mark.score > 0:
        return "partly"
    if record is None:
        return "wrong"
    if record.untouched:
        return "untouched"
    return "stopped" if problem_of(record) else "wrong"


def problem_of(record: Record) -> str:
    """Say what stopped an exercise, if nothing of it gave a value; else an empty string."""
    if record.problem:
        # What IPython calls a cell says nothing to anybody.
        return re.sub(r"<ipython-input-[^>]*>, ", "", record.problem)
    if record.cases and all(case.outcome in ("raised", "unfinished") for case in record.cases):
        kinds = Counter(case.error or "no end" for case in record.cases)
        return f"Every case stopped with {kinds.most_common(1)[0][0]}."
    return ""


def _lesson(
    facts: ClassFacts,
    lesson: LessonFacts,
    outcomes: Mapping[tuple[str, str], Outcome],
    sources: Mapping[str, LessonSource],
    log: Mapping[tuple[str, str], Graded],
) -> LessonSummary:
    submissions = facts.of_lesson(lesson.name)
    source = sources[lesson.name]
    checked = {m.name.removeprefix(CHECK_PREFIX) for s in submissions for m in s.automatic}
    known = [name for name in source.exercises if name in checked]
    names = [*known, *sorted(checked - set(known))]
    return LessonSummary(
        name=lesson.name,
        title=source.title,
        max_score=lesson.max_score,
        scores=tuple(submission.score for submission in submissions),
        missing=tuple(student.id for student in facts.missing(lesson.name)),
        ungraded=tuple(sorted(who for who, name in facts.ungraded if name == lesson.name)),
        waiting=sum(bool(submission.waiting) for submission in submissions),
        seconds=tuple(entry.seconds for (_, name), entry in log.items() if name == lesson.name),
        exercises=tuple(
            _exercise(name, lesson, submissions, outcomes, source.solutions.get(name, ""))
            for name in names
        ),
    )


def _exercise(
    name: str,
    lesson: LessonFacts,
    submissions: Sequence[Submission],
    outcomes: Mapping[tuple[str, str], Outcome],
    solution: str,
) -> ExerciseSummary:
    marks = {
        submission.student: mark
        for submission in submissions
        for mark in submission.automatic
        if mark.name.removeprefix(CHECK_PREFIX) == name
    }
    outcome = {who: outcomes.get((who, lesson.name), Outcome()) for who in marks}
    records = {who: found.records[name] for who, found in outcome.items() if name in found.records}
    answers = {who: found.answers[name] for who, found in outcome.items() if name in found.answers}
    fates = Counter(fate(mark, records.get(who)) for who, mark in marks.items())
    points = max((mark.max_score for mark in marks.values()), default=0.0)
    earned = sum(mark.score for mark in marks.values())
    return ExerciseSummary(
        lesson=lesson.name,
        name=name,
        points=points,
        fates={kind: fates[kind] for kind in FATES},
        mean=earned / (points * len(marks)) if points and marks else 0.0,
        cases=_cases(records.values()),
        mistakes=_mistakes(lesson.name, name, records),
        without_cases=len(marks) - len(records),
        comparison=compare_answers(answers, lesson.stubs.get(name, ""), solution),
    )


def _cases(records: Iterable[Record]) -> tuple[CaseSummary, ...]:
    """Add cases up by their place: the public ones come first, and draws keep their order."""
    found: dict[tuple[int, str, bool], Counter[str]] = defaultdict(Counter)
    for record in records:
        for place, case in enumerate(record.cases):
            found[place, case.label, case.public][_case_fate(case)] += 1
    return tuple(
        CaseSummary(label, public, **counts) for (_, label, public), counts in sorted(found.items())
    )


def _case_fate(case: CaseRecord) -> str:
    if case.outcome == "untouched":
        return "untouched"
    if case.outcome != "value":
        return "stopped"
    return "right" if case.credit == 1 else "partly" if case.credit > 0 else "wrong"


def _mistakes(lesson: str, exercise: str, records: Mapping[str, Record]) -> tuple[Mistake, ...]:
    found: dict[tuple[str, str], list[str]] = defaultdict(list)
    for who, record in records.items():
        if record.misconception:
            found[record.misconception, record.hint].append(who)
    ordered = sorted(found.items(), key=lambda item: -len(item[1]))
    return tuple(Mistake(lesson, exercise, *key, tuple(who)) for key, who in ordered)


def _concerns(
    facts: ClassFacts, outcomes: Mapping[tuple[str, str], Outcome]
) -> tuple[Concern, ...]:
    found = [_concern(student, facts, outcomes) for student in facts.students]
    return tuple(sorted((c for c in found if c.weight), key=lambda concern: -concern.weight))


def _concern(
    student: Student, facts: ClassFacts, outcomes: Mapping[tuple[str, str], Outcome]
) -> Concern:
    missing, blank, low, stopped = [], [], [], []
    for lesson in (lesson.name for lesson in facts.lessons):
        submission = facts.submissions.get((student.id, lesson))
        if submission is None:
            if (student.id, lesson) not in facts.ungraded:
                missing.append(lesson)
            continue
        records = outcomes.get((student.id, lesson), Outcome()).records
        problems = [(lesson, name, problem_of(record)) for name, record in records.items()]
        stopped += [entry for entry in problems if entry[2]]
        if records and all(record.untouched for record in records.values()):
            blank.append(lesson)
        elif _share(submission.automatic) < LOW:
            low.append(lesson)
    return Concern(student.id, tuple(missing), tuple(blank), tuple(stopped), tuple(low))


def _share(marks: Sequence[CellMark]) -> float:
    """Tell the share of what can be had, late penalties aside; 1 where there is nothing to have."""
    most = sum(mark.max_score for mark in marks)
    return sum(mark.score for mark in marks) / most if most else 1.0


def _waiting(facts: ClassFacts) -> list[Waiting]:
    return [
        Waiting(
            student=submission.student,
            lesson=lesson.name,
            cell=mark.name,
            points=mark.max_score,
            again=not mark.written or mark.score > 0,
        )
        for lesson in facts.lessons
        for submission in facts.of_lesson(lesson.name)
        for mark in submission.waiting
    ]
