"""A submission's run as a job: data in, data out, so that it can be done in any process.

A job is done in a fork of a warm process, which is kept for the next job of the same lesson.
"""

from __future__ import annotations

import atexit
import contextlib
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from autograder.execution.jail import Limits
from autograder.execution.sandbox import Sandbox
from autograder.execution.warm import Run, WarmError, WarmProcess

MOST_ENDS = 3  # how often a submission may end its own process and be taken up again
References = tuple[str, ...] | None


@dataclass(frozen=True)
class Job:
    """What to run, and how.

    Attributes
    ----------
    sources
        The texts of the code cells.
    environment
        Variables that the submission sees.
    limits
        What it may use.
    references
        Dotted paths of the functions that the sandbox hides; None to run without a sandbox.
    files
        What lies beside the notebook: contents by name, relative to it.
    """

    sources: tuple[str, ...]
    environment: Mapping[str, str]
    limits: Limits
    references: References = ()
    files: Mapping[str, bytes] = field(default_factory=dict)


def run_job(job: Job) -> list[Run]:
    """Run a job's cells to their end; where one ends the process, the others run again without it.

    Parameters
    ----------
    job
        The job.

    Returns
    -------
    list of Run
        The attempts. Each has the outputs of the cells up to where it ended, the last cell of an
        attempt that ended early with an error that says so.

    Raises
    ------
    SandboxError, WarmError
        If there is no sandbox to be had, or the warm process does not start.
    """
    sources, runs = list(job.sources), []
    while True:
        run = _attempt(job, sources)
        reached = len(run.outputs)
        runs.append(run)
        if not run.end or reached >= len(sources):
            return runs
        runs[-1] = Run([*run.outputs, [_ended(run.end)]], run.end)
        if len(runs) > MOST_ENDS:
            return runs
        sources[reached] = f"raise SystemExit({run.end!r})"


def _attempt(job: Job, sources: list[str]) -> Run:
    """Run in the warm process; in a new one if it has died since it was last used."""
    for _ in range(2):
        process = warm_process(job.references, job.limits)
        try:
            return process.run(sources, job.environment, job.files)
        except WarmError as error:
            gone = error
            end_warm_processes(job.references)
    raise gone


def _ended(reason: str) -> dict[str, Any]:
    return {"output_type": "error", "ename": "ProcessEnded", "evalue": reason, "traceback": []}


_processes: dict[tuple[References, Limits], WarmProcess] = {}
_starting: dict[tuple[References, Limits], threading.Lock] = {}
_lock = threading.Lock()
_stopped = threading.Event()


def warm_process(references: References, limits: Limits) -> WarmProcess:
    """Get the warm process for a lesson, which is kept for the next submission.

    Parameters
    ----------
    references
        Dotted paths of the functions that the sandbox hides; None for no sandbox.
    limits
        What a submission may use.

    Raises
    ------
    SandboxError, WarmError
        If there is no sandbox to be had, or the process does not start.
    """
    key = references, limits
    with _lock:
        starting = _starting.setdefault(key, threading.Lock())
    with starting:  # others go on meanwhile: a start takes seconds
        process = _processes.get(key)
        if process is not None and process.alive:
            return process
        process = None if _stopped.is_set() else _started(references, limits)
        with _lock:
            if process is None or _stopped.is_set():
                if process is not None:
                    process.close()
                raise WarmError("grading has been stopped")
            _processes[key] = process
            atexit.register(process.close)
        return process


def _started(references: References, limits: Limits) -> WarmProcess:
    sandbox = None if references is None else Sandbox(references)
    return WarmProcess(sandbox, limits)


def end_warm_processes(references: References) -> None:
    """End the warm processes of a lesson, and with them what they run."""
    _end([key for key in list(_processes) if key[0] == references])


@contextlib.contextmanager
def all_stopped() -> Iterator[None]:
    """End all warm processes with what they run, and start none until the block is left."""
    _stopped.set()
    _end(list(_processes))
    try:
        yield
    finally:
        _stopped.clear()


def _end(keys: list[tuple[References, Limits]]) -> None:
    with _lock:
        for key in keys:
            if process := _processes.pop(key, None):
                atexit.unregister(process.close)
                process.close()
