"""Which names students may have in the gradebook and in folders."""

from __future__ import annotations

import re
import unicodedata

from autograder.grading.course import CourseError

# nbgrader takes no + and no *; what else is left out would be trouble as a folder's name.
STUDENT_ID = re.compile(r"[^\W_][\w.@-]{0,63}")
ID_RULE = "letters, digits and _ . @ - (at most 64, the first a letter or digit)"


def student_id(text: str) -> str:
    """Check a student's id.

    Parameters
    ----------
    text
        What may be an id.

    Returns
    -------
    str
        The id, with accents written in one way.

    Raises
    ------
    CourseError
        If nbgrader or the file system could not take it.
    """
    normal = unicodedata.normalize("NFC", text)
    if not STUDENT_ID.fullmatch(normal) or normal.endswith("."):
        raise CourseError(f"student: expected {ID_RULE}, got {text!r}.")
    return normal


def id_from_name(name: str) -> str:
    """Make an id from a person's name: ``Ada Lovelace`` becomes ``ada_lovelace``.

    Raises
    ------
    CourseError
        If nothing is left of the name.
    """
    words = re.findall(r"\w+", unicodedata.normalize("NFC", name))
    return student_id("_".join(words).strip("_").lower()[:64])
