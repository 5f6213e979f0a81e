"""What a check shows: as text the score, which nbgrader reads; as HTML the explanation."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import Any

from autograder.engine.compare import BARE_DIFFERENCES
from autograder.engine.markup import (
    BAD,
    CASES,
    COLOURS,
    GOOD,
    PARTLY,
    SIGNS,
    badge,
    code,
    heading,
    prose,
    section,
    table,
)
from autograder.engine.misconception import Misconception
from autograder.engine.plain import shorten
from autograder.engine.question import Answer, Case

# What a student's saved notebook says to `progress`; the grader never reads it.
CHECK_MIME = "application/vnd.imbalance-lessons.check+json"


@dataclass(frozen=True)
class Finding:
    """One case, judged.

    `credit` is its share of the marks, from 0 to 1. `reveal` says whether the expected answer may
    be shown: not where it is the solution itself, such as the letter of a quick check; and
    `one_of_several`, whether other answers would be right as well.
    """

    case: Case
    answer: Answer
    expected: Any
    credit: float
    message: str = ""
    reveal: bool = True
    one_of_several: bool = False

    @property
    def wanted(self) -> str:
        """The expected answer as a report shows it."""
        return f"{'such as ' if self.one_of_several else ''}{shorten(self.expected)}"

    @property
    def mark(self) -> str:
        """A word, so that the colour is not the only sign."""
        return "right" if self.credit == 1 else "partly" if self.credit > 0 else "wrong"

    @property
    def says_more(self) -> bool:
        """Whether the message tells more than what was expected and what came, side by side."""
        return bool(self.message) and not (self.reveal and self.message in BARE_DIFFERENCES)


@dataclass(frozen=True)
class Report:
    """The outcome of one check.

    ``repr`` is the score alone, a float that nbgrader takes as partial credit; a notebook shows
    the HTML form; ``print`` gives the same explanation as text. `source` is a digest of the code
    that was checked, where it is known: it tells later whether the code has changed since.
    """

    exercise: str
    points: float
    findings: tuple[Finding, ...] = ()
    misconception: Misconception | None = None
    praise: str = ""
    problem: str = ""
    source: str = ""

    @property
    def score(self) -> float:
        """Points earned, which are the exercise's points times the mean credit of its cases."""
        if not self.findings:
            return 0.0
        credit = sum(finding.credit for finding in self.findings) / len(self.findings)
        return round(self.points * credit, 2)

    @property
    def untouched(self) -> bool:
        """Whether the exercise was not started."""
        return bool(self.findings) and all(f.answer.outcome == "untouched" for f in self.findings)

    @property
    def public(self) -> list[Finding]:
        """What the student may see in full."""
        return [finding for finding in self.findings if finding.case.public]

    @property
    def drawn(self) -> list[Finding]:
        """Cases that were drawn for this submission, to be shown without their values."""
        return [finding for finding in self.findings if not finding.case.public]

    def headline(self) -> str:
        """One sentence that says how it stands."""
        if self.problem:
            return self.problem
        if self.untouched:
            return "Not solved yet. Replace `raise NotImplementedError()` or `None` by your answer."
        right = sum(f.credit == 1 for f in self.findings)
        total = len(self.findings)
        if right < total:
            return f"{right} of {total} cases right." if total > 1 else "Not right yet."
        return "All cases right." if self.drawn else "Visible checks passed."

    def __repr__(self) -> str:
        return repr(self.score)

    def __str__(self) -> str:
        lines = [f"{self.exercise}: {self._points()}. {self.headline()}"]
        lines += [f"  {line}" for line in self._advice()]
        for finding in self.public:
            if self.untouched:
                break
            lines.append(f"  {finding.mark:6} {call_text(self.exercise, finding.case)}")
            if finding.credit < 1 and finding.answer.outcome == "value":
                expected = f"expected {finding.wanted}, " if finding.reveal else ""
                lines.append(f"         {expected}got {_got(finding)}")
            if finding.says_more:
                lines.append(f"         {finding.message}")
        lines += [f"  {line}" for line in [*self._drawn_lines(), *self._output()]]
        return "\n".join(lines)

    def _points(self) -> str:
        return f"{self.score:g} of {self.points:g} point{'s' if self.points != 1 else ''}"

    def _drawn_lines(self) -> list[str]:
        if self.untouched or not self.drawn:
            return []
        right = sum(f.credit == 1 for f in self.drawn)
        lines = [f"{right} of {len(self.drawn)} cases drawn for this submission are right."]
        labels: dict[str, list[str]] = {}
        for finding in self.drawn:
            if finding.credit < 1:
                labels.setdefault(_without_values(finding), []).append(finding.case.label)
        return lines + [f"{'; '.join(where)}: {message}" for message, where in labels.items()]

    def _advice(self) -> list[str]:
        if self.misconception:
            what = "code" if all(finding.reveal for finding in self.findings) else "answer"
            return [
                f"It looks as if your {what} {self.misconception.name}.",
                self.misconception.hint,
            ]
        if self.praise and self.findings and all(f.credit == 1 for f in self.findings):
            return [self.praise]
        return []

    def _output(self) -> list[str]:
        output = next((f.answer.output for f in self.public if f.answer.output), "")
        if not output:
            return []
        return [f"While it ran, your code wrote (no points lost): {shorten(output, 300)}"]

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        """Add to what a notebook saves which code was checked, and the score."""
        names = ("exercise", "points", "score", "source")
        return {CHECK_MIME: {name: getattr(self, name) for name in names}}

    def _repr_html_(self) -> str:
        ratio = self.score / self.points if self.points else 1.0
        accent = GOOD if ratio == 1 else BAD if ratio == 0 else PARTLY
        body = [heading(f"{badge(self._points(), accent)} {prose(self.headline())}")]
        if advice := self._advice():
            body.append(f"<p style='margin:6px 0 0'><strong>{prose(advice[0])}</strong></p>")
            body += [f"<p style='margin:2px 0 0'>{prose(line)}</p>" for line in advice[1:]]
        if not self.untouched and self.public:
            body += self._cases()
        body += [f"<p style='margin:4px 0 0'>{prose(line)}</p>" for line in self._drawn_lines()]
        if output := self._output():
            body.append(f"<p style='margin:4px 0 0;white-space:pre-wrap'>{escape(output[0])}</p>")
        return section(f"Check of {self.exercise}", accent, *body)

    def _cases(self) -> list[str]:
        """Show what is not right yet; what is right is folded away."""
        todo = [f for f in self.public if f.credit < 1 or f.says_more]
        done = [f for f in self.public if not (f.credit < 1 or f.says_more)]
        parts = [self._table(todo, f"Cases of {self.exercise} to look at")] if todo else []
        if done:
            count = f"{len(done)} visible case{'s' if len(done) != 1 else ''}"
            parts.append(
                f"<details style='margin:6px 0 0'><summary style='cursor:pointer'>"
                f"{badge('✓ right', GOOD)} {count}</summary>"
                f"{self._table(done, f'Cases of {self.exercise} that are right')}</details>"
            )
        return parts

    def _table(self, findings: list[Finding], caption: str) -> str:
        rows: list[list[str]] = []
        said = ""
        for finding in findings:
            rows.append(self._row(finding))
            if finding.says_more and finding.message != said:  # once for all that say the same
                rows.append(["", prose(finding.message)])
            said = finding.message
        return table(caption, ("result", "asked", "expected", "got"), rows, CASES)

    def _row(self, finding: Finding) -> list[str]:
        mark = finding.mark
        return [
            badge(f"{SIGNS[mark]} {mark}", COLOURS[mark]),
            code(call_text(self.exercise, finding.case)),
            code(finding.wanted) if finding.reveal else "(not shown)",
            code(_got(finding)),
        ]


def call_text(name: str, case: Case) -> str:
    """Write a case as the call it makes: ``imbalance_ratio([0, 0, 1], num_classes=3)``."""
    if case.shown:
        return case.shown
    inputs = [
        f"tensor({shorten(value)})" if key in case.tensors else shorten(value)
        for key, value in case.inputs.items()
    ]
    options = [f"{key}={shorten(value)}" for key, value in case.options.items()]
    arguments = ", ".join(inputs + options)
    return f"{name}({arguments})" if arguments else case.label


def _got(finding: Finding) -> str:
    if finding.answer.outcome == "value":
        return shorten(finding.answer.value)
    return finding.answer.error or "no answer"


def _without_values(finding: Finding) -> str:
    """Keep an exception's text back: it may quote the case."""
    if finding.answer.outcome == "raised":
        return f"It raised {finding.answer.error}."
    return finding.message
