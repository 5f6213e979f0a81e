"""Puts guides that the landing page does not list into its contents."""

from __future__ import annotations

import re
from typing import Any

from sphinx.application import Sphinx

PLACE = "OTHER_GUIDES"  # where they go, in a list of pages


def with_others(text: str, guides: list[str]) -> str:
    """List the guides that a page does not list yet.

    Parameters
    ----------
    text
        The page, with `PLACE` in a line of its own.
    guides
        The names of all guides.

    Returns
    -------
    str
        The page, with a line for each guide that had none, in alphabetical order.
    """
    listed = set(re.findall(r"^(\w+)$", text, flags=re.MULTILINE))
    return text.replace(PLACE, "\n".join(sorted(set(guides) - listed - {"index"})))


def list_others(app: Sphinx, name: str, source: list[str]) -> None:
    """Do that for the landing page when it is read."""
    if name == "index":
        guides = [found for found in app.env.found_docs if "/" not in found]
        source[0] = with_others(source[0], guides)


def setup(app: Sphinx) -> dict[str, Any]:
    """Wait for the landing page."""
    app.connect("source-read", list_others)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
