"""The warm process: it has done the imports, and forks itself once for each submission.

It is told what to do over a Unix socket. A request is two file descriptors: one to read from, a
line of JSON and after it the contents of files; and the writing end of a pipe, where the forked
process writes one line of JSON a cell. So the warm process never holds what a submission says, and
many can run at a time.

Three processes take part: this one; a *guard*, forked for the submission, which watches time and
memory; and the guard's child, which runs the cells.
"""

from __future__ import annotations

import contextlib
import importlib
import json
import mmap
import os
import random
import re
import select
import signal
import socket
import sys
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from autograder.execution import jail, syscalls
from autograder.execution.cells import run_cells
from autograder.execution.files import write_files
from autograder.execution.jail import Limits

LOOK_AGAIN = 0.2  # seconds between two looks at the memory in use
GRACE = 2.0  # seconds from the interruption of a cell to the end of the process
MEGABYTE = 1 << 20

WARM = (
    "autograder",
    "autograder.engine.check",
    "autograder.questions",
    "numpy",
    "torch.nn.functional",
    "torch.utils.data",
    "IPython.core.completer",
    "stack_data",  # for tracebacks
    "imbalance_lessons.validation",
)


def warm_up(modules: Iterable[str] = WARM) -> None:
    """Import what submissions import, and take one training step: the first one is slow."""
    for module in modules:
        importlib.import_module(module)
    import torch

    torch.set_num_threads(1)  # threads do not survive a fork
    layer = torch.nn.Linear(2, 2)
    optimizer = torch.optim.Adam(layer.parameters())
    torch.nn.functional.cross_entropy(layer(torch.ones(2, 2)), torch.tensor([0, 1])).backward()
    optimizer.step()
    torch.manual_seed(0)


def is_safe_to_fork() -> bool:
    """Whether this process has a single thread; a fork loses all others, and their locks."""
    return len(list(Path("/proc/self/task").iterdir())) == 1


def serve(connection: socket.socket, jailed: bool) -> None:
    """Fork once for each request, until the other side closes the connection."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # guards need no one to wait for them
    while True:
        message, descriptors, _, _ = socket.recv_fds(connection, 1, 2)
        if not message:
            return
        request, results = descriptors
        if os.fork() == 0:
            connection.close()
            _guard(request, results, jailed)
        os.close(request)
        os.close(results)


def _guard(sent_here: int, results: int, jailed: bool) -> None:
    """Start the process that runs the cells, watch it, and see to it that nothing is left."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    # No file: its position would be shared with the child, which reads on.
    sent = mmap.mmap(sent_here, 0, access=mmap.ACCESS_READ)
    os.close(sent_here)
    request = json.loads(sent.readline())
    limits = Limits(**request["limits"])
    started, start = os.pipe()
    try:
        if jailed:
            jail.enter_namespaces()
        child = os.fork()
        if child == 0:
            os.close(started)
            _submission(request, sent, limits, results, start, jailed)
    except BaseException as error:  # never back into the warm process's own code
        _say_end(results, f"{type(error).__name__}: {error}")
        os._exit(1)
    os.close(start)
    sent.close()
    try:
        reason = _watch(child, started, results, limits)
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(child, signal.SIGKILL)
    _say_end(results, reason)
    os._exit(0)


def _say_end(results: int, reason: str) -> None:
    with contextlib.suppress(OSError):
        os.write(results, json.dumps({"end": reason}).encode() + b"\n")


def _watch(child: int, started: int, results: int, limits: Limits) -> str:
    """Wait until the child ends or has to be ended; says why, empty if it came to its end."""
    heard = select.poll()
    heard.register(results, 0)  # tells when the other end has been closed
    end = time.monotonic() + limits.seconds
    cell_end, interrupted = end, False
    pid_ended = os.pidfd_open(child)
    watched = [pid_ended, started]
    while True:
        ready, _, _ = select.select(watched, [], [], LOOK_AGAIN)
        now = time.monotonic()
        if pid_ended in ready:
            _, status = os.waitpid(child, 0)
            return "" if status == 0 else "it ended its own process"
        if started in ready:
            if os.read(started, 1):
                cell_end, interrupted = now + limits.cell_seconds, False
            else:  # closed by the submission: it would be ready for ever
                watched.remove(started)
        if heard.poll(0):
            return "nobody waits for its outputs any more"
        if now > end:
            return f"it ran longer than {limits.seconds:g} seconds in all"
        if now > cell_end and not interrupted:
            os.kill(child, signal.SIGINT)
            interrupted = True
        if now > cell_end + GRACE:
            return f"a cell ran longer than {limits.cell_seconds:g} seconds and would not stop"
        family = below(child)
        if len(family) > limits.processes:
            return f"it started more than {limits.processes} processes"
        if sum(map(memory_of, family)) > limits.memory * MEGABYTE:
            return f"it used more than {limits.memory} MB of memory"


def below(process: int) -> list[int]:
    """List a process and all that it started."""
    children: dict[int, list[int]] = {}
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            with contextlib.suppress(OSError, ValueError, IndexError):
                parent = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
                children.setdefault(parent, []).append(int(folder.name))
    family = [process]
    for current in family:
        family += children.get(current, [])
    return family


def memory_of(process: int) -> int:
    """Tell a process's memory in bytes; pages that it shares, as after a fork, by its part."""
    try:
        sums = Path(f"/proc/{process}/smaps_rollup").read_text()
    except OSError:
        return 0
    return 1024 * sum(map(int, re.findall(r"^(?:Swap)?Pss:\s+(\d+)", sums, re.MULTILINE)))


def _submission(
    request: dict[str, Any],
    sent: mmap.mmap,
    limits: Limits,
    results: int,
    start: int,
    jailed: bool,
) -> None:
    """Run the cells; never returns."""
    os.setpgid(0, 0)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    if jailed:
        jail.wall_in(limits)
        syscalls.forbid()
    else:
        os.chdir(request["folder"])
    _write_all(results, jail.READY)  # until here, whatever fails is the machine's fault
    write_files({name: sent.read(size) for name, size in request["files"]}, Path())
    sent.close()
    sys.path.insert(0, "")  # as in a kernel: modules beside the notebook can be imported
    quiet = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(quiet, descriptor)
    os.environ.update(request["environment"])
    _reseed()

    def on_start(index: int) -> None:
        os.write(start, b".")

    me = os.getpid()
    for outputs in run_cells(request["cells"], on_start):
        if os.getpid() != me:  # a fork that a cell made and did not end
            os._exit(0)
        line = json.dumps(outputs, default=repr).encode()
        if len(line) > limits.output * MEGABYTE:
            line = json.dumps([_too_much(limits)]).encode()
        _write_all(results, line + b"\n")
    os._exit(0)


def _reseed() -> None:
    """Give each fork random numbers of its own."""
    import numpy as np
    import torch

    seed = int.from_bytes(os.urandom(4))
    random.seed(seed)
    np.random.seed(seed)  # noqa: NPY002 - the global generator is what submissions use
    torch.manual_seed(seed)


def _too_much(limits: Limits) -> dict[str, Any]:
    text = f"This cell's output was more than {limits.output} MB and has been left out."
    return {"output_type": "stream", "name": "stderr", "text": text}


def _write_all(descriptor: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(descriptor, view) :]


def main() -> None:
    """Warm up, say so, and serve; started with a socket's descriptor, and maybe --jailed."""
    jailed = "--jailed" in sys.argv
    if jailed and os.getuid() == 0:
        jail.become_nobody()
    with socket.socket(fileno=int(sys.argv[1])) as connection:
        warm_up()
        connection.send(b"ready" if is_safe_to_fork() else b"unsafe")
        serve(connection, jailed)


if __name__ == "__main__":
    main()
