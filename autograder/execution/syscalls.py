"""A filter of system calls (seccomp): what no submission needs, and an attacker would like.

The kernel refuses the calls with an error, as it would to somebody without the right to make them.
Refused is what would undo the walls or get round them (mounts, new namespaces), what holds memory
that no limit counts (System V shared memory, files in memory), what looks into other processes,
what loads something into the kernel or is known for its holes, keys, which may outlive a process,
and sockets of families that a network namespace does not keep apart.
"""

from __future__ import annotations

import ctypes
import errno
import platform
import struct
from collections.abc import Sequence

# Numbers of system calls: on x86-64, and on ARM of 64 bits (which shares them with newer machines).
CALLS = {
    "mount": (165, 40),
    "umount2": (166, 39),
    "pivot_root": (155, 41),
    "chroot": (161, 51),
    "unshare": (272, 97),
    "setns": (308, 268),
    "open_tree": (428, 428),
    "move_mount": (429, 429),
    "fsopen": (430, 430),
    "fsconfig": (431, 431),
    "fsmount": (432, 432),
    "fspick": (433, 433),
    "mount_setattr": (442, 442),
    "memfd_create": (319, 279),
    "memfd_secret": (447, 447),
    "shmget": (29, 194),
    "shmat": (30, 196),
    "semget": (64, 190),
    "msgget": (68, 186),
    "mq_open": (240, 180),
    "add_key": (248, 217),
    "request_key": (249, 218),
    "keyctl": (250, 219),
    "ptrace": (101, 117),
    "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271),
    "pidfd_getfd": (438, 438),
    "kcmp": (312, 272),
    "bpf": (321, 280),
    "perf_event_open": (298, 241),
    "userfaultfd": (323, 282),
    "io_uring_setup": (425, 425),
    "init_module": (175, 105),
    "finit_module": (313, 273),
    "delete_module": (176, 106),
    "kexec_load": (246, 104),
    "swapon": (167, 224),
    "swapoff": (168, 225),
    "reboot": (169, 142),
    "acct": (163, 89),
    "quotactl": (179, 60),
    "open_by_handle_at": (304, 265),
}
CLONE, CLONE3, SOCKET = (56, 220), (435, 435), (41, 198)
MACHINES = {"x86_64": (0, 0xC000003E), "aarch64": (1, 0xC00000B7)}  # column above, name for seccomp

NEW_NAMESPACES = 0x7E020000  # the flags of clone that ask for one
FAMILIES = (1, 2, 10)  # Unix sockets, IPv4 and IPv6: these a network namespace keeps apart
OTHER_CALLS = 0x40000000  # x86-64's second table of calls (x32), which nothing here uses

LOAD, IS_EQUAL, IS_AT_LEAST, HAS_BITS, RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
AT_NUMBER, AT_MACHINE, AT_FIRST_ARGUMENT = 0, 4, 16
ALLOW, KILL, ERROR = 0x7FFF0000, 0x80000000, 0x00050000

PR_SET_NO_NEW_PRIVS, PR_SET_SECCOMP, SECCOMP_MODE_FILTER = 38, 22, 2


def program(machine: str) -> bytes:
    """Write the filter as the kernel reads it: instructions of eight bytes.

    Parameters
    ----------
    machine
        What `platform.machine` says; a key of `MACHINES`.
    """
    column, name = MACHINES[machine]
    refuse, unknown = ERROR | errno.EPERM, ERROR | errno.ENOSYS
    steps = [
        _step(LOAD, AT_MACHINE),
        *_if(IS_EQUAL, name, otherwise=KILL),
        _step(LOAD, AT_NUMBER),
        *_if(IS_AT_LEAST, OTHER_CALLS, then=refuse),
        # Its flags are behind a pointer, where a filter cannot look. Libraries then use clone.
        *_if(IS_EQUAL, CLONE3[column], then=unknown),
    ]
    for numbers in CALLS.values():
        steps += _if(IS_EQUAL, numbers[column], then=refuse)
    flags = [
        _step(LOAD, AT_FIRST_ARGUMENT),
        *_if(HAS_BITS, NEW_NAMESPACES, then=refuse),
        _step(RETURN, ALLOW),
    ]
    families = [_step(LOAD, AT_FIRST_ARGUMENT)]
    for family in FAMILIES:
        families += _if(IS_EQUAL, family, then=ALLOW)
    families.append(_step(RETURN, refuse))
    for number, check in ((CLONE[column], flags), (SOCKET[column], families)):
        steps += [_step(IS_EQUAL, number, 0, len(check)), *check]
    return b"".join([*steps, _step(RETURN, ALLOW)])


def forbid(machine: str = "") -> bool:
    """Put the filter on this process, and on each that it starts, for good.

    Returns
    -------
    bool
        Whether it was put on: not on a machine whose calls are not in the table.

    Raises
    ------
    OSError
        If the kernel refuses.
    """
    machine = machine or platform.machine()
    if machine not in MACHINES:
        return False
    steps = program(machine)
    buffer = ctypes.create_string_buffer(steps, len(steps))
    header = struct.pack("@H6xP", len(steps) // 8, ctypes.addressof(buffer))
    library = ctypes.CDLL(None, use_errno=True)
    library.prctl.argtypes = [ctypes.c_int, *[ctypes.c_ulong] * 4]
    where = ctypes.create_string_buffer(header, len(header))
    for arguments in (
        (PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0),
        (PR_SET_SECCOMP, SECCOMP_MODE_FILTER, ctypes.addressof(where), 0, 0),
    ):
        if library.prctl(*arguments) != 0:
            number = ctypes.get_errno()
            raise OSError(number, f"the filter of system calls was refused (error {number})")
    return True


def _step(code: int, value: int, if_true: int = 0, if_false: int = 0) -> bytes:
    return struct.pack("HBBI", code, if_true, if_false, value)


def _if(
    test: int, value: int, then: int | None = None, otherwise: int | None = None
) -> Sequence[bytes]:
    """End with a verdict if a test holds, or if it does not; else go on."""
    verdict = then if then is not None else otherwise
    assert verdict is not None
    skip = (0, 1) if then is not None else (1, 0)
    return [_step(test, value, *skip), _step(RETURN, verdict)]
