"""Hostile submissions of lesson 02, each a notebook: what they want, and what they deserve.

`tests/test_hostile.py` hands them all in as one class. An attack that has what it wants prints a
mark or gains points, and does no more than that.
"""

from . import files, forged, machine, metadata, pages, patched, reading
from .attack import GOT_IT, LESSON, LIMITS, MARK, POINTS, Attack, hand_in, outputs, solve
from .executable import executable

THEMES = {
    "files": files.ATTACKS,
    "forged": forged.ATTACKS,
    "machine": machine.ATTACKS,
    "metadata": metadata.ATTACKS,
    "pages": pages.ATTACKS,
    "patched": patched.ATTACKS,
    "reading": reading.ATTACKS,
}
ATTACKS: dict[str, Attack] = {
    f"{theme}_{attack.name}": attack for theme, attacks in THEMES.items() for attack in attacks
}

__all__ = [
    "ATTACKS",
    "GOT_IT",
    "LESSON",
    "LIMITS",
    "MARK",
    "POINTS",
    "THEMES",
    "Attack",
    "executable",
    "hand_in",
    "outputs",
    "solve",
]
