"""Run submissions in forks of a warm process: the side of the grader."""

from __future__ import annotations

import contextlib
import json
import os
import select
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from types import MappingProxyType, TracebackType
from typing import Any

from autograder.execution.jail import READY, Limits
from autograder.execution.sandbox import ENVIRONMENT, FORKABLE, Sandbox, python

READY_SECONDS = 120.0
ZYGOTE = "autograder.execution.zygote"
LAST_BREATH = 2.0  # seconds that it may take until a process that has been ended counts as such
CHUNK = 1 << 16
ENDED = "it ended its own process"
UNREADABLE = "its outputs could not be read"
MOST_OUTPUTS = 1_000  # of one cell; each is looked at several times on its way to the feedback
CUT_OFF = {
    "output_type": "stream",
    "name": "stderr",
    "text": f"This cell had more than {MOST_OUTPUTS:,} outputs. The rest has been left out.",
}
NO_FILES: Mapping[str, bytes] = MappingProxyType({})
LONGEST_END = 100  # characters of the reason why a submission ended; it goes into the log
HARMLESS = {"PATH", "LANG", "LC_ALL", "LC_CTYPE", "TZ", "OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE"}


class WarmError(RuntimeError):
    """The warm process could not be started, or is gone; the message says more."""


@dataclass(frozen=True)
class Run:
    """What came of a submission's cells.

    Attributes
    ----------
    outputs
        Those of each cell that came to its end, in order.
    end
        Why it went no further; empty if all cells ran.
    """

    outputs: list[list[dict[str, Any]]]
    end: str = ""


class WarmProcess:
    """A process that has done the imports; use it as a context manager.

    Parameters
    ----------
    sandbox
        What submissions may see; None to run them with all rights of this process.
    limits
        What each of them may use.

    Raises
    ------
    WarmError
        If it does not start, or it is not safe to fork it.
    """

    def __init__(self, sandbox: Sandbox | None, limits: Limits) -> None:
        self.limits = limits
        self._sandbox = sandbox
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
        self._connection = ours
        self._said = tempfile.TemporaryFile()  # noqa: SIM115 - closed with the process
        command = [python(), "-m", ZYGOTE, str(theirs.fileno())]
        command = sandbox.wrap([*command, "--jailed"]) if sandbox else command
        with theirs:
            self._process = subprocess.Popen(
                command,
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=self._said,  # a pipe that nobody reads would fill up and block
                env={**(_what_is_needed() if sandbox else os.environ), **FORKABLE},
            )
        try:
            self._await_ready()
        except BaseException:
            self.close()
            raise

    def _await_ready(self) -> None:
        ready, _, _ = select.select([self._connection], [], [], READY_SECONDS)
        message = self._connection.recv(16) if ready else b""
        if message == b"ready":
            return
        if message == b"unsafe":
            raise WarmError("the warm process has several threads, so it cannot be forked safely")
        self._process.kill()
        self._process.wait()
        self._said.seek(0)
        words = self._said.read().decode(errors="replace").strip().splitlines()
        raise WarmError(f"the warm process did not start: {' '.join(words[-8:]) or 'no message'}")

    @property
    def alive(self) -> bool:
        """Whether it still runs."""
        return self._process.poll() is None

    def run(
        self,
        cells: Sequence[str],
        environment: Mapping[str, str],
        files: Mapping[str, bytes] = NO_FILES,
    ) -> Run:
        """Run a submission's cells in a fork, in a folder of its own.

        Parameters
        ----------
        cells
            Their texts.
        environment
            Variables to set in the fork.
        files
            What is in that folder at the beginning: contents by relative name.

        Returns
        -------
        Run
            What is in it is the submission's word, except that it is made of lists of dictionaries.

        Raises
        ------
        WarmError
            If the warm process is gone, now or before, or could not build the walls round this
            submission.
        """
        request = {
            "cells": list(cells),
            "environment": dict(environment),
            "files": [(name, len(content)) for name, content in files.items()],
            "limits": asdict(self.limits),
        }
        with self._folder() as folder:
            return self._run({**request, "folder": folder}, files.values())

    def _folder(self) -> contextlib.AbstractContextManager[str]:
        """Make a folder to work in; in a sandbox each submission has its own anyway."""
        if self._sandbox:
            return contextlib.nullcontext("")
        return tempfile.TemporaryDirectory(prefix="imbalance-lessons-", ignore_cleanup_errors=True)

    def _run(self, request: dict[str, Any], contents: Iterable[bytes]) -> Run:
        reading, writing = os.pipe()
        with open(os.memfd_create("request"), "wb") as file:  # noqa: PTH123 - there is no path
            file.write(json.dumps(request).encode() + b"\n")
            file.writelines(contents)
            file.flush()
            try:
                socket.send_fds(self._connection, [b"r"], [file.fileno(), writing])
            except OSError as error:
                os.close(reading)
                raise WarmError(f"the warm process is gone: {error}") from None
            finally:
                os.close(writing)
        with open(reading, "rb", buffering=0) as pipe:  # noqa: PTH123
            return self._collect(pipe.fileno(), len(request["cells"]))

    def _collect(self, pipe: int, count: int) -> Run:
        outputs: list[list[dict[str, Any]]] = []
        lines = _lines(pipe, self.limits)
        # Student code has not run yet when this is said, so that it cannot say anything else.
        if (first := next(lines, b"")) != READY.strip():
            said = _one_line(first.decode(errors="replace")) or "no message"
            raise WarmError(f"submissions cannot be run here: {said}")
        for line in lines:
            try:
                data = json.loads(line)
            except (ValueError, RecursionError):  # no JSON, or nested without end
                return Run(outputs, UNREADABLE)
            if isinstance(data, dict):
                end = _one_line(data.get("end", ""))
                return Run(outputs[:count], end or ("" if len(outputs) >= count else ENDED))
            if not isinstance(data, list) or not all(isinstance(o, dict) for o in data):
                return Run(outputs, UNREADABLE)
            if len(outputs) == count:  # more than there are cells: it does not come from us
                return Run(outputs, UNREADABLE)
            outputs.append(data if len(data) <= MOST_OUTPUTS else [*data[:MOST_OUTPUTS], CUT_OFF])
        # The guard would have said why. Without it, either all here was ended from outside, which
        # is no fault of the submission, or its time is up.
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(LAST_BREATH)
            raise WarmError("the warm process is gone")
        return Run(outputs[:count], "its outputs stopped")

    def close(self) -> None:
        """End the warm process, and all that runs in its sandbox."""
        self._connection.close()
        self._process.kill()  # it has nothing to put in order, and what it started dies with it
        self._process.wait()
        self._said.close()
        if self._sandbox:
            self._sandbox.close()

    def __enter__(self) -> WarmProcess:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()


def _what_is_needed() -> dict[str, str]:
    """Choose of this process's environment what a sandbox may know."""
    known = {name: value for name, value in os.environ.items() if name in HARMLESS}
    return {**known, **ENVIRONMENT}


def _one_line(said: Any) -> str:
    """Make a short line of what may be a submission's own words: it could forge lines of a log."""
    text = "".join(c if c.isprintable() else " " for c in str(said)[:LONGEST_END])
    return text.strip()


def _lines(pipe: int, limits: Limits) -> Iterator[bytes]:
    """Read lines until the pipe is closed, the time is up, or it is too much."""
    # The guard ends a submission in time; this is for the case that the guard itself is gone.
    end = time.monotonic() + limits.seconds + 10
    line_most = (limits.output << 20) + 1
    most = 4 * line_most
    rest, total = bytearray(), 0
    while total < most and len(rest) < line_most and (left := end - time.monotonic()) > 0:
        ready, _, _ = select.select([pipe], [], [], left)
        chunk = os.read(pipe, CHUNK) if ready else b""
        if not chunk:
            return
        total += len(chunk)
        *lines, last = chunk.split(b"\n")
        for line in lines:
            yield bytes(rest + line)
            rest.clear()
        rest += last
