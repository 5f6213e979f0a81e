"""Settings for all tests."""

import os

from hypothesis import settings

# The models here are tiny: a second thread only waits, and on a busy machine for long. Set before
# torch is imported, and handed on to kernels.
os.environ["OMP_NUM_THREADS"] = "1"

# The same examples each time, and no failure because a machine was busy.
settings.register_profile("repeatable", derandomize=True, deadline=None)
settings.load_profile("repeatable")
