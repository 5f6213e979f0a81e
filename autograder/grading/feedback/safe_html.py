"""What a submission brings as HTML, reduced to what can neither run nor load anything."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import bleach
import tinycss2

from autograder.grading.feedback.formulas import words

TAGS = words(
    "a abbr b bdi bdo blockquote br caption cite code col colgroup dd del details dfn div dl dt em",
    "figcaption figure h1 h2 h3 h4 h5 h6 hr i img ins kbd li mark meter ol p pre q s samp section",
    "small span strong sub summary sup table tbody td tfoot th thead time tr u ul var wbr",
)
ATTRIBUTES = words(
    "abbr align alt aria-label aria-level aria-hidden class colspan datetime headers height high",
    "lang low max min open optimum reversed role rowspan scope start style tabindex title type",
    "value width",
)
# What can load something is told by its value; `position` is for reports alone, which are made by
# the grader and hide a caption with it: nothing of a student's may be laid over the page.
PROPERTIES = re.compile(
    r"(background(-color)?|color|cursor|opacity|display|white-space|overflow-wrap|word-break|vertical-align|"
    r"text-[a-z-]+|font(-[a-z-]+)?|line-height|letter-spacing|list-style-type|table-layout|"
    r"margin(-[a-z-]+)?|padding(-[a-z-]+)?|(min-|max-)?(width|height|inline-size)|gap|"
    r"overflow(-[xy])?|border(-(left|right|top|bottom|inline|block)[a-z-]*|-collapse|-spacing|"
    r"-radius|-width|-style|-color)?|flex(-[a-z]+)?|align-[a-z]+|justify-[a-z]+|"
    r"grid-template-columns|--jp-[a-z0-9-]+)"
)
IN_REPORTS = re.compile(r"position|clip-path")
CSS_FUNCTIONS = words("var rgb rgba hsl hsla calc min max clamp repeat minmax inset")
IMAGE = re.compile(r"data:image/(png|jpeg|gif|webp|svg\+xml)[;,]")
LINK = re.compile(r"(https?://|mailto:)", re.IGNORECASE)
# Their text is no text; what is left of a broken one is taken apart below all the same.
SILENT = re.compile(r"<(script|style|template|title)\b.*?</\1\s*>", re.IGNORECASE | re.DOTALL)


@dataclass(frozen=True)
class Styles:
    """Lets through the declarations of a style attribute that change nothing but looks."""

    of_report: bool

    def sanitize_css(self, style: str) -> str:
        """Keep what is known to be harmless."""
        declarations = tinycss2.parse_blocks_contents(
            style, skip_comments=True, skip_whitespace=True
        )
        kept = [d for d in declarations if d.type == "declaration" and self._is_harmless(d)]
        return " ".join(f"{d.name}:{tinycss2.serialize(d.value).strip()};" for d in kept)

    def _is_harmless(self, declaration: Any) -> bool:
        name = declaration.lower_name
        known = PROPERTIES.fullmatch(name) or (self.of_report and IN_REPORTS.fullmatch(name))
        return bool(known) and _loads_nothing(declaration.value)


def _loads_nothing(tokens: list[Any]) -> bool:
    for token in tokens:
        if token.type in ("url", "error"):
            return False
        if token.type == "function" and not (
            token.lower_name in CSS_FUNCTIONS and _loads_nothing(token.arguments)
        ):
            return False
        if token.type.endswith(" block"):
            return False
    return True


@lru_cache(maxsize=2)
def _cleaner(of_report: bool) -> bleach.Cleaner:
    return bleach.Cleaner(
        tags=TAGS,
        attributes=_allowed,
        protocols={"http", "https", "mailto", "data"},
        strip=True,
        css_sanitizer=Styles(of_report),
    )


def _allowed(tag: str, name: str, value: str) -> bool:
    """Decide on one attribute: a picture brings its own bytes, a link leads somewhere."""
    if (tag, name) == ("img", "src"):
        return bool(IMAGE.match(value))
    if (tag, name) == ("a", "href"):
        return bool(LINK.match(value))
    if name == "class":  # highlighted code; not the page's own classes
        return "page-" not in value
    return name in ATTRIBUTES


def clean(html: str, *, of_report: bool = False) -> str:
    """Reduce HTML to text, tables, lists, pictures and their looks.

    Parameters
    ----------
    html
        Anything that a submission brings.
    of_report
        Whether it is a report that the grader made; then it may hide text from view.

    Returns
    -------
    str
        Well-formed HTML without scripts, forms and frames, without anything that is loaded (a
        picture must bring its data along), and in which links lead to the web: one to another
        file of the lesson would lead nowhere from here, and becomes plain text.
    """
    return _presentable(str(_cleaner(of_report).clean(SILENT.sub("", html))))


def _presentable(html: str) -> str:
    """Let a wide table scroll in a box of its own, and have words for every picture."""

    def mend(tag: re.Match[str]) -> str:
        if tag[0].startswith("<table"):
            return f'<div class="page-scroll" tabindex="0" role="group" aria-label="Table">{tag[0]}'
        if tag[0] == "</table>":
            return "</table></div>"
        if tag[0].startswith("<img"):
            return _picture(tag[0])
        return tag[0]

    return TAG.sub(mend, html)


def _picture(tag: str) -> str:
    if ' src="' not in tag:
        return "<em>[A picture from elsewhere is left out.]</em>"
    return tag if ' alt="' in tag else tag.replace("<img", '<img alt="Picture"', 1)


TOKEN = re.compile("\ue000(\\d+)\ue001")
TAG = re.compile(r"""<(?:[^<>"']|"[^"]*"|'[^']*')*>""")
PIECE = re.compile(f"{TAG.pattern}|{TOKEN.pattern}")


def hold(number: int) -> str:
    """Make a mark that stays through cleaning and stands for something made here."""
    return f"\ue000{number}\ue001"


def without_marks(text: str) -> str:
    """Take marks out of a submission's own text."""
    return text.translate({0xE000: None, 0xE001: None})


def put_back(html: str, made: Mapping[int, str], plain: Mapping[int, str]) -> str:
    """Replace marks in cleaned HTML: in text by what was made, in attributes by its plain form.

    Both must be safe where they go: `made` as HTML, `plain` as text that is escaped already.
    """

    def replace(match: re.Match[str]) -> str:
        piece = match[0]
        if piece.startswith("<"):
            return TOKEN.sub(lambda mark: plain.get(int(mark[1]), ""), piece)
        return made.get(int(match[1]), "")

    return PIECE.sub(replace, html)
