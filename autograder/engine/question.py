"""The half of an exercise that runs where the student's code runs: it asks, and judges nothing."""

from __future__ import annotations

import contextlib
import copy
import io
import signal
import sys
import threading
import time
import traceback
import typing
import warnings
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from typing import Any, Literal

import numpy as np

from autograder.engine import plain

SECONDS_PER_CASE = 5.0
PATIENCE = 3  # by the clock a case may take so many times as long: others may be at work as well
MAX_OUTPUT = 2_000

Outcome = Literal["value", "raised", "untouched", "unfinished"]


@dataclass(frozen=True)
class Case:
    """One thing to ask of a student's function.

    Attributes
    ----------
    label
        What the report calls this case, in plain words: ``"three classes"``.
    inputs
        The positional arguments by name, as plain data (lists and arrays).
    options
        The keyword arguments, likewise.
    tensors
        Names of the arguments to hand over as PyTorch tensors.
    public
        Whether the student may see this case. Set by the question: fixed cases are public,
        drawn ones are not.
    shown
        How the report writes the case, where the plain call would not be readable.
    """

    label: str
    inputs: Mapping[str, Any] = field(default_factory=dict)
    options: Mapping[str, Any] = field(default_factory=dict)
    tensors: tuple[str, ...] = ()
    public: bool = True
    shown: str = ""

    def arguments(self) -> tuple[dict[str, Any], dict[str, Any]]:
        """Fresh copies of the positional and the keyword arguments."""
        return self._fresh(self.inputs), self._fresh(self.options)

    def _fresh(self, arguments: Mapping[str, Any]) -> dict[str, Any]:
        return {name: self._hand_over(name, value) for name, value in arguments.items()}

    def _hand_over(self, name: str, value: Any) -> Any:
        if name not in self.tensors:
            return copy.deepcopy(value)
        import torch

        return torch.as_tensor(np.array(value))


def call_function(function: Callable[..., Any], *inputs: Any, **options: Any) -> Any:
    """Ask a function: call it."""
    return function(*inputs, **options)


def read_value(value: Any) -> Any:
    """Ask a plain answer, such as the letter of a quick check: read it."""
    return value


def read_entry(entries: Any, key: str) -> Any:
    """Ask a dictionary of answers for one of them; what is not there yet is untouched."""
    if entries is None:
        raise NotImplementedError(f"no entry {key!r}")
    if not isinstance(entries, Mapping):
        raise TypeError(f"a dictionary with the entry {key!r} was expected")
    if key not in entries:
        alike = [other for other in entries if str(other).strip().casefold() == key.casefold()]
        if alike:
            raise LookupError(f"there is no entry {key!r}; yours is called {alike[0]!r}")
        raise NotImplementedError(f"no entry {key!r}")
    return entries[key]


def no_more_cases(rng: np.random.Generator) -> list[Case]:
    """Draw nothing: for questions whose public cases are all there is to ask."""
    return []


@dataclass(frozen=True)
class Question:
    """An exercise's cases and how to ask them.

    Attributes
    ----------
    name
        The exercise's name, unique in the course: `check` takes it, and the grade id comes from it.
    points
        What the exercise is worth. The only place where it is written.
    public
        Cases that a student sees, always the same.
    draw
        Makes the other cases from a random generator. Called only when a seed is given.
    call
        How to ask: receives the student's object, then the case's arguments.
    """

    name: str
    points: float
    public: Sequence[Case]
    draw: Callable[[np.random.Generator], list[Case]] = no_more_cases
    call: Callable[..., Any] = call_function

    def cases(self, seed: int | None = None) -> list[Case]:
        """List the public cases, and with a seed those drawn from it too."""
        if seed is None:
            return list(self.public)
        rng = np.random.default_rng([seed, zlib.crc32(self.name.encode())])
        return [*self.public, *(replace(case, public=False) for case in self.draw(rng))]

    @property
    def reveals(self) -> bool:
        """Whether a report may show the expected answer, which at times would be the solution."""
        return self.call not in (read_value, read_entry)


@dataclass(frozen=True)
class Answer:
    """What came back from one case, as plain data.

    Attributes
    ----------
    outcome
        ``value``, ``raised`` (see `error`), ``untouched`` (NotImplementedError, or nothing filled
        in), or ``unfinished`` (it ran out of time).
    value
        What was returned, decoded plain data.
    type_name
        The name of the returned object's type: ``Tensor`` where `value` is an array.
    error, message, line
        The exception's type and text, and the line of the student's code that raised it.
    changed
        Names of the arguments that the function altered.
    output
        What it printed or warned, shortened. Kept for the report; never costs points.
    """

    outcome: Outcome
    value: Any = None
    type_name: str = ""
    error: str = ""
    message: str = ""
    line: str = ""
    changed: tuple[str, ...] = ()
    output: str = ""

    def to_json(self) -> dict[str, Any]:
        """Give the answer as what `json.dumps` accepts."""
        data = {f.name: getattr(self, f.name) for f in fields(self)}
        return {**data, "value": plain.encode(self.value), "changed": list(self.changed)}

    @classmethod
    def from_json(cls, data: Any) -> Answer:
        """Read an answer back, trusting nothing about it.

        Raises
        ------
        autograder.engine.plain.PlainDataError
            If `data` is not an answer.
        """
        if not isinstance(data, dict) or data.get("outcome") not in typing.get_args(Outcome):
            raise plain.PlainDataError("not an answer")
        texts = {
            name: str(data.get(name, ""))[:MAX_OUTPUT]
            for name in ("type_name", "error", "message", "line", "output")
        }
        changed = data.get("changed", [])
        return cls(
            outcome=data["outcome"],
            value=plain.decode(data.get("value")),
            changed=tuple(map(str, changed)) if isinstance(changed, list) else (),
            **texts,
        )


def ask(question: Question, submission: Any, cases: Sequence[Case]) -> list[Answer]:
    """Put cases to a student's object and bring back plain answers; never raises.

    After two cases that ran out of time the rest are not asked: they count as unfinished.
    """
    answers: list[Answer] = []
    for case in cases:
        unfinished = [answer for answer in answers if answer.outcome == "unfinished"]
        answers.append(
            unfinished[0] if len(unfinished) >= 2 else ask_one(question, submission, case)
        )
    return answers


def ask_one(
    question: Question, submission: Any, case: Case, seconds: float = SECONDS_PER_CASE
) -> Answer:
    """Put one case to a student's object.

    Its prints and warnings are kept, its exceptions become part of the answer, and the arguments
    are compared with a copy afterwards, to see whether it altered them.
    """
    inputs, options = case.arguments()
    before = {name: plain.encode(value) for name, value in {**inputs, **options}.items()}
    with quiet() as output:
        answer = _call(question, submission, inputs, options, seconds)
    changed = tuple(
        name for name, value in {**inputs, **options}.items() if plain.encode(value) != before[name]
    )
    return replace(answer, changed=changed, output=output.text())


def _call(
    question: Question,
    submission: Any,
    inputs: dict[str, Any],
    options: dict[str, Any],
    seconds: float,
) -> Answer:
    try:
        with deadline(seconds):
            value = question.call(submission, *inputs.values(), **options)
    except NotImplementedError:
        return Answer("untouched")
    except DeadlineError:
        return Answer("unfinished", message=f"{seconds:g} seconds")
    except KeyboardInterrupt:
        raise  # the student pressed stop
    except BaseException as error:  # SystemExit from a stray exit() too
        return Answer(
            "raised", error=type(error).__name__, message=_text(error), line=_failing_line(error)
        )
    if value is None and not question.reveals:
        return Answer("untouched")
    return Answer("value", value=plain.decode(plain.encode(value)), type_name=type(value).__name__)


def _text(error: BaseException) -> str:
    try:
        return str(error)[:300]
    except Exception:
        return ""


def _failing_line(error: BaseException) -> str:
    """Find the last line of a notebook cell in the traceback: the student's, never ours."""
    frames = traceback.extract_tb(error.__traceback__)
    for frame in reversed(frames):
        if "ipykernel_" in frame.filename or frame.filename.startswith("<"):
            return (frame.line or "").strip()[:200]
    return ""


class DeadlineError(BaseException):
    """The time for one case is up. Not an Exception, so that ``except Exception`` lets it pass."""


@contextlib.contextmanager
def deadline(seconds: float) -> Iterator[None]:
    """Stop the block after some seconds, where the platform can (a main thread on Unix).

    They are seconds of this process's work, so that a busy machine costs nobody a case; a block
    that waits is stopped after `PATIENCE` times as many by the clock.
    """
    if not hasattr(signal, "SIGALRM") or threading.current_thread() is not threading.main_thread():
        yield
        return

    started, worked = time.monotonic(), time.process_time()

    def stop(signum: int, frame: Any) -> None:
        left = min(
            worked + seconds - time.process_time(),
            started + PATIENCE * seconds - time.monotonic(),
        )
        if left <= 0:
            raise DeadlineError
        signal.setitimer(signal.ITIMER_REAL, max(left, 0.001))  # 0 would switch it off

    previous = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, previous)


class Output:
    """What student code printed and warned."""

    def __init__(self) -> None:
        self.stream = io.StringIO()
        self.warnings: list[warnings.WarningMessage] = []

    def text(self) -> str:
        """Everything that was written, shortened."""
        lines = [self.stream.getvalue().rstrip()]
        lines += [f"{w.category.__name__}: {w.message}" for w in self.warnings]
        return "\n".join(line for line in lines if line)[:MAX_OUTPUT]


@contextlib.contextmanager
def quiet() -> Iterator[Output]:
    """Collect prints and warnings, so that nothing reaches the notebook's stderr."""
    output = Output()
    with (
        contextlib.redirect_stdout(output.stream),
        contextlib.redirect_stderr(output.stream),
        warnings.catch_warnings(record=True) as caught,
    ):
        warnings.simplefilter("always")
        try:
            yield output
        finally:
            output.warnings = list(caught)
            sys.stdout.flush()
