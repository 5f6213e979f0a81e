"""Grading as an ordinary user, which is the better choice, tried out where tests run as root.

Another user may not be able to read root's Python. So the tests here see the system through
bubblewrap, with the folders on the way to it open to everybody; nothing else is changed.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from itertools import pairwise
from pathlib import Path

import pytest

from autograder.execution.sandbox import SandboxError, find_bwrap
from autograder.grading.course import Course
from autograder.grading.gradebook import marks
from autograder.grading.interface import Steps
from tests.corpora.hostile import ATTACKS, GOT_IT, LESSON, POINTS, Attack, hand_in, outputs, solve

ROOT = Path(__file__).parents[3]
USER = 31415  # nobody's
READS = ["reading_judges", "reading_passwords", "reading_source_notebook", "reading_gradebook"]
TRIES = "from autograder.execution.sandbox import Sandbox; Sandbox().close()"
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        not hasattr(os, "getuid") or os.getuid() != 0,
        reason="all tests run as an ordinary user here, or there is no root",
    ),
]


def opened(*places):
    """Give bubblewrap's arguments that open the folders on the way to some places."""
    arguments = {}
    for place in places:
        way = [*reversed(place.parents), place]
        for folder, below in pairwise(way):
            if not folder.stat().st_mode & 0o001:
                arguments.setdefault(str(folder), set()).add(str(below))
    return [
        part
        for folder, below in arguments.items()
        for part in (
            ["--perms", "0755", "--tmpfs", folder]
            + [word for place in sorted(below) for word in ("--ro-bind", place, place)]
        )
    ]


class Ordinary:
    """A user who has a folder, and nothing else."""

    def __init__(self, home):
        self.home = home

    def run(self, *arguments, **environment):
        """Run Python as this user; gives what came of it."""
        python = [Path(place).resolve() for place in (sys.base_prefix, sys.prefix, ROOT)]
        command = [find_bwrap(), "--dev-bind", "/", "/", *opened(*python), "--chdir", str(ROOT)]
        command += ["--", "setpriv", f"--reuid={USER}", f"--regid={USER}", "--clear-groups"]
        own = {"HOME": str(self.home), "TMPDIR": str(self.home / "tmp"), "USER": "somebody"}
        return subprocess.run(
            [*command, sys.executable, *arguments],
            env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1", **own, **environment},
            capture_output=True,
            text=True,
            check=False,
        )

    def own(self):
        """Make everything in the folder this user's."""
        for parent, _, names in os.walk(self.home):
            for place in (parent, *(str(Path(parent, name)) for name in names)):
                os.chown(place, USER, USER, follow_symlinks=False)

    def processes(self):
        """List what runs for this user; what has ended, and waits for its parent, says nothing."""
        found = []
        for folder in Path("/proc").iterdir():
            try:
                if folder.name.isdigit() and folder.stat().st_uid == USER:
                    found.append((folder / "cmdline").read_text())
            except OSError:
                pass
        return [command for command in found if command]


@pytest.fixture(scope="module")
def ordinary():
    """Give a user who can run submissions, or say why there is none."""
    if not shutil.which("setpriv"):
        pytest.skip("there is no `setpriv` here to become another user with")
    try:
        find_bwrap()
    except SandboxError as error:
        pytest.skip(str(error))
    home = Path(tempfile.mkdtemp(prefix="ordinary-"))
    home.chmod(0o755)
    (home / "tmp").mkdir()
    user = Ordinary(home)
    try:
        user.own()
        if (tried := user.run("-c", "import autograder")).returncode != 0:
            pytest.skip(f"another user cannot read this Python: {tried.stderr.strip()[-200:]}")
        if (tried := user.run("-c", TRIES)).returncode != 0:
            pytest.skip(f"another user gets no sandbox: {tried.stderr.strip()[-200:]}")
        yield user
    finally:
        shutil.rmtree(home)


def test_it_is_another_user(ordinary):
    said = ordinary.run("-c", "import os; print(os.getuid(), os.getgroups())").stdout
    assert said == f"{USER} []\n"


@pytest.mark.parametrize("file", ["test_sandbox.py", "test_syscalls.py", "test_files.py"])
def test_all_walls_stand(ordinary, file):
    """The same tests as for root."""
    here = Path(__file__).parent
    basetemp = f"--basetemp={ordinary.home / 'tests'}"
    done = ordinary.run("-m", "pytest", "-q", "-p", "no:cacheprovider", basetemp, str(here / file))
    assert done.returncode == 0, done.stdout[-3000:]
    passed = re.search(r"(\d+) passed", done.stdout)
    assert int(passed[1]) >= 5
    assert "skipped" not in done.stdout
    assert ordinary.processes() == []


def test_a_class_is_graded_and_nothing_is_left(ordinary):
    course = Course(ROOT, ordinary.home / "classroom")
    Steps(course).release(LESSON)
    for name in READS:
        hand_in(course, name, ATTACKS[name])
    hand_in(course, "zz_honest", Attack("zz_honest", "", solve))
    ordinary.own()
    done = ordinary.run(
        "-m", "autograder", "grade", LESSON, IMBALANCE_CLASSROOM=str(course.classroom)
    )
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    scores = {mark.student: mark.score for mark in marks(course)}
    assert scores == {
        "zz_honest": sum(POINTS.values()),
        **{name: ATTACKS[name].deserves for name in READS},
    }
    for name in READS:
        assert GOT_IT not in outputs(course.notebook("autograded", LESSON, name))
    assert ordinary.processes() == []
    # PyTorch makes itself a folder for compiled code.
    left = [path.name for path in (ordinary.home / "tmp").iterdir()]
    assert [name for name in left if not name.startswith("torchinductor_")] == []
