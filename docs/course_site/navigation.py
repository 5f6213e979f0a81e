"""Names for the arrows of the menu: the theme leaves the buttons that unfold it without any."""

from __future__ import annotations

from typing import Any

from bs4 import BeautifulSoup
from sphinx.application import Sphinx

AFTER_THE_THEME = 900  # Sphinx calls listeners by priority; the theme's have 500


def name_arrows(menu: BeautifulSoup) -> BeautifulSoup:
    """Say in the menu which pages an arrow unfolds.

    Parameters
    ----------
    menu
        The menu: where a page has others below it, a link to it is followed by a ``details``
        element with the arrow as its ``summary``. It is changed.

    Returns
    -------
    BeautifulSoup
        The menu, with a name for each arrow.
    """
    for arrow in menu.select("a + details > summary"):
        page = arrow.parent.find_previous_sibling("a")
        arrow["aria-label"] = f"Pages below {page.get_text().strip()}"
    return menu


def name_arrows_of_page(
    app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: Any
) -> None:
    """Put this behind the function that the theme's templates ask for the menu."""
    generate = context["generate_toctree_html"]
    context["generate_toctree_html"] = lambda *kind, **options: name_arrows(
        generate(*kind, **options)
    )


def setup(app: Sphinx) -> dict[str, Any]:
    """Wait for the theme to be done with a page."""
    app.connect("html-page-context", name_arrows_of_page, priority=AFTER_THE_THEME)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
