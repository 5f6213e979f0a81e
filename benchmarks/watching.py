"""Watch a command: wall time, the processor time of the whole machine, and peak memory."""

from __future__ import annotations

import contextlib
import re
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

MEBIBYTE = 2**20
LOOK_AGAIN = 0.5  # seconds between two looks at the memory in use


@dataclass(frozen=True)
class Watched:
    """What a command took.

    Attributes
    ----------
    wall
        Seconds from its start to its end.
    cpu
        Seconds that the machine's cores were busy meanwhile, whoever kept them so: processes in
        namespaces of their own are in no parent's account. Tells something on a quiet machine.
    peak
        Bytes of memory at the most, of the command and all that it started; pages that several
        share are counted once.
    output
        What it wrote.
    """

    wall: float
    cpu: float
    peak: int
    output: str


def watch(command: Sequence[str], folder: Path, environment: Mapping[str, str]) -> Watched:
    """Run a command to its end.

    Raises
    ------
    RuntimeError
        If it fails; with the end of what it wrote.
    """
    busy, started = _busy(), time.perf_counter()
    process = subprocess.Popen(
        command,
        cwd=folder,
        env=dict(environment),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    )
    peaks = [0]
    ended = threading.Event()
    watcher = threading.Thread(target=_watch_memory, args=(process.pid, peaks, ended))
    watcher.start()
    output, _ = process.communicate()
    wall, cpu = time.perf_counter() - started, _busy() - busy
    ended.set()
    watcher.join()
    if process.returncode:
        raise RuntimeError(f"{' '.join(command)} failed:\n{output[-2000:]}")
    return Watched(wall, cpu, max(peaks), output)


def memory_of_family(process: int) -> int:
    """Sum up the memory of a process and of all that it started, in bytes."""
    import psutil  # type: ignore[import-untyped]

    with contextlib.suppress(psutil.Error):
        root = psutil.Process(process)
        return sum(_proportional(p.pid) for p in [root, *root.children(recursive=True)])
    return 0


def _watch_memory(process: int, peaks: list[int], ended: threading.Event) -> None:
    while not ended.wait(LOOK_AGAIN):
        peaks.append(memory_of_family(process))


def _proportional(process: int) -> int:
    """Read a process's proportional set size: shared pages count by its part of them."""
    try:
        sums = Path(f"/proc/{process}/smaps_rollup").read_text()
    except OSError:
        return 0
    return 1024 * sum(map(int, re.findall(r"^Pss:\s+(\d+)", sums, re.MULTILINE)))


def _busy() -> float:
    import psutil

    times = psutil.cpu_times()
    guests = getattr(times, "guest", 0) + getattr(times, "guest_nice", 0)  # in user and nice, too
    return float(sum(times) - guests - times.idle - getattr(times, "iowait", 0))
