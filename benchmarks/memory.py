"""Peak memory: in a process of its own, as a peak never comes down again."""

from __future__ import annotations

import contextlib
import importlib
import json
import re
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

KIB = 2**10
GIB = 2**30


@dataclass(frozen=True)
class Peak:
    """What a piece of work took in a process of its own.

    Attributes
    ----------
    before, peak
        Bytes in memory with the data made, and at the most while it was worked on.
    seconds
        How long the work took.
    error
        What it was refused with, or "".
    """

    before: int
    peak: int
    seconds: float
    error: str = ""

    def __str__(self) -> str:
        if self.error:
            return f"refuses: {self.error}"
        return (
            f"takes {self.seconds:.1f} s and at most {self.peak / GIB:.2f} GiB of memory, "
            f"{(self.peak - self.before) / GIB:.2f} GiB above the process with its data"
        )


def in_a_process(module: str, function: str, size: int) -> Peak:
    """Run what `module.function(size)` returns, in a new process; give what it took."""
    command = [sys.executable, "-m", "benchmarks.memory", module, function, str(size)]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    if run.returncode:
        lines = run.stderr.strip().splitlines()
        return Peak(0, 0, 0.0, lines[-1] if lines else f"exit status {run.returncode}")
    return Peak(**json.loads(run.stdout.splitlines()[-1]))


def measure_here(module: str, function: str, size: int) -> Peak:
    """Do the same in this process."""
    work = getattr(importlib.import_module(module), function)(size)
    _forget_peak()
    before, start = _peak_so_far(), time.perf_counter()
    try:
        work()
    except (RuntimeError, MemoryError, ValueError) as error:
        message = str(error).splitlines()[0] if str(error) else ""
        return Peak(before, before, 0.0, f"{type(error).__name__}: {message}")
    return Peak(before, _peak_so_far(), time.perf_counter() - start)


def _forget_peak() -> None:
    """Let the peak start again from what is in memory now, where the system can do that."""
    with contextlib.suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5")


def _peak_so_far() -> int:
    """Give the most bytes that this process has had in memory."""
    status = Path("/proc/self/status")
    if status.exists():  # not getrusage: what that gives counts the parent's memory too
        [kib] = re.findall(r"VmHWM:\s*(\d+) kB", status.read_text())
        return int(kib) * KIB
    import resource  # not there on Windows

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return int(peak if sys.platform == "darwin" else peak * KIB)


if __name__ == "__main__":
    print(json.dumps(measure_here(sys.argv[1], sys.argv[2], int(sys.argv[3])).__dict__))
