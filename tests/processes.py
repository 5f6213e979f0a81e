"""Which processes are left of a run that should have ended them all."""

import os
import time
from pathlib import Path


def left(variable, seconds=10):
    """List what goes on with a variable, ``NAME=value``, in its environment.

    The system may take a moment to be done with those that were killed: so many seconds at most.
    """
    end = time.monotonic() + seconds
    while (found := _now(variable.encode())) and time.monotonic() < end:
        os.sched_yield()
    return found


def _now(variable):
    found = []
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit() and int(folder.name) != os.getpid():
            try:
                if variable in (folder / "environ").read_bytes().split(b"\0"):
                    found.append((folder / "cmdline").read_text())
            except OSError:
                pass
    return found
