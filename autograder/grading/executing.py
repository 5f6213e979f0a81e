"""The preprocessor that runs submissions: lean, in forks of a warm process, in a sandbox."""

from __future__ import annotations

import atexit
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import nbformat
import nbgrader.preprocessors as nbgrader_preprocessors
from jupyter_core.utils import run_sync
from nbclient.exceptions import DeadKernelError
from nbformat.v4 import new_output
from traitlets import Bool, Float, Integer, Unicode

from autograder.builder.script import LessonError, read_script
from autograder.engine.check import SEED_VARIABLE
from autograder.execution.jail import Limits
from autograder.execution.sandbox import Sandbox, SandboxError
from autograder.execution.warm import Run, WarmError, WarmProcess
from autograder.grading.lean import demo_sources, lean_cells, misses_a_demo
from autograder.grading.seeds import course_secret, submission_seed

SEED_RESOURCE = "imbalance_lessons_seed"
TRUSTED_VARIABLE = "IMBALANCE_TRUSTED"
MOST_ENDS = 3  # how often a submission may end its own process and be taken up again


class ExecuteWithSeed(nbgrader_preprocessors.Execute):  # type: ignore[misc]
    """Runs a submission with its seed in the environment, so that checks answer drawn cases too."""

    source_folder = Unicode(
        "", help="Where the lessons' own notebooks are, which say what are demos."
    ).tag(config=True)
    secret_file = Unicode(
        "course_secret", help="Where the secret is kept from which the drawn cases come."
    ).tag(config=True)
    lean = Bool(True, help="Leave demos out; marks are the same with them.").tag(config=True)
    warm = Bool(True, help="Fork a process that has done the imports (Linux).").tag(config=True)
    trusted = Bool(
        help="Run submissions without a sandbox, with all rights of whoever grades them."
    ).tag(config=True)
    seconds = Float(300, help="Wall time of one submission.").tag(config=True)
    memory = Integer(2048, help="Megabytes of memory for one submission.").tag(config=True)

    def _trusted_default(self) -> bool:
        return os.environ.get(TRUSTED_VARIABLE, "") not in ("", "0")

    def preprocess(self, nb: Any, resources: Any, km: Any = None) -> tuple[Any, Any]:
        """Run what the marks depend on; all of it where a demo turns out to be missing."""
        submission = resources["nbgrader"]
        secret = course_secret(Path(self.secret_file))
        self.seed = submission_seed(secret, submission["student"], submission["notebook"])
        resources[SEED_RESOURCE] = self.seed
        lesson = Path(self.source_folder, submission["assignment"], submission["notebook"])
        demos = demo_sources(lesson.with_suffix(".ipynb")) if self.lean else frozenset()
        cells = lean_cells(nb.cells, demos)
        self._run(nb, cells, resources, km)
        if len(cells) < len(nb.cells) and misses_a_demo(cells, demos):
            self.log.info(
                "%s: a demo's name is missing, so the demos are run too", submission["student"]
            )
            self._run(nb, nb.cells, resources, km)
        return nb, resources

    def _run(self, nb: Any, cells: list[Any], resources: Any, km: Any) -> None:
        """Run some of a notebook's cells; their outputs land in the notebook."""
        lesson = Path(self.source_folder, resources["nbgrader"]["assignment"])
        try:
            process = self._warm_process(lesson)
        except SandboxError as error:
            self.log.error(str(error))
            raise
        except WarmError as error:
            if not self.trusted:
                raise
            self.log.warning("%s; starting a kernel for each notebook instead", error)
            process = None
        if process is None:
            self._run_cold(nb, cells, resources, km)
        else:
            self._run_warm(process, cells, resources)

    def _warm_process(self, lesson: Path) -> WarmProcess | None:
        """Get the warm process; None where a trusted submission is to have a kernel of its own."""
        if self.trusted and not (self.warm and hasattr(os, "memfd_create")):
            return None
        limits = Limits(
            cell_seconds=self.timeout or self.seconds, seconds=self.seconds, memory=self.memory
        )
        return warm_process(None if self.trusted else lesson, limits)

    def _run_warm(self, process: WarmProcess, cells: list[Any], resources: Any) -> None:
        student = resources["nbgrader"]["student"]
        code = [cell for cell in cells if cell.cell_type == "code"]
        for cell in code:
            cell.outputs = []
        folder = str(resources.get("metadata", {}).get("path", ""))
        environment = {SEED_VARIABLE: str(self.seed)}
        for run in finished_runs(process, [cell.source for cell in code], environment, folder):
            if run.end:
                self.log.warning("%s: %s", student, run.end)
            for number, (cell, outputs) in enumerate(zip(code, run.outputs, strict=False), 1):
                cell.outputs = [as_output(output) for output in outputs]
                cell.execution_count = number

    def _run_cold(self, nb: Any, cells: list[Any], resources: Any, km: Any) -> None:
        part = nbformat.NotebookNode({**nb, "cells": cells})
        try:
            super().preprocess(part, resources, km)
        except DeadKernelError:
            student = resources["nbgrader"]["student"]
            self.log.warning("%s: the notebook ended its own kernel", student)

    async def async_start_new_kernel(self, **kwargs: Any) -> None:
        """Start the kernel with the seed in its environment, and in no other's."""
        # One thread: on small models a second one only waits, and on a busy machine for long.
        env = {**os.environ, SEED_VARIABLE: str(self.seed), "OMP_NUM_THREADS": "1"}
        await super().async_start_new_kernel(env=env, **kwargs)

    # nbclient binds the blocking form to its own method, so ours needs one too.
    start_new_kernel = run_sync(async_start_new_kernel)


_processes: dict[tuple[Path | None, Limits], WarmProcess] = {}


def warm_process(lesson: Path | None, limits: Limits) -> WarmProcess:
    """Get the warm process for a lesson, which is kept for the next submission.

    Parameters
    ----------
    lesson
        The lesson's folder, whose references the sandbox hides; None for no sandbox.
    limits
        What a submission may use.

    Raises
    ------
    SandboxError, WarmError
        If there is no sandbox to be had, or the process does not start.
    """
    key = lesson, limits
    if key not in _processes or not _processes[key].alive:
        sandbox = None if lesson is None else Sandbox(references_of(lesson))
        _processes[key] = WarmProcess(sandbox, limits)
        atexit.register(_processes[key].close)
    return _processes[key]


def references_of(lesson: Path) -> list[str]:
    """List the functions that students write in a lesson; none in one of another course."""
    try:
        cells = read_script(lesson / f"{lesson.name}.py")
    except LessonError:
        return []
    return [str(cell.attributes["reference"]) for cell in cells if cell.role == "exercise"]


def finished_runs(
    process: WarmProcess, sources: list[str], environment: Mapping[str, str], folder: str
) -> list[Run]:
    """Run cells to their end; where one ends the process, the others run again without it.

    Returns
    -------
    list of Run
        The attempts. Each has the outputs of the cells up to where it ended, the last cell of an
        attempt that ended early with an error that says so.
    """
    sources, runs = list(sources), []
    while True:
        run = process.run(sources, environment, folder)
        reached = len(run.outputs)
        runs.append(run)
        if not run.end or reached >= len(sources):
            return runs
        runs[-1] = Run([*run.outputs, [_ended(run.end)]], run.end)
        if len(runs) > MOST_ENDS:
            return runs
        sources[reached] = f"raise SystemExit({run.end!r})"


def _ended(reason: str) -> dict[str, Any]:
    return {"output_type": "error", "ename": "ProcessEnded", "evalue": reason, "traceback": []}


def as_output(data: dict[str, Any]) -> Any:
    """Make an output of what a submission says is one; of anything else, a remark."""
    try:
        output = new_output(**data)
        nbformat.validate(output, ref="output", version=4)
    except (TypeError, ValueError, AttributeError, nbformat.ValidationError):
        return new_output("stream", name="stderr", text="An output that could not be read.")
    return output
