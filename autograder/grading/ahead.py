"""Run and judge submissions ahead of nbgrader, several at a time.

nbgrader grades one submission after the other. What takes its time, running and judging, needs no
gradebook: it is done here, in any order and on any core, by the same preprocessors. The results
are kept by content, and when nbgrader comes to a submission, its `ExecuteWithSeed` finds them.
"""

from __future__ import annotations

import logging
import multiprocessing
import os
import signal
import threading
import time
from concurrent.futures import Executor, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
from nbgrader.converters import Autograde

from autograder.execution.job import run_job
from autograder.execution.results import Results
from autograder.grading.beside import FILES_RESOURCE, files_beside
from autograder.grading.executing import (
    JUDGED_RESOURCE,
    KEY_RESOURCE,
    SEED_RESOURCE,
    ExecuteWithSeed,
    outputs_of,
)
from autograder.grading.plugins import judge_notebook
from autograder.grading.remarks import remarks

QUIET = logging.getLogger("imbalance-lessons.ahead")
QUIET.addHandler(logging.NullHandler())
QUIET.propagate = False


class Sanitizer(Autograde):  # type: ignore[misc]
    """nbgrader's autograde up to where student code would run; it writes nothing."""

    def read(self, path: Path) -> tuple[Any, Any]:
        """Read a submitted notebook as nbgrader will run it; gives it with its resources."""
        self.exporter = self.exporter_class(parent=self, config=self.config)
        self._sanitizing = True
        self._init_preprocessors()
        resources = self.init_single_notebook_resources(str(path))
        text, resources = self.exporter.from_filename(str(path), resources=resources)
        names = resources["nbgrader"]
        resources[FILES_RESOURCE] = files_beside(self, names["student"], names["assignment"])
        return nbformat.reads(text, as_version=4), resources


@dataclass(frozen=True)
class Finished:
    """What came of running and judging a submission's notebook.

    Attributes
    ----------
    key
        Under which its result is kept.
    notes
        What an instructor should know of it.
    seconds
        Wall time that it took.
    """

    key: str
    notes: list[str]
    seconds: float


def finish(
    nb: Any, resources: Any, config: Any, results: Results, judging: Executor, runner: Any = run_job
) -> Finished:
    """Run a sanitized notebook, judge it, and keep the result; can be called in any thread.

    Parameters
    ----------
    nb, resources
        As `Sanitizer.read` gives them.
    config
        nbgrader's, from which `ExecuteWithSeed` takes its settings.
    results
        Where to keep the result.
    judging
        Where to judge; must be processes, as judging is pure Python.
    runner
        What runs a job.

    Raises
    ------
    SandboxError, WarmError
        If submissions cannot be run here.
    OSError
        If the result cannot be kept.
    """
    started = time.monotonic()
    execute = ExecuteWithSeed(config=config, log=QUIET, runner=runner)
    mended = remarks(resources)
    nb, resources = execute.preprocess(nb, resources)
    key = resources[KEY_RESOURCE]
    if not resources.get(JUDGED_RESOURCE):  # else it was kept by a run that did not come to its end
        seed = resources[SEED_RESOURCE]
        try:
            outputs = judging.submit(judged_outputs, nb, seed).result()
        except BrokenProcessPool:
            outputs = judged_outputs(nb, seed)
        of_the_run = remarks(resources)[len(mended) :]
        results.put(key, {"outputs": outputs, "notes": of_the_run})
    return Finished(key, remarks(resources), time.monotonic() - started)


def judged_outputs(nb: Any, seed: int) -> list[list[Any]]:
    """Judge a notebook that has been run; gives the outputs that nbgrader is to find."""
    judge_notebook(nb, seed)
    return outputs_of(nb)


def judging_processes(count: int) -> ProcessPoolExecutor:
    """Start processes to judge in, forked from one that has done the imports."""
    # Children of the fork server share its pages; more threads would only get in each other's way.
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["torch", "autograder.grading.ahead"])
    processes = ProcessPoolExecutor(count, context, _follow_the_grader)
    processes.submit(os.getpid)  # so that the imports are done while other things start
    return processes


def _follow_the_grader() -> None:
    """Leave Ctrl-C to the process that started this one, and end when it has ended, however."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with, args=[multiprocessing.parent_process()], daemon=True).start()


def _end_with(process: Any) -> None:
    # Each process of a pool holds the pool's pipes open for all others, so that none would see the
    # end of a grader that was killed.
    process.join()
    os._exit(1)
