"""The filter of system calls as bytes, and what it refuses in a sandbox."""

import struct

import pytest

from autograder.execution import syscalls

CALL = "import ctypes\nlibrary = ctypes.CDLL(None, use_errno=True)\n"
REFUSED = {
    "to unmount its folder": "library.umount2(b'/private', 2)",
    "to mount another": "library.mount(b'x', b'/private/work', b'tmpfs', 0, None)",
    "a namespace by unshare": "library.unshare(0x10000000)",
    "shared memory that nobody counts": "library.shmget(0, 4096, 0o1600)",
    "to be traced": "library.ptrace(0, 0, 0, 0)",
    "a keyring": "library.syscall(__import__('autograder.execution.syscalls').execution.syscalls.CALLS['keyctl'][__import__('platform').machine() != 'x86_64'], 0, 0, 0)",  # noqa: E501
    "to talk to the host": "library.socket(40, 1, 0)",
    "to talk to the kernel": "library.socket(16, 3, 0)",
    "a file in memory": "library.memfd_create(b'x', 0)",
}


@pytest.mark.parametrize("wanted", REFUSED)
def test_it_is_refused_in_the_sandbox(jailed, wanted):
    [[output]] = jailed.run([f"{CALL}({REFUSED[wanted]}, ctypes.get_errno())"], {}).outputs
    assert output["data"]["text/plain"] == "(-1, 1)"


def test_processes_threads_and_sockets_work_all_the_same(jailed):
    cell = (
        "import socket, subprocess, threading\n"
        "one, other = socket.socketpair()\none.send(b'x')\n"
        "thread = threading.Thread(target=print)\nthread.start()\nthread.join()\n"
        "(subprocess.run(['true']).returncode, other.recv(1))"
    )
    [outputs] = jailed.run([cell], {}).outputs
    assert outputs[-1]["data"]["text/plain"] == "(0, b'x')"


@pytest.mark.parametrize("machine", syscalls.MACHINES)
def test_each_program_ends_in_a_verdict_and_no_jump_leaves_it(machine):
    program = syscalls.program(machine)
    steps = list(struct.iter_unpack("HBBI", program))
    assert steps[-1] == (syscalls.RETURN, 0, 0, syscalls.ALLOW)
    assert len(steps) < 4096
    for place, (code, if_true, if_false, _) in enumerate(steps):
        if code & 7 == 5:
            assert place + 1 + max(if_true, if_false) < len(steps)


def test_a_machine_without_a_table_gets_no_filter():
    assert syscalls.forbid("an unknown machine") is False
