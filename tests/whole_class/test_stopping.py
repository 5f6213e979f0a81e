"""Ctrl-C ends the grading of a class soon, in a sentence, and what was done stays done."""

import contextlib
import os
import signal
import subprocess
import sys

import pytest

from autograder.grading.log import GradingLog
from tests.whole_class.tools import LESSON, ROOT, STUDENTS, content, grade

pytestmark = pytest.mark.slow


def test_somebody_who_stops_it_is_told_how_to_go_on(course, undisturbed):
    with subprocess.Popen(
        [sys.executable, "-u", "-m", "autograder", "grade", LESSON, "--workers", "1"],
        cwd=ROOT,
        env={**os.environ, "IMBALANCE_CLASSROOM": str(course.classroom)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    ) as process:
        log = course.classroom / "grading_log.jsonl"
        while not log.is_file() and process.poll() is None:
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(timeout=0.05)
        os.killpg(process.pid, signal.SIGINT)
        said = " ".join(process.stdout.read().split())
    assert "Traceback" not in said
    assert "Stopped. Nothing is lost" in said
    assert process.returncode == 130
    graded = GradingLog(course.classroom).latest()
    assert 0 < len(graded) < len(STUDENTS)
    assert len(grade(course)) == len(STUDENTS)
    assert content(course) == undisturbed[0]
