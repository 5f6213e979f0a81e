"""A notebook and what lies beside it: one hand-in, which is put or kept aside as a whole."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from autograder.handin.beside import own_files


@dataclass(frozen=True)
class Bundle:
    """A notebook, and a student's own files by their names relative to it."""

    notebook: Path
    files: Mapping[str, Path] = field(default_factory=dict)

    @classmethod
    def at(cls, notebook: Path) -> Bundle:
        """Find what lies beside a notebook in its folder; links and pipes are no part of it."""
        files = {
            path.relative_to(notebook.parent).as_posix(): path
            for path in own_files(notebook.parent)
            if path.is_file() and not path.is_symlink()
        }
        return cls(notebook, files)

    @property
    def digest(self) -> str:
        """A digest of all of it: the same content under the same names has the same one."""
        whole = hashlib.sha256(self.notebook.read_bytes())
        for name in sorted(self.files):
            content = hashlib.sha256(self.files[name].read_bytes()).hexdigest()
            whole.update(f"\n{name}\n{content}".encode())
        return whole.hexdigest()

    def put(self, target: Path) -> None:
        """Copy it to where the notebook is to stand, in place of what is there.

        The notebook comes last. Folders that this leaves empty are removed.
        """
        there = Bundle.at(target).files
        for name in sorted(there.keys() - self.files.keys(), reverse=True):
            there[name].unlink()
            for folder in there[name].relative_to(target.parent).parents:
                if folder.parts and not any((target.parent / folder).iterdir()):
                    (target.parent / folder).rmdir()
        for name, path in self.files.items():
            _copy(path, target.parent / name)
        _copy(self.notebook, target)

    def is_behind_a_link(self, target: Path, root: Path) -> bool:
        """Tell whether to put it there leads outside a root, or outside of target's folder."""
        folder = target.parent.resolve()
        inside = (target.parent / name for name in self.files)
        return (
            target.is_symlink()
            or not folder.is_relative_to(root.resolve())
            or any(not path.parent.resolve().is_relative_to(folder) for path in inside)
        )

    def keep(self, folder: Path, when: datetime) -> None:
        """Keep a copy in a lesson's folder, under time and digest: the same is kept once.

        With files beside the notebook it gets a folder of its own.
        """
        kept = folder / f"{when:%Y%m%dT%H%M%SZ}-{self.digest[:8]}"
        target = kept / f"{folder.name}.ipynb" if self.files else kept.with_suffix(".ipynb")
        if target.exists():
            return
        for name, path in self.files.items():
            _copy(path, kept / name)
        _copy(self.notebook, target)


def _copy(source: Path, target: Path) -> None:
    """Copy a file; whoever reads the target meanwhile sees the old one or the new one."""
    target.parent.mkdir(parents=True, exist_ok=True)
    partial = target.with_name(f".{target.name}.partial")
    partial.unlink(missing_ok=True)  # a link of that name would be followed
    shutil.copyfile(source, partial)
    partial.replace(target)
