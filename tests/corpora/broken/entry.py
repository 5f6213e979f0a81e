"""What a damaged submission is: what happened to it, what it deserves, and what must be said."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

LESSON = "02_measuring_imbalance"
EXERCISES = ("class_counts", "imbalance_ratio", "severity", "diagnosis", "quick_check_ratio")
POINTS = (2, 2, 2, 2, 1)
FULL = sum(POINTS)


@dataclass(frozen=True)
class Damage:
    """A damaged submission.

    Attributes
    ----------
    name
        Also the student's.
    happened
        What happened to a notebook in which everything was right.
    hand_in
        Puts it into an empty folder.
    marks
        What it deserves, worked out by hand: what the parts that work bring.
    says
        What the log or the student's page must say about it.
    """

    name: str
    happened: str
    hand_in: Callable[[Path, Any], None]
    marks: float
    says: str


CORPUS: dict[str, Damage] = {}

Decorator = Callable[[Callable[..., Any]], Callable[..., Any]]


def in_notebook(happened: str, says: str, marks: float = FULL) -> Decorator:
    """Keep a function as a damage that changes the notebook, as parsed JSON, in place."""

    def keep(change: Callable[[Any], Any]) -> Callable[[Any], Any]:
        def hand_in(folder: Path, notebook: Any) -> None:
            changed = change(notebook)
            text = json.dumps(notebook if changed is None else changed, indent=1)
            (folder / f"{LESSON}.ipynb").write_text(text)

        _keep(change, Damage(change.__name__, happened, hand_in, marks, says))
        return change

    return keep


def in_bytes(happened: str, says: str, marks: float = FULL) -> Decorator:
    """Keep a function as a damage that makes other bytes of a notebook's text."""

    def keep(change: Callable[[str], bytes]) -> Callable[[str], bytes]:
        def hand_in(folder: Path, notebook: Any) -> None:
            text = json.dumps(notebook, indent=1, ensure_ascii=False)
            (folder / f"{LESSON}.ipynb").write_bytes(change(text))

        _keep(change, Damage(change.__name__, happened, hand_in, marks, says))
        return change

    return keep


def in_folder(happened: str, says: str, marks: float = FULL) -> Decorator:
    """Keep a function as a damage that fills the folder with what it likes, given the text."""

    def keep(change: Callable[[Path, str], None]) -> Callable[[Path, str], None]:
        def hand_in(folder: Path, notebook: Any) -> None:
            change(folder, json.dumps(notebook, indent=1))

        _keep(change, Damage(change.__name__, happened, hand_in, marks, says))
        return change

    return keep


def _keep(change: Callable[..., Any], damage: Damage) -> None:
    assert damage.name not in CORPUS, damage.name
    CORPUS[damage.name] = damage


def cell_of(notebook: Any, name: str) -> Any:
    """Find a cell by its id, which the builder makes of its grade id."""
    return notebook["cells"][place_of(notebook, name)]


def place_of(notebook: Any, name: str) -> int:
    """Find where a cell stands."""
    [place] = [i for i, cell in enumerate(notebook["cells"]) if cell["id"] == name]
    return place


def delete(notebook: Any, *names: str) -> None:
    """Delete cells."""
    for name in names:
        del notebook["cells"][place_of(notebook, name)]


def move(notebook: Any, name: str, place: int) -> None:
    """Move a cell."""
    notebook["cells"].insert(place, notebook["cells"].pop(place_of(notebook, name)))


def marked(notebook: Any) -> list[Any]:
    """List the cells that nbgrader knows."""
    return [cell for cell in notebook["cells"] if "nbgrader" in cell["metadata"]]
