"""Settings for all tests."""

import os

from hypothesis import settings

# The models here are tiny: a second thread only waits, and on a busy machine for long. Set before
# torch is imported, and handed on to kernels.
os.environ["OMP_NUM_THREADS"] = "1"

# The same examples each time, and no failure because a machine was busy.
settings.register_profile("repeatable", derandomize=True, deadline=None)
settings.load_profile("repeatable")


def pytest_addoption(parser):
    """Let whoever wants to be surer judge the exercises with more seeds."""
    parser.addoption(
        "--seeds",
        type=int,
        default=3,
        help="with how many seeds to draw the cases for each right and wrong solution",
    )
