"""What a report keeps for statistics: how each case went, without any of its values.

The grader writes it beside the report's two other forms; the class report reads it. Whoever sees it
learns nothing about a drawn case but its label and how the answer fared.
"""

from __future__ import annotations

import typing
from dataclasses import asdict, dataclass
from typing import Any

from autograder.engine.question import Outcome
from autograder.engine.report import Report

REPORT_MIME = "application/vnd.imbalance-lessons.report+json"


@dataclass(frozen=True)
class CaseRecord:
    """How one case went.

    Attributes
    ----------
    label
        What the case is, in plain words.
    public
        Whether students see it in their notebook; the others are drawn in grading.
    credit
        Its share of the marks, from 0 to 1.
    outcome
        As in `autograder.engine.question.Answer`: ``value``, ``raised``, ``untouched`` or
        ``unfinished``.
    error
        The exception's type, where one was raised.
    """

    label: str
    public: bool
    credit: float
    outcome: Outcome
    error: str = ""


@dataclass(frozen=True)
class Record:
    """How one exercise of one submission went.

    `problem` says why there was no answer to judge; `misconception` and `hint` are what the student
    was told, empty where no known mistake was found.
    """

    exercise: str
    points: float
    score: float
    cases: tuple[CaseRecord, ...] = ()
    problem: str = ""
    misconception: str = ""
    hint: str = ""

    @property
    def untouched(self) -> bool:
        """Whether the exercise was not started."""
        return bool(self.cases) and all(case.outcome == "untouched" for case in self.cases)

    def to_json(self) -> dict[str, Any]:
        """Give the record as what `json.dumps` accepts."""
        return {**asdict(self), "cases": [asdict(case) for case in self.cases]}

    @classmethod
    def from_json(cls, data: Any) -> Record:
        """Read a record back.

        Raises
        ------
        ValueError
            If `data` is not a record.
        """
        try:
            cases = tuple(_case(case) for case in data["cases"])
            return cls(
                exercise=str(data["exercise"]),
                points=float(data["points"]),
                score=float(data["score"]),
                cases=cases,
                problem=str(data["problem"]),
                misconception=str(data["misconception"]),
                hint=str(data["hint"]),
            )
        except (TypeError, KeyError) as error:
            raise ValueError(f"data: expected a report's record, got another ({error})") from None


def record(report: Report) -> Record:
    """Take from a report what statistics need.

    Parameters
    ----------
    report
        A report of the grader, or of a student's own notebook.

    Returns
    -------
    Record
        Neither the cases' arguments nor expected or given answers are in it.
    """
    return Record(
        exercise=report.exercise,
        points=report.points,
        score=report.score,
        cases=tuple(
            CaseRecord(
                label=finding.case.label,
                public=finding.case.public,
                credit=finding.credit,
                outcome=finding.answer.outcome,
                error=finding.answer.error,
            )
            for finding in report.findings
        ),
        problem=report.problem,
        misconception=report.misconception.name if report.misconception else "",
        hint=report.misconception.hint if report.misconception else "",
    )


def _case(data: Any) -> CaseRecord:
    outcome = data["outcome"]
    if outcome not in typing.get_args(Outcome):
        raise ValueError(f"outcome: expected one of {typing.get_args(Outcome)}, got {outcome!r}")
    return CaseRecord(
        label=str(data["label"]),
        public=bool(data["public"]),
        credit=float(data["credit"]),
        outcome=outcome,
        error=str(data["error"]),
    )
