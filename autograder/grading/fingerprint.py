"""A digest of all that marks depend on, beside what students hand in."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

import autograder
import imbalance_lessons

LEFT_BY_TOOLS = {"__pycache__", ".ipynb_checkpoints"}


def fingerprint(root: Path, source: str = "notebooks", lesson: str = "*") -> str:
    """Digest a lesson, or all of them, the course's configuration, and both packages.

    Parameters
    ----------
    root
        The course's folder.
    source
        The folder in it that holds the lessons.
    lesson
        The lesson's name; by default every lesson.

    Returns
    -------
    str
        64 hexadecimal digits.
    """
    digest = hashlib.sha256()
    for name, path in _files(root, source, lesson):
        digest.update(name.encode() + path.read_bytes())
    return digest.hexdigest()


def _files(root: Path, source: str, lesson: str) -> Iterator[tuple[str, Path]]:
    packages = [(Path(p.__path__[0]), "**/*") for p in (autograder, imbalance_lessons)]
    # A lesson's other files lie beside the notebook when a submission is run.
    lessons = root / source, f"{lesson}/**/*"
    for folder, pattern in [*packages, lessons, (root, "*.py")]:
        for path in sorted(folder.glob(pattern)):
            if path.is_file() and not LEFT_BY_TOOLS & {*path.parts}:
                yield path.relative_to(folder).as_posix(), path
