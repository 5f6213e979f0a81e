"""The half of an exercise that never meets student code: it judges plain answers."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from autograder.engine.compare import ATOL, RTOL, mismatch, note
from autograder.engine.errors import advice_on
from autograder.engine.misconception import Misconception
from autograder.engine.question import Answer, Case, Question, ask
from autograder.engine.report import Finding, Report

__all__ = ["Judge", "Misconception"]

MUTATION_CREDIT = 0.5


@dataclass(frozen=True)
class Judge:
    """What is right for one exercise, and what is known to go wrong.

    Attributes
    ----------
    name
        The exercise, as its question names it.
    expected
        The oracle: takes a case's arguments, returns the right answer. Not the reference solution,
        so that a mistake in one of the two shows.
    misconceptions
        Known mistakes, the most telling first.
    praise
        One sentence that a student sees once all visible cases are right.
    rtol, atol
        Tolerances for numbers.
    remarks
        Whether to remark on a tensor that came in place of a number: not where it should be one,
        as of a loss.
    reading
        What of an answer counts, where several answers are right: takes an answer and the case's
        arguments. An answer is right if it equals the expected one, or its reading equals that
        one's reading: of a threshold, say, the F1 that it reaches.
    """

    name: str
    expected: Callable[..., Any]
    misconceptions: Sequence[Misconception]
    praise: str = ""
    rtol: float = RTOL
    atol: float = ATOL
    remarks: bool = True
    reading: Callable[..., Any] | None = None

    def report(
        self, question: Question, cases: Sequence[Case], answers: Sequence[Answer]
    ) -> Report:
        """Judge the answers to a question's cases.

        Parameters
        ----------
        question
            The question that was asked.
        cases
            The cases in the order in which they were asked.
        answers
            One answer a case.

        Returns
        -------
        Report
            Points and findings, with the misconception that explains most of what is wrong.

        Raises
        ------
        ValueError
            If there is not one answer for each case.
        """
        if len(cases) != len(answers):
            raise ValueError(f"answers: expected {len(cases)}, one a case, got {len(answers)}")
        findings = [self.finding(question, c, a) for c, a in zip(cases, answers, strict=True)]
        return Report(
            exercise=self.name,
            points=question.points,
            findings=tuple(findings),
            misconception=self._explanation(question, cases, answers, findings),
            praise=self.praise,
        )

    def finding(self, question: Question, case: Case, answer: Answer) -> Finding:
        """Judge one answer."""
        inputs, options = dict(case.inputs), dict(case.options)
        expected = self.expected(*inputs.values(), **options)
        message = self._problem(expected, answer, case)
        credit = 0.0 if message else 1.0
        remark = "" if message else self._remark(expected, answer)
        if answer.changed and not message:
            credit = MUTATION_CREDIT
            message = (
                f"The answer is right, but your function changed its argument "
                f"`{answer.changed[0]}`, which belongs to the caller. Work on a copy."
            )
        return Finding(
            case=case,
            answer=answer,
            expected=expected,
            credit=credit,
            message=message or remark,
            reveal=question.reveals,
            one_of_several=self.reading is not None,
        )

    def _problem(self, expected: Any, answer: Answer, case: Case) -> str:
        """Say why an answer gets no points; empty if it gets some."""
        return _unanswered(answer) or self._mismatch(expected, answer.value, case) or ""

    def _remark(self, expected: Any, answer: Answer) -> str:
        return note(expected, answer.value, answer.type_name) if self.remarks else ""

    def _mismatch(self, expected: Any, got: Any, case: Case) -> str | None:
        message = mismatch(expected, got, self.rtol, self.atol)
        if message is None or self.reading is None:
            return message
        read = self._read(got, case)
        if read is None:
            return message
        return mismatch(self._read(expected, case), read, self.rtol, self.atol)

    def _read(self, value: Any, case: Case) -> Any:
        """Give what counts of an answer, None if it cannot be read."""
        try:
            return self.reading and self.reading(value, *case.inputs.values(), **dict(case.options))
        except Exception:  # an answer of any form may come
            return None

    def _explanation(
        self,
        question: Question,
        cases: Sequence[Case],
        answers: Sequence[Answer],
        findings: Sequence[Finding],
    ) -> Misconception | None:
        """Find the misconception whose answers equal the student's where the student is wrong.

        One mistake may raise errors of one type with several texts, as lists and arrays do. Such
        errors count as equal only where both lose points in the same cases.
        """
        wrong = [i for i, finding in enumerate(findings) if finding.credit < 1]
        if not wrong or all(answers[i].outcome == "untouched" for i in wrong):
            return None
        read = [self._read(a.value, case) for case, a in zip(cases, answers, strict=True)]
        best, best_rank = None, (len(wrong) / 2, -1, -1)
        for misconception in self.misconceptions:
            theirs = _ask_mistake(question, misconception.submission, cases)
            both = list(zip(theirs, answers, strict=True))
            exact = [self._same(one, other) for one, other in both]
            loose = [same and _only_in_type(*pair) for same, pair in zip(exact, both, strict=True)]
            if any(loose) and self._wrong_in(findings, theirs) != wrong:
                exact = [same and not by_type for same, by_type in zip(exact, loose, strict=True)]
            alike = [
                exact[i] or self._reads_alike(cases[i], *both[i], read[i])
                for i in range(len(cases))
            ]
            rank = (sum(alike[i] for i in wrong), sum(exact[i] for i in wrong), sum(alike))
            # Explains at least half of what is wrong, and more than any other before it.
            if rank[0] >= best_rank[0] and rank > best_rank:
                best, best_rank = misconception, rank
        return best

    def _wrong_in(self, findings: Sequence[Finding], answers: Sequence[Answer]) -> list[int]:
        """List the cases in which others' answers to what was asked here would lose points."""
        return [
            i
            for i, (asked, answer) in enumerate(zip(findings, answers, strict=True))
            if answer.changed or self._problem(asked.expected, answer, asked.case)
        ]

    def _reads_alike(self, case: Case, one: Answer, other: Answer, read_other: Any) -> bool:
        if (one.outcome, one.changed) != ("value", other.changed) or other.outcome != "value":
            return False
        read = None if read_other is None else self._read(one.value, case)
        return read is not None and mismatch(read, read_other, self.rtol, self.atol) is None

    def _same(self, one: Answer, other: Answer) -> bool:
        if (one.outcome, one.error, one.changed) != (other.outcome, other.error, other.changed):
            return False
        if one.outcome != "value" or (one.value is None and other.value is None):
            return True
        try:
            return mismatch(one.value, other.value, self.rtol, self.atol) is None
        except (TypeError, ValueError):  # one of them is not a number, string or array
            return repr(one.value) == repr(other.value)


NUMBER = re.compile(r"-?\d+(?:\.\d+)?")


def _only_in_type(one: Answer, other: Answer) -> bool:
    """Tell whether two errors of one type say different things; their numbers may differ."""
    texts = {NUMBER.sub("#", answer.message) for answer in (one, other)}
    return one.outcome == "raised" and len(texts) == 2


# Answers to public cases, with what they belong to: so no identity is that of another object.
_known: dict[tuple[int, ...], tuple[list[Answer], Any]] = {}


def _ask_mistake(question: Question, submission: Any, cases: Sequence[Case]) -> list[Answer]:
    """Ask a known mistake; the public cases, which are the same for everybody, only once."""
    import torch  # noqa: F401 - now: a deadline that cuts this import short spoils the process

    public = [case for case in cases if case.public]
    key = id(question), id(submission), *map(id, public)
    if key not in _known:
        _known[key] = ask(question, submission, public), (question, submission, public)
    drawn = iter(ask(question, submission, [case for case in cases if not case.public]))
    known = iter(_known[key][0])
    return [next(known if case.public else drawn) for case in cases]


def _unanswered(answer: Answer) -> str:
    """Say why there is no value to compare; empty if there is one."""
    if answer.outcome == "untouched":
        return "Not solved yet."
    if answer.outcome == "unfinished":
        return f"It was still running after {answer.message}. Is there a loop that never ends?"
    if answer.outcome == "raised":
        where = f", at `{answer.line}`" if answer.line else ""
        detail = f": {answer.message}" if answer.message else ""
        sentence = f"It raised {answer.error}{detail}{where}"
        stop = "" if sentence.endswith((".", "?", "!")) else "."
        return f"{sentence}{stop} {advice_on(answer.message)}".rstrip()
    return ""
