"""Submissions run on other machines, and a gradebook in a database server."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from autograder.grading.course import CourseError
from autograder.grading.interface import Steps
from tests.whole_class.tools import LESSON, content, copy_of, grade

pytestmark = pytest.mark.slow


def test_a_dask_cluster_gives_the_same_and_a_lost_worker_costs_nothing(course, undisturbed):
    distributed = pytest.importorskip("distributed")
    from autograder.grading.cluster import cluster

    with (
        distributed.LocalCluster(
            n_workers=2, threads_per_worker=1, dashboard_address=None, processes=True
        ) as local,
        distributed.Client(local) as client,
    ):
        elsewhere = cluster(local.scheduler_address)
        assert elsewhere["workers"] == 2
        killed = []

        def run(work):
            if not killed:
                killed.append(client.scheduler_info()["workers"])
                client.run(os._exit, 1, workers=[min(killed[0])], on_error="return")
            return elsewhere["runner"](work)

        assert not any(entry.failed for entry in grade(course, runner=run, workers=2))
    assert content(course) == undisturbed[0]


def test_a_scheduler_that_is_not_there_is_named():
    pytest.importorskip("distributed")
    from autograder.grading import cluster

    cluster.CONNECT_SECONDS = 1
    with pytest.raises(CourseError, match="No Dask scheduler answers at"):
        cluster.cluster("tcp://127.0.0.1:1")


@pytest.fixture
def postgres(tmp_path):
    """Start a PostgreSQL server of the test's own; gives the address of an empty database."""
    pytest.importorskip("psycopg")
    programs = [shutil.which(name) for name in ("initdb", "pg_ctl")]
    programs = [
        p or _in_debian(name) for p, name in zip(programs, ("initdb", "pg_ctl"), strict=True)
    ]
    if not all(programs):
        pytest.skip("there is no PostgreSQL server here (Debian: apt install postgresql)")
    initdb, pg_ctl = programs
    data = tmp_path / "postgres"
    data.mkdir()
    # The server refuses to run as root.
    who = (
        ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"] if os.getuid() == 0 else []
    )
    if who:
        os.chown(data, 65534, 65534)
        for folder in (tmp_path, *tmp_path.parents):
            if (
                folder.stat().st_uid == 0
                and folder.is_relative_to("/tmp")
                and folder != Path("/tmp")
            ):
                folder.chmod(0o755)
    subprocess.run(
        [*who, initdb, "--pgdata", data, "--username=course", "--auth=trust"],
        check=True,
        capture_output=True,
    )
    options = f"-c listen_addresses='' -c unix_socket_directories={data}"
    control = [*who, pg_ctl, "--pgdata", data, "--wait", "--log", data / "log"]
    subprocess.run([*control, "-o", options, "start"], check=True, stdout=subprocess.DEVNULL)
    try:
        yield f"postgresql+psycopg://course@/postgres?host={data}"
    finally:
        subprocess.run([*control, "--mode=immediate", "stop"], check=True, capture_output=True)


def _in_debian(name):
    found = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"))
    return str(found[-1]) if found else None


def test_a_gradebook_in_postgresql_says_the_same(
    postgres, handed_in, undisturbed, tmp_path, monkeypatch
):
    course = copy_of(handed_in, tmp_path / "classroom")
    (course.classroom / "gradebook.db").unlink()
    monkeypatch.setenv("IMBALANCE_DATABASE", postgres)
    assert course.database == postgres
    Steps(course).release(LESSON, force=True)
    assert not any(entry.failed for entry in grade(course))
    assert content(course) == undisturbed[0]
    assert not (course.classroom / "gradebook.db").exists()
