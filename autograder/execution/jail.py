"""What a forked process does to itself before it runs a submission: namespaces and limits.

Only the standard library is used, and system calls that an ordinary user may make.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import resource
import struct
from dataclasses import dataclass
from pathlib import Path

CLONE_NEWNS, CLONE_NEWIPC, CLONE_NEWUSER, CLONE_NEWPID, CLONE_NEWNET = (
    0x00020000,
    0x08000000,
    0x10000000,
    0x20000000,
    0x40000000,
)
MS_NOSUID, MS_NODEV, MS_NOEXEC, MS_REC, MS_PRIVATE = 0x2, 0x4, 0x8, 0x4000, 0x40000
# The first line of a submission's results: the walls stand, and none of its code has run yet.
READY = b'"ready"\n'
PRIVATE = "/private"  # what a submission may write to; and /dev/shm
MEGABYTE = 1 << 20
NOBODY = 65534
PR_SET_DUMPABLE, PR_CAPBSET_DROP = 4, 24
CAPABILITY_VERSION = 0x20080522


@dataclass(frozen=True)
class Limits:
    """What one submission may use.

    Attributes
    ----------
    cell_seconds, seconds
        Wall time of a cell, and of them all.
    memory
        Megabytes of memory, all its processes together.
    processes, open_files
        How many at a time.
    disk
        Megabytes that it may write to its own folder, and to /dev/shm.
    output
        Megabytes of outputs.
    """

    cell_seconds: float = 60.0
    seconds: float = 300.0
    memory: int = 2048
    processes: int = 32
    open_files: int = 256
    disk: int = 64
    output: int = 16


def become_nobody() -> None:
    """Give up being root, for whom the kernel has no limit on the number of processes."""
    os.setgroups([])
    os.setgid(NOBODY)
    os.setuid(NOBODY)
    # Whoever changes its user may no longer write to its own files in /proc, but for this.
    _call("prctl", PR_SET_DUMPABLE, 1, 0, 0, 0)


def enter_namespaces() -> None:
    """Leave the other submissions behind: own users, processes, shared memory and network.

    The caller must fork afterwards; its child is the first process of the new namespace, and when
    it ends, everything it started ends with it.
    """
    user, group = os.getuid(), os.getgid()
    _call("unshare", CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWIPC | CLONE_NEWNET)
    Path("/proc/self/setgroups").write_text("deny")
    Path("/proc/self/uid_map").write_text(f"{user} {user} 1")
    Path("/proc/self/gid_map").write_text(f"{group} {group} 1")


def wall_in(limits: Limits) -> None:
    """Take from the first process of a new namespace what a submission must not have."""
    limit(limits)
    mount_private(limits)
    give_up_rights()


def mount_private(limits: Limits) -> None:
    """Give the first process of a new namespace its own folder, /dev/shm and /proc.

    Whoever watches it from outside keeps theirs.
    """
    _call("unshare", CLONE_NEWNS)
    _call("mount", b"none", b"/", None, MS_REC | MS_PRIVATE, None)
    size = f"size={limits.disk}m".encode()
    for place in (PRIVATE.encode(), b"/dev/shm"):
        _call("mount", b"tmpfs", place, b"tmpfs", MS_NOSUID | MS_NODEV, size)
    flags = MS_NOSUID | MS_NODEV | MS_NOEXEC
    try:
        _call("mount", b"proc", b"/proc", b"proc", flags, None)
    except OSError:  # refused to root in a container; no processes to be seen is as good
        _call("mount", b"tmpfs", b"/proc", b"tmpfs", flags, b"size=0,mode=555")
    for name in ("tmp", "work"):
        Path(PRIVATE, name).mkdir()
    os.chdir(f"{PRIVATE}/work")


def give_up_rights() -> None:
    """Give up what a process may do in namespaces of its own, mounts and unmounting included.

    Otherwise a submission could unmount its private folder and find the one below, which all
    submissions share.
    """
    for capability in range(64):
        with contextlib.suppress(OSError):  # there are fewer
            _call("prctl", PR_CAPBSET_DROP, capability, 0, 0, 0)
    header = struct.pack("Ii", CAPABILITY_VERSION, 0)
    _call("capset", header, bytes(24))  # none effective, none permitted, none to be inherited


def limit(limits: Limits) -> None:
    """Set what the kernel enforces for this process and each that it starts."""
    in_use = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    for what, most in (
        (resource.RLIMIT_AS, in_use + limits.memory * MEGABYTE),
        (resource.RLIMIT_CPU, int(limits.seconds) + 1),
        (resource.RLIMIT_NOFILE, limits.open_files),
        (resource.RLIMIT_FSIZE, limits.disk * MEGABYTE),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NPROC, limits.processes),
    ):
        resource.setrlimit(what, (most, most))
    # Should the machine run out of memory, submissions go first, and not what watches over them.
    with contextlib.suppress(OSError):  # where /proc is read-only
        Path("/proc/self/oom_score_adj").write_text("1000")


def _call(name: str, *arguments: object) -> None:
    """Make a call of the C library that returns 0 if all is well."""
    library = ctypes.CDLL(None, use_errno=True)
    if getattr(library, name)(*arguments) != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{name}: {os.strerror(number)}")
