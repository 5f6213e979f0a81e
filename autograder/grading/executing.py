"""The preprocessor that runs submissions: lean, in forks of a warm process, in a sandbox."""

from __future__ import annotations

import os
import tempfile
from functools import lru_cache
from pathlib import Path
from typing import Any

import nbformat
import nbgrader.preprocessors as nbgrader_preprocessors
from jupyter_core.utils import run_sync
from nbclient.exceptions import DeadKernelError
from nbformat.v4 import new_output
from nbgrader.converters import Autograde
from traitlets import Bool, Callable, Float, Integer, Unicode

from autograder.builder.script import read_script
from autograder.engine.check import SEED_VARIABLE
from autograder.execution.files import write_files
from autograder.execution.jail import Limits
from autograder.execution.job import Job, run_job
from autograder.execution.results import Results, digest, digest_of
from autograder.execution.sandbox import SandboxError
from autograder.execution.warm import WarmError
from autograder.grading.beside import FILES_RESOURCE, files_beside, read_files
from autograder.grading.files import listed
from autograder.grading.lean import demo_sources, lean_cells, misses_a_demo
from autograder.grading.remarks import remark
from autograder.grading.seeds import course_secret, submission_seed

SEED_RESOURCE = "imbalance_lessons_seed"
KEY_RESOURCE = "imbalance_lessons_key"  # under which a result is kept
JUDGED_RESOURCE = "imbalance_lessons_judged"
EXERCISE = 'role="exercise"'
TRUSTED_VARIABLE = "IMBALANCE_TRUSTED"


class ExecuteWithSeed(nbgrader_preprocessors.Execute):  # type: ignore[misc]
    """Runs a submission with its seed in the environment, so that checks answer drawn cases too."""

    source_folder = Unicode(
        "", help="Where the lessons' own notebooks are, which say what are demos."
    ).tag(config=True)
    secret_file = Unicode(
        "course_secret", help="Where the secret is kept from which the drawn cases come."
    ).tag(config=True)
    results_folder = Unicode(
        "", help="Where `imbalance-lessons grade` puts what it has run and judged ahead."
    ).tag(config=True)
    lean = Bool(True, help="Leave demos out; marks are the same with them.").tag(config=True)
    warm = Bool(True, help="Fork a process that has done the imports (Linux).").tag(config=True)
    trusted = Bool(
        help="Run submissions without a sandbox, with all rights of whoever grades them."
    ).tag(config=True)
    seconds = Float(300, help="Wall time of one submission.").tag(config=True)
    memory = Integer(2048, help="Megabytes of memory for one submission.").tag(config=True)
    files_megabytes = Integer(
        32, help="How large the files beside a notebook may be, all together."
    ).tag(config=True)
    runner = Callable(run_job, help="What runs a job: here, or somewhere else.")

    def _trusted_default(self) -> bool:
        return os.environ.get(TRUSTED_VARIABLE, "") not in ("", "0")

    def preprocess(self, nb: Any, resources: Any, km: Any = None) -> tuple[Any, Any]:
        """Run what the marks depend on; all of it where a demo turns out to be missing."""
        submission = resources["nbgrader"]
        secret = course_secret(Path(self.secret_file))
        self.seed = submission_seed(secret, submission["student"], submission["notebook"])
        resources[SEED_RESOURCE] = self.seed
        self.files, left_out = read_files(self._found(resources), self.files_megabytes << 20)
        resources[KEY_RESOURCE] = self.key(nb)
        if self.results_folder:
            result = Results(Path(self.results_folder)).get(resources[KEY_RESOURCE])
            if result is not None and take_over(nb, result["outputs"]):
                for text in result["notes"]:
                    remark(resources, text, self.log)
                resources[JUDGED_RESOURCE] = True
                return nb, resources
        if left_out:
            most = f"files beside a notebook may have {self.files_megabytes} MB together"
            remark(resources, f"it was run without {listed(left_out)}: {most}", self.log)
        lesson = Path(self.source_folder, submission["assignment"], submission["notebook"])
        demos = demo_sources(lesson.with_suffix(".ipynb")) if self.lean else frozenset()
        cells = lean_cells(nb.cells, demos)
        self._run(nb, cells, resources, km)
        if len(cells) < len(nb.cells) and misses_a_demo(cells, demos):
            remark(resources, "a demo's name is missing, so the demos are run too", self.log)
            self._run(nb, nb.cells, resources, km)
        return nb, resources

    def key(self, nb: Any) -> str:
        """Digest all that a run of a notebook depends on, but for the packages and the lesson."""
        cells = [[c.cell_type, c.source, c.metadata.get("nbgrader")] for c in nb.cells]
        how = [self.seed, self.lean, self.warm, self.trusted, repr(self.limits())]
        return digest(cells, how, {name: digest_of(data) for name, data in self.files.items()})

    def _found(self, resources: Any) -> dict[str, Path]:
        """Find the files beside the notebook: as nbgrader's converter, or ours, knows them."""
        if FILES_RESOURCE in resources:
            return dict(resources[FILES_RESOURCE])
        converter = getattr(self.parent, "parent", None)  # the exporter's
        if not isinstance(converter, Autograde):
            return {}
        names = resources["nbgrader"]
        return files_beside(converter, names["student"], names["assignment"])

    def limits(self) -> Limits:
        """Give what one submission may use."""
        return Limits(
            cell_seconds=self.timeout or self.seconds, seconds=self.seconds, memory=self.memory
        )

    def _run(self, nb: Any, cells: list[Any], resources: Any, km: Any) -> None:
        """Run some of a notebook's cells; their outputs land in the notebook."""
        can_fork = self.warm and hasattr(os, "memfd_create")
        try:
            if self.trusted and not can_fork:
                self._run_cold(nb, cells, resources, km)
            else:
                self._run_warm(cells, resources)
        except SandboxError as error:
            self.log.error(str(error))
            raise
        except WarmError as error:
            if not self.trusted:
                raise
            self.log.warning("%s; starting a kernel for each notebook instead", error)
            self._run_cold(nb, cells, resources, km)

    def _run_warm(self, cells: list[Any], resources: Any) -> None:
        code = [cell for cell in cells if cell.cell_type == "code"]
        for cell in code:
            cell.outputs = []
        lesson = Path(self.source_folder, resources["nbgrader"]["assignment"])
        job = Job(
            sources=tuple(cell.source for cell in code),
            environment={SEED_VARIABLE: str(self.seed)},
            limits=self.limits(),
            references=None if self.trusted else references_of(lesson),
            files=self.files,
        )
        for run in self.runner(job):
            if run.end:
                remark(resources, run.end, self.log)
            for number, (cell, outputs) in enumerate(zip(code, run.outputs, strict=False), 1):
                cell.outputs = [as_output(output) for output in outputs]
                cell.execution_count = number

    def _run_cold(self, nb: Any, cells: list[Any], resources: Any, km: Any) -> None:
        part = nbformat.NotebookNode({**nb, "cells": cells})
        with tempfile.TemporaryDirectory(
            prefix="imbalance-lessons-", ignore_cleanup_errors=True
        ) as folder:
            write_files(self.files, Path(folder))
            there = {**resources.get("metadata", {}), "path": folder}
            try:
                super().preprocess(part, {**resources, "metadata": there}, km)
            except DeadKernelError:
                remark(resources, "the notebook ended its own kernel", self.log)

    async def async_start_new_kernel(self, **kwargs: Any) -> None:
        """Start the kernel with the seed in its environment, and in no other's."""
        # One thread: on small models a second one only waits, and on a busy machine for long.
        env = {**os.environ, SEED_VARIABLE: str(self.seed), "OMP_NUM_THREADS": "1"}
        await super().async_start_new_kernel(env=env, **kwargs)

    # nbclient binds the blocking form to its own method, so ours needs one too.
    start_new_kernel = run_sync(async_start_new_kernel)


def references_of(lesson: Path) -> tuple[str, ...]:
    """List the functions that students write in a lesson; none in one of another course.

    Raises
    ------
    LessonError
        If the lesson's script cannot be read: then it is not known what to hide.
    """
    script = lesson / f"{lesson.name}.py"
    return _references_in(script, script.stat().st_mtime_ns) if script.is_file() else ()


@lru_cache(maxsize=32)
def _references_in(script: Path, changed: int) -> tuple[str, ...]:
    """Read it once for a whole class, and again if it has changed."""
    if EXERCISE not in script.read_text("utf-8", errors="replace"):
        return ()
    cells = read_script(script)
    return tuple(str(cell.attributes["reference"]) for cell in cells if cell.role == "exercise")


def outputs_of(nb: Any) -> list[list[Any]]:
    """Give what `take_over` takes: the outputs and the number of each code cell."""
    code = (cell for cell in nb.cells if cell.cell_type == "code")
    return [[cell.outputs, cell.get("execution_count")] for cell in code]


def take_over(nb: Any, outputs: list[list[Any]]) -> bool:
    """Put outputs from elsewhere into a notebook; returns whether they fit."""
    code = [cell for cell in nb.cells if cell.cell_type == "code"]
    if len(code) != len(outputs):
        return False
    for cell, (its_outputs, number) in zip(code, outputs, strict=True):
        cell.outputs = [nbformat.from_dict(output) for output in its_outputs]
        cell.execution_count = number
    return True


def as_output(data: dict[str, Any]) -> Any:
    """Make an output of what a submission says is one; of anything else, a remark."""
    try:
        output = new_output(**data)
        nbformat.validate(output, ref="output", version=4)
    except (TypeError, ValueError, AttributeError, nbformat.ValidationError):
        return new_output("stream", name="stderr", text="An output that could not be read.")
    return output
