"""Runs what a lesson shows, and keeps what came out until something it depends on changes."""

from __future__ import annotations

import ast
import hashlib
import json
import os
import tempfile
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any

import nbformat

from autograder.builder.script import OWN_METADATA

SHOWN = ("setup", "exercise", "answer", "demo")  # a check would judge the solution
LIBRARIES = ("torch", "numpy", "scikit-learn", "imbalanced-learn", "matplotlib", "ipywidgets")
# Sliders ask for a running kernel and, on a page, for scripts from elsewhere.
WIDGET = "application/vnd.jupyter.widget-view+json"

DOCUMENTED = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)

Outputs = dict[str, list[Any]]


def role(cell: Any) -> str:
    """Read what a cell of a lesson is: ``setup``, ``demo``, …; text without a role is prose."""
    return str(cell.metadata.get(OWN_METADATA, {}).get("role", "prose"))


def run_lesson(notebook: Any, timeout: int = 180) -> Outputs:
    """Run a lesson's solved notebook without its checks.

    Parameters
    ----------
    notebook
        As it is built from the script; it is left as it is.
    timeout
        Seconds that a cell may take.

    Returns
    -------
    dict of str to list
        The outputs of each demo and setup cell, by the cell's id.

    Raises
    ------
    nbclient.exceptions.CellExecutionError
        If a cell raises.
    """
    from nbclient import NotebookClient

    copy = nbformat.from_dict(json.loads(json.dumps(notebook)))
    copy.cells = [cell for cell in copy.cells if role(cell) in SHOWN]
    with tempfile.TemporaryDirectory() as folder:
        client = NotebookClient(copy, timeout=timeout, resources={"metadata": {"path": folder}})
        client.extra_arguments = ["--log-level=40"]  # errors only
        # One thread each: the lessons ask for no more, and two of them may run side by side.
        client.execute(env={**os.environ, "OMP_NUM_THREADS": "1"})
    kept = [cell for cell in copy.cells if role(cell) in ("setup", "demo")]
    return {cell.id: [_still(output) for output in cell.outputs] for cell in kept}


def _still(output: Any) -> Any:
    """Take the moving form of an output away; the still one stands beside it."""
    if "data" in output:
        output.data.pop(WIDGET, None)
    output.pop("execution_count", None)
    return output


class OutputStore:
    """Outputs in a folder, under a key made of all that they depend on."""

    def __init__(self, folder: Path, package: Path) -> None:
        self.folder = folder
        self.package = package

    def path(self, name: str, notebook: Any) -> Path:
        """Say where the outputs of a lesson are kept, whether they are there or not."""
        code = "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "code")
        digest = hashlib.sha256(code.encode())
        for file in sorted(imported_files(code, self.package)):
            digest.update(f"{file.name} {what_it_does(file.read_text(encoding='utf-8'))}".encode())
        for library in LIBRARIES:
            digest.update(f"{library} {version(library)}".encode())
        return self.folder / f"{name}-{digest.hexdigest()[:16]}.json"

    def read(self, name: str, notebook: Any) -> Outputs | None:
        """Give what was kept; None if there is nothing, or it is out of date."""
        path = self.path(name, notebook)
        if not path.is_file():
            return None
        kept: dict[str, list[Any]] = json.loads(path.read_text(encoding="utf-8"))
        return {key: [nbformat.from_dict(o) for o in outputs] for key, outputs in kept.items()}

    def make(self, name: str, notebook: Any, run: Callable[[Any], Outputs] = run_lesson) -> Outputs:
        """Give what was kept; where there is nothing, run the lesson and keep what comes out."""
        if (kept := self.read(name, notebook)) is not None:
            return kept
        outputs = run(notebook)
        self.folder.mkdir(parents=True, exist_ok=True)
        for old in self.folder.glob(f"{name}-*.json"):
            old.unlink()
        path = self.path(name, notebook)
        partial = path.with_suffix(".partial")
        partial.write_text(json.dumps(outputs), encoding="utf-8")
        partial.replace(path)  # a build that is cut off leaves no half of a file
        return outputs


def what_it_does(code: str) -> str:
    """Write code down without comments, layout and docstrings, which change no output."""
    tree = ast.parse(code)
    for node in ast.walk(tree):
        if isinstance(node, DOCUMENTED) and ast.get_docstring(node, clean=False) is not None:
            node.body = node.body[1:]
    return ast.dump(tree)


def imported_files(code: str, package: Path) -> set[Path]:
    """List the modules of a package that code imports, and those that these import.

    Parameters
    ----------
    code
        Python.
    package
        The package's folder; its modules are files in it.

    Returns
    -------
    set of Path
        The modules' files.
    """
    found: set[Path] = set()
    waiting = [code]
    while waiting:
        for name in _imported_names(waiting.pop(), package.name):
            file = package / f"{name}.py"
            if file.is_file() and file not in found:
                found.add(file)
                waiting.append(file.read_text(encoding="utf-8"))
    return found


def _imported_names(code: str, package: str) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.Import):
            paths = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            paths = [f"{node.module}.{alias.name}" for alias in node.names]
        else:
            continue
        parts = [path.split(".") for path in paths]
        names |= {p[1] for p in parts if p[0] == package and len(p) > 1}
    return names
