"""Run submissions on other machines: the workers of a Dask cluster.

Only the submissions' cells go there, as jobs, and only their outputs come back; judging, and the
gradebook, stay here. A worker needs this project, in the same version, and a sandbox.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, TypedDict

import autograder
from autograder.execution.job import Job, run_job
from autograder.execution.warm import Run
from autograder.grading.course import CourseError
from autograder.grading.fingerprint import fingerprint

if TYPE_CHECKING:
    from distributed import Client

HOW_TO_GET = "--scheduler needs Dask: `pip install --constraint constraints.txt '.[cluster]'`."
CONNECT_SECONDS = 10
RETRIES = 3  # how many workers may be lost while they run a submission


class Elsewhere(TypedDict):
    """What `autograder.grading.whole_class.grade_class` needs to know to run jobs elsewhere."""

    runner: Callable[[Job], list[Run]]
    workers: int


def cluster(address: str) -> Elsewhere:
    """Connect to a scheduler.

    Parameters
    ----------
    address
        As Dask prints it, such as ``tcp://10.0.0.7:8786``.

    Returns
    -------
    dict
        `runner`, which sends a job there, and `workers`, how many can run at a time.

    Raises
    ------
    CourseError
        If distributed is not installed, no scheduler answers, or it has no fitting workers.
    """
    try:
        from distributed import Client
    except ImportError:
        raise CourseError(HOW_TO_GET) from None
    try:
        client = Client(address, timeout=CONNECT_SECONDS, set_as_default=False)
    except (OSError, ValueError) as error:
        raise CourseError(f"No Dask scheduler answers at {address}: {error}") from None
    places = client.nthreads()
    if not places:
        raise CourseError(f"The scheduler at {address} has no workers yet: start some.")
    _same_version_everywhere(client)

    def run(job: Job) -> list[Run]:
        # Not pure: an endless loop that is ended early must not stand for one that is not.
        return client.submit(run_job, job, pure=False, retries=RETRIES).result()  # type: ignore[no-any-return]

    return {"runner": run, "workers": sum(places.values())}


def _same_version_everywhere(client: Client) -> None:
    """Refuse workers that would run other code than this process, or cannot run any of it."""
    here = _versions()
    try:
        everywhere = client.run(_versions)
    except Exception as error:  # what a worker raised, or could not even load
        raise CourseError(
            f"A worker cannot run this project ({type(error).__name__}: {error}): install the "
            "same version there as here."
        ) from error
    for worker, there in everywhere.items():
        if there != here:
            raise CourseError(
                f"Worker {worker} has {there}, and here is {here}: install the same on both."
            )


def _versions() -> dict[str, str]:
    root = Path(autograder.__file__).parents[1]
    return {"imbalance-lessons": version("imbalance-lessons"), "code": fingerprint(root)[:12]}
