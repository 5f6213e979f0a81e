"""Settings for all tests."""

import os
from pathlib import Path

from hypothesis import settings

# The models here are tiny: a second thread only waits, and on a busy machine for long. Set before
# torch is imported, and handed on to kernels.
os.environ["OMP_NUM_THREADS"] = "1"

# For the processes that tests start: what saves each of them two seconds.
STAND_INS = str(Path(__file__).parent / "stand_ins")
os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, [STAND_INS, os.environ.get("PYTHONPATH")]))

# The same examples each time, and no failure because a machine was busy.
settings.register_profile("repeatable", derandomize=True, deadline=None)
settings.load_profile("repeatable")


def pytest_addoption(parser):
    """Let whoever wants to be surer judge with more seeds, and kill the grader more often."""
    parser.addoption(
        "--seeds",
        type=int,
        default=3,
        help="with how many seeds to draw the cases for each right and wrong solution",
    )
    parser.addoption(
        "--kills",
        type=int,
        default=3,
        help="at how many moments to kill the grader of a class",
    )


# Each is one solution to an exercise, judged with every seed.
WRONG = "test_it_loses_points_and_is_named"
RIGHT = "test_it_gets_full_marks"


def pytest_terminal_summary(terminalreporter, config):
    """Sum up how the exercises' judges did, where their solutions were judged."""
    passed, failed = map(terminalreporter.getreports, ("passed", "failed"))
    killed, survived, accepted, rejected = (
        sum(test in report.nodeid for report in reports)
        for test in (WRONG, RIGHT)
        for reports in (passed, failed)
    )
    if killed + survived + accepted + rejected:
        terminalreporter.section("the judges")
        terminalreporter.line(
            f"With {config.getoption('--seeds')} seeds and the public cases alone: "
            f"wrong solutions {killed} killed, {survived} survived; "
            f"right ones {accepted} accepted, {rejected} rejected."
        )
