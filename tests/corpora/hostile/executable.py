"""What a browser would run of a page."""

from __future__ import annotations

import re
from html.parser import HTMLParser


class Executable(HTMLParser):
    """Collects what a browser would run, load by itself, or go to without being asked."""

    TAGS = {"iframe", "object", "embed", "base", "form", "frame", "applet", "portal"}  # noqa: RUF012

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: set[str] = set()
        self._in_script = False

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self._in_script = tag == "script"
        if tag in self.TAGS:
            self.found.add(tag)
        if tag == "meta" and any(n == "http-equiv" for n, _ in attributes):
            self.found.add(f"meta {attributes}")
        for name, value in attributes:
            address = re.sub(r"[\s\x00]", "", value or "").lower()
            if name.startswith("on") or name == "srcdoc":
                self.found.add(f"{tag} {name}={value}")
            if address.startswith(("javascript:", "vbscript:", "data:text/html")):
                self.found.add(f"{tag} {name}={value}")
            if tag in ("script", "link", "img") and name in ("src", "href"):
                self.found.add(f"{tag} {value}" if not address.startswith("data:image/") else "")

    def handle_data(self, data: str) -> None:
        if self._in_script:
            self.found.add(data)

    def handle_endtag(self, tag: str) -> None:
        self._in_script = False


def executable(html: str) -> set[str]:
    """List what runs in a page."""
    parser = Executable()
    parser.feed(html)
    return parser.found - {""}
