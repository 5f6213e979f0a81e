"""What may happen while a class is graded: nothing is lost, and a sentence says what to do."""

import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys

import pytest

from autograder.execution import job
from autograder.grading.course import Course, CourseError
from autograder.grading.log import GradingLog
from autograder.grading.whole_class import grade_class, submissions
from tests import processes
from tests.whole_class.tools import LESSON, ROOT, STUDENTS, content, copy_of, grade, reports

pytestmark = pytest.mark.slow


def start(course, *arguments):
    """Start the command as a person would, in a process group of its own."""
    return subprocess.Popen(
        [sys.executable, "-m", "autograder", "grade", LESSON, *arguments],
        cwd=ROOT,
        env={**os.environ, "IMBALANCE_CLASSROOM": str(course.classroom)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )


def test_killed_at_any_moment_it_goes_on_to_the_same_gradebook(
    handed_in, undisturbed, tmp_path, pytestconfig
):
    """The moments are drawn over as long as a whole run takes, measured here."""
    whole = copy_of(handed_in, tmp_path / "whole")
    started = os.times().elapsed
    assert start(whole).wait() == 0
    seconds = os.times().elapsed - started
    draw = random.Random(0)
    kills = pytestconfig.getoption("--kills")
    ended_early = 0
    for number in range(kills):
        course = copy_of(handed_in, tmp_path / str(number))
        process = start(course)
        moment = seconds * (number + draw.random()) / kills
        try:
            process.wait(timeout=moment)
        except subprocess.TimeoutExpired:
            ended_early += 1
            os.kill(process.pid, signal.SIGKILL)
            process.wait()
        # One that is still importing torch sees only afterwards that it is alone.
        left = processes.left(f"IMBALANCE_CLASSROOM={course.classroom}", seconds=60)
        assert left == [], moment
        graded = grade(course)
        assert sorted(entry.student for entry in graded) == sorted(STUDENTS), moment
        assert not any(entry.failed for entry in graded), moment
        assert content(course) == undisturbed[0], moment
        assert reports(course) == undisturbed[1], moment
        shutil.rmtree(course.classroom)
    assert ended_early >= kills / 2


def test_results_that_a_killed_run_left_are_not_run_again(course, undisturbed, monkeypatch):
    def full(self, entry):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(GradingLog, "append", full)
        with pytest.raises(CourseError, match="The disk is full"):
            grade(course)
    kept = list((course.classroom / "results").rglob("*.json"))
    assert kept
    ran = []

    def counted(work):
        ran.append(work)
        return job.run_job(work)

    grade(course, runner=counted)
    assert len(ran) <= len(STUDENTS) - len(kept)
    assert content(course) == undisturbed[0]


def test_a_warm_process_that_dies_is_replaced(course, undisturbed):
    killed = []

    def run(work):
        process = job.warm_process(work.references, work.limits)
        if len(killed) < 2:
            killed.append(process)
            process._process.kill()
            process._process.wait()
        return job.run_job(work)

    assert not any(entry.failed for entry in grade(course, runner=run))
    assert len(killed) == 2
    assert content(course) == undisturbed[0]


def test_a_locked_gradebook_is_said_to_be_one_and_nothing_is_lost(course, undisturbed):
    connection = sqlite3.connect(course.classroom / "gradebook.db", isolation_level=None)
    connection.execute("BEGIN EXCLUSIVE")
    try:
        with pytest.raises(CourseError, match="locked by another program"):
            grade(course)
    finally:
        connection.execute("ROLLBACK")
        connection.close()
    grade(course)
    assert content(course) == undisturbed[0]


def test_a_second_grader_is_sent_away(course):
    grading = grade_class(course, submissions(course, [LESSON]))
    next(grading)
    with pytest.raises(CourseError, match="at work in"):
        grade(course)
    grading.close()
    assert len(grade(course)) == len(STUDENTS)


def test_without_a_sandbox_it_stops_and_says_what_to_install(course, monkeypatch):
    monkeypatch.setenv("PATH", "")
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(CourseError, match=r"Install bubblewrap.*IMBALANCE_TRUSTED=1"):
        grade(course)
    assert not (course.classroom / "autograded").exists()


def test_a_full_disk_is_said_to_be_one(handed_in, undisturbed, tmp_path):
    """The classroom is on a small disk of its own, which somebody fills."""
    small = tmp_path / "small"
    small.mkdir()
    # A mount in a namespace of its own is gone with its processes.
    script = f"""
        mount -t tmpfs -o size=12m tmpfs {small} || exit 77
        cp -r {handed_in.classroom}/. {small} || exit 77
        dd if=/dev/zero of={small}/filler bs=4k 2>/dev/null
        {sys.executable} -m autograder grade {LESSON} > {tmp_path}/first 2>&1
        echo $? >> {tmp_path}/first
        rm {small}/filler
        {sys.executable} -m autograder grade {LESSON} > {tmp_path}/second 2>&1
        echo $? >> {tmp_path}/second
        cp -r {small} {tmp_path}/after
    """
    done = subprocess.run(
        ["unshare", "--mount", "sh", "-c", script],
        cwd=ROOT,
        env={**os.environ, "IMBALANCE_CLASSROOM": str(small)},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode == 77 or "unshare" in done.stderr:
        pytest.skip(f"no disk can be mounted here: {done.stderr.strip()}")
    first = " ".join((tmp_path / "first").read_text().split())
    assert "The disk is full: make room. Nothing is lost" in first
    assert "Traceback" not in first
    assert first.endswith(" 1")
    assert (tmp_path / "second").read_text().split()[-1] == "0"
    assert content(Course(ROOT, tmp_path / "after")) == undisturbed[0]
