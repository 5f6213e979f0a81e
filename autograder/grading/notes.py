"""What grading has to say about a submission before it is run: in the log, and on its own page."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from nbformat.v4 import new_markdown_cell

from autograder.builder.script import OWN_METADATA

NOTES_RESOURCE = "imbalance_lessons_notes"  # a list of str, in nbgrader's resources
NOTE_ROLE = "note"
NOTE_ID = "grading-note"
LONGEST_NAME = 80
CELL_NOTE = re.compile(r"cell (?P<name>[\w-]+)(?P<what>[ :;].*)")


def note_cell(notes: Sequence[str]) -> Any:
    """Make the cell that tells a student, above everything else, what was done to the notebook."""
    lines = "\n".join(f"- {note[:1].upper()}{note[1:]}" for note in notes)
    return new_markdown_cell(
        f"**Notes from grading.** The file that you handed in is kept as it was.\n\n{lines}",
        id=NOTE_ID,
        metadata={OWN_METADATA: {"role": NOTE_ROLE}},
    )


def in_groups(notes: Sequence[str]) -> list[str]:
    """Say what was done to several cells once: ``cell a was missing`` and ``cell b was missing``.

    Of the same notes about cells, and of notes that are the same, there is one with all names.
    """
    groups: dict[str, list[str]] = {}
    for note in notes:
        found = CELL_NOTE.fullmatch(note)
        groups.setdefault(found["what"] if found else note, []).append(
            found["name"] if found else ""
        )
    return [
        what if not names[0] else f"cell{'s' * (len(names) > 1)} {', '.join(names)}{what}"
        for what, names in groups.items()
    ]


def quoted(name: object) -> str:
    """Quote a name that a submission chose, so that it is only text in a log and on a page."""
    text = re.sub(r"[^\w .,:;()+=@%#/-]", "?", str(name))
    return f"`{text[:LONGEST_NAME]}`" if text.strip() else "(no name)"
