"""Attacks on the machine, the warm process, and whoever is graded next. All are harmful."""

# ruff: noqa: E501 - an attack is easier to read unbroken

from __future__ import annotations

from dataclasses import replace

from .attack import MARK, Attack, first, instead

ENDLESS = "while True:\n    pass"
IGNORES = f"import signal\nsignal.signal(signal.SIGINT, signal.SIG_IGN)\n{ENDLESS}"
CATCHES = (
    "while True:\n    try:\n        while True:\n            pass\n"
    "    except BaseException:\n        pass"
)
FORKS = "import os\nfor _ in range(10_000):\n    os.fork()"
THREADS = (
    "import threading, time\nstarted = [threading.Thread(target=time.sleep, args=(60,), daemon=True)"
    " for _ in range(5000)]\nfor thread in started:\n    thread.start()"
)
DAEMON = f"""
import os, time
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        while True:
            open('/dev/shm/{MARK}', 'w').write('x')
            time.sleep(0.1)
    os._exit(0)
"""
NOHUP = "import subprocess\nsubprocess.Popen(['nohup', 'setsid', 'sleep', '86399'])"
LEAVES = f"""
import os, tempfile
home = os.path.expanduser('~')
for place in ('/tmp', '/var/tmp', '/dev/shm', '/dev', '/run', '/private', '/private/tmp', home, '.',
              tempfile.gettempdir(), home + '/.ipython/profile_default/startup'):
    try:
        os.makedirs(place, exist_ok=True)
        open(place + '/{MARK}.py', 'w').write('import os')
    except OSError:
        pass
os.environ['PYTHONSTARTUP'] = '/tmp/{MARK}.py'
"""
FINDS = f"""
import os
for top, folders, files in os.walk('/'):
    if top.startswith(('/proc', '/sys', '/usr')):
        folders.clear()
    if any('{MARK}' in name for name in files):
        print('GOT', 'IT', top)
"""
UNMOUNTS = f"""
import ctypes
library = ctypes.CDLL(None, use_errno=True)
for place in (b'/private', b'/dev/shm', b'/proc'):
    if library.umount2(place, 2) == 0:
        print('GOT', 'IT', place)
try:
    open('/private/tmp/{MARK}', 'w').write('x')
except OSError:
    pass
"""
CALL = "import ctypes\nlibrary = ctypes.CDLL(None, use_errno=True)\n"
NAMESPACES = (
    CALL + "for flag in (0x10000000, 0x00020000, 0x40000000):\n"
    "    if library.unshare(flag) == 0:\n        print('GOT', 'IT', hex(flag))"
)
TRACES = CALL + (
    "import os\nfor process in range(1, 40):\n    if process != os.getpid():\n"
    "        if library.ptrace(16, process, 0, 0) == 0:\n            print('GOT', 'IT', process)\n"
    "        try:\n            open(f'/proc/{process}/mem', 'r+b').read(1)\n"
    "            print('GOT', 'IT', process)\n        except OSError:\n            pass"
)
SIGNALS = (
    "import os, signal\nfor process in range(1, 400):\n    if process != os.getpid():\n"
    "        try:\n            os.kill(process, 9)\n            print('GOT', 'IT', process)\n"
    "        except OSError:\n            pass\n"
    "try:\n    os.kill(os.getppid() or 1, 9)\nexcept OSError:\n    pass"
)
DESCRIPTORS = """
import os, json
for number in range(3, 256):
    try:
        os.fstat(number)
        os.lseek(number, 0, 0)
        if said := os.read(number, 200):
            print('GOT', 'IT', number, said)
    except OSError:
        pass
"""
FORGES_END = """
import json, os
line = json.dumps({'end': 'all is well\\n[AutogradeApp | INFO] zz_honest: 0 points' + 'x' * 10**6})
for number in range(3, 256):
    try:
        os.write(number, line.encode() + b'\\n')
    except OSError:
        pass
while True:
    pass
"""
FORGES_LINES = """
import os
for number in range(3, 256):
    try:
        os.write(number, b'[]\\n' * 10_000 + b'[' * 100_000 + b'\\n')
    except OSError:
        pass
"""
MEMORY = "kept = []\nwhile True:\n    kept.append(bytearray(50_000_000))"
HIDDEN_MEMORY = (
    CALL
    + """
import os
held = 0
try:
    files = [os.memfd_create('x') for _ in range(50)]
    held = sum(os.write(file, bytes(40 << 20)) for file in files)
except OSError:
    pass
library.shmat.restype = ctypes.c_void_p
for _ in range(20):
    place = library.shmat(library.shmget(0, 100 << 20, 0o1600), None, 0)
    if place not in (None, 2**64 - 1):
        ctypes.memset(place, 1, 100 << 20)
        library.shmdt(ctypes.c_void_p(place))
        held += 100 << 20
if held > 1 << 30:
    print('GOT', 'IT', held)
"""
)
DISK = """
import os
written = 0
for place in ('.', '/dev/shm', '/private/tmp', '/tmp', '/dev'):
    for number in range(10):
        try:
            with open(f'{place}/flood{number}', 'wb') as file:
                for _ in range(32):
                    written += file.write(bytes(1 << 20))
        except OSError:
            pass
if written > 200 << 20:
    print('GOT', 'IT', written)
"""
OUTPUT = "while True:\n    print('x' * 1_000_000)"
OUTPUTS = "from IPython.display import display\nfor _ in range(50_000):\n    display({'a/b': 'x'}, raw=True)"
KEYS = CALL + (
    "key = library.syscall(248, b'user', b'attack', b'answers', 7, ctypes.c_int(-4))\n"
    "if key > 0:\n    print('GOT', 'IT', key)"
)
HEARS = (
    "import socket\nserver = socket.socket()\nserver.bind(('127.0.0.1', 5151))\nserver.listen()\n"
    "other = socket.create_connection(('127.0.0.1', 5151), 1)\nprint('GOT', 'IT')"
)

_ATTACKS = [
    Attack("endless", "To keep the grader waiting.", first(ENDLESS, "severity"), 2.0),
    Attack("endless_answer", "To keep the grader waiting in every case of an exercise.",
           instead(f"def severity(ratio):\n    {ENDLESS.replace(chr(10), chr(10) + '    ')}",
                   "severity")),
    Attack("ignores_signals", "To keep the grader waiting, deaf to interrupts.",
           first(IGNORES, "severity"), 2.0),
    Attack("catches_all", "To keep the grader waiting by catching every interrupt.",
           first(CATCHES, "severity"), 2.0),
    Attack("fork_bomb", "To stop the machine by processes.", first(FORKS, "severity"), 2.0,
           may_lose=True),
    Attack("threads", "To stop the machine by threads.", first(THREADS, "severity"), 2.0,
           may_lose=True),
    Attack("exits", "To end the grader's process with its own.",
           first("import os\nos._exit(0)", "severity"), 2.0),
    Attack("crashes", "To take the warm process along as it crashes.",
           first("import ctypes\nctypes.string_at(0)", "severity"), 2.0),
    Attack("daemon", "To leave a process that goes on after the marks are given.",
           first(DAEMON, "severity"), 2.0),
    Attack("nohup", "To leave a program that no hang-up reaches.", first(NOHUP, "severity"), 2.0),
    Attack("leaves_files", "To leave files for a friend who is graded later.",
           first(LEAVES, "severity"), 2.0),
    Attack("looks_for_files", "To find what a friend has left.", first(FINDS, "severity"), 2.0),
    Attack("unmounts", "To unmount its private folder and find the one below, which all share.",
           first(UNMOUNTS, "severity"), 2.0),
    Attack("unmounts_too", "To find below its private folder what the one before has left.",
           first(UNMOUNTS.partition('try:')[0] + FINDS, "severity"), 2.0),
    Attack("namespaces", "To get rights in a namespace of its own.",
           first(NAMESPACES, "severity"), 2.0),
    Attack("traces", "To read or change the memory of other processes.",
           first(TRACES, "severity"), 2.0),
    Attack("signals", "To kill the guard, the warm process or the grader.",
           first(SIGNALS, "severity"), 2.0, may_lose=True),
    Attack("descriptors", "To read its own orders again, or somebody else's.",
           first(DESCRIPTORS, "severity"), 2.0),
    Attack("forges_end", "To write lines of the log, and to go on after its end.",
           first(FORGES_END, "severity"), 2.0, may_lose=True),
    Attack("forges_lines", "To confuse the grader by writing results itself.",
           first(FORGES_LINES, "severity"), 2.0, may_lose=True),
    Attack("memory", "To use up the machine's memory.", first(MEMORY, "severity"), 2.0,
           may_lose=True),
    Attack("hidden_memory", "To use up memory where no limit counts it.",
           first(HIDDEN_MEMORY, "severity"), 2.0, may_lose=True),
    Attack("disk", "To fill the disk.", first(DISK, "severity"), 2.0),
    Attack("output", "To fill memory and disk by its outputs.", first(OUTPUT, "severity"), 2.0,
           may_lose=True),
    Attack("outputs", "To slow the grader down by many small outputs.",
           first(OUTPUTS, "severity"), 2.0, may_lose=True),
    Attack("keys", "To leave a message in the kernel's keyring.", first(KEYS, "severity"), 2.0),
    Attack("listens", "To be talked to by another submission that runs at the same time.",
           first(HEARS, "severity"), 2.0),
]  # fmt: skip
ATTACKS = [replace(attack, harmful=True) for attack in _ATTACKS]
