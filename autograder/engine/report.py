"""What a check shows: as text the score, which nbgrader reads; as HTML the explanation."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import Any

from autograder.engine.compare import BARE_DIFFERENCES
from autograder.engine.misconception import Misconception
from autograder.engine.plain import shorten
from autograder.engine.question import Answer, Case

# JupyterLab's own colours where there are any, so that both themes are served; elsewhere (feedback
# pages) the fallbacks, which keep a contrast above 4.5:1 on white.
STYLE = (
    "font-family:var(--jp-ui-font-family,system-ui,sans-serif);font-size:14px;line-height:1.5;"
    "color:var(--jp-ui-font-color1,#212121);border-left:4px solid {accent};"
    "padding:4px 0 4px 12px;margin:4px 0;max-width:60em"
)
GOOD = "var(--jp-success-color1,#1b7f4d)"
PARTLY = "var(--jp-warn-color1,#b25900)"
BAD = "var(--jp-error-color1,#b3261e)"
CELL = "padding:2px 12px 2px 0;vertical-align:top;text-align:left"


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
    the HTML form; ``print`` gives the same explanation as text.
    """

    exercise: str
    points: float
    findings: tuple[Finding, ...] = ()
    misconception: Misconception | None = None
    praise: str = ""
    problem: str = ""

    @property
    def score(self) -> float:
        """Points earned: the exercise's points times the mean credit of its cases."""
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
        """Cases that were drawn for this submission: shown without their values."""
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
            return f"{right} of {total} cases right."
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
        return lines + [f"{message} ({'; '.join(where)})" for message, where in labels.items()]

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

    def _repr_html_(self) -> str:
        ratio = self.score / self.points if self.points else 1.0
        accent = GOOD if ratio == 1 else BAD if ratio == 0 else PARTLY
        body = [
            f"<p style='margin:0'><strong style='color:{accent}'>{self._points()}</strong> "
            f"{_prose(self.headline())}</p>"
        ]
        if advice := self._advice():
            body.append(f"<p style='margin:6px 0 0'><strong>{_prose(advice[0])}</strong></p>")
            body += [f"<p style='margin:2px 0 0'>{_prose(line)}</p>" for line in advice[1:]]
        if not self.untouched and self.public:
            body.append(self._table())
        for line in [*self._drawn_lines(), *self._output()]:
            body.append(f"<p style='margin:2px 0'>{_prose(line)}</p>")
        return (
            f"<section aria-label='Check of {escape(self.exercise)}' "
            f"style='{STYLE.format(accent=accent)}'>{''.join(body)}</section>"
        )

    def _table(self) -> str:
        head = "".join(
            f"<th scope='col' style='{CELL}'>{name}</th>"
            for name in ("", "asked", "expected", "got")
        )
        rows = "".join(self._row(finding) for finding in self.public)
        return (
            "<table style='border-collapse:collapse;margin:6px 0;font-size:13px'>"
            f"<thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"
        )

    def _row(self, finding: Finding) -> str:
        colour = {"right": GOOD, "partly": PARTLY, "wrong": BAD}[finding.mark]
        sign = {"right": "✓", "partly": "~", "wrong": "✗"}[finding.mark]
        cells = [
            f"<span style='color:{colour};white-space:nowrap'>{sign} {finding.mark}</span>",
            f"<code>{escape(call_text(self.exercise, finding.case))}</code>",
            f"<code>{escape(finding.wanted)}</code>" if finding.reveal else "",
            f"<code>{escape(_got(finding))}</code>",
        ]
        row = "".join(f"<td style='{CELL}'>{cell}</td>" for cell in cells)
        row = f"<tr>{row}</tr>"
        if finding.says_more:
            row += (
                f"<tr><td></td><td colspan='3' style='{CELL}'>{_prose(finding.message)}</td></tr>"
            )
        return row


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
    return finding.answer.error or "–"


def _without_values(finding: Finding) -> str:
    """Keep an exception's text back: it may quote the case."""
    if finding.answer.outcome == "raised":
        return f"It raised {finding.answer.error}."
    return finding.message


def _prose(text: str) -> str:
    """Escape for HTML, with `code` spans."""
    parts = escape(text).split("`")
    return "".join(f"<code>{p}</code>" if i % 2 else p for i, p in enumerate(parts))
