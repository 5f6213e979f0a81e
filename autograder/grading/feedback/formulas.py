"""Formulas without a script: LaTeX to MathML, which browsers draw by themselves."""

from __future__ import annotations

from html import escape, unescape
from xml.etree.ElementTree import Element, tostring


def words(*lines: str) -> frozenset[str]:
    """Make a set of the words in some lines."""
    return frozenset(" ".join(lines).split())


TAGS = words(
    "math mrow mi mn mo mtext mspace mfrac msqrt mroot mstyle msub msup msubsup munder mover",
    "munderover mtable mtr mtd mmultiscripts mprescripts mpadded mphantom none",
)
ATTRIBUTES = words(
    "display displaystyle scriptlevel mathvariant form fence separator stretchy symmetric largeop",
    "movablelimits minsize maxsize width height depth lspace rspace linethickness accent",
    "accentunder columnspan rowspan",
)
LONGEST = 2000  # characters; a formula in the lessons has at most about 100


def mathml(tex: str, *, display: bool = False) -> str:
    """Turn a formula into MathML.

    Parameters
    ----------
    tex
        The formula as LaTeX, without dollar signs.
    display
        Whether it stands on a line of its own.

    Returns
    -------
    str
        A ``math`` element with nothing in it but symbols; for what is not understood, the LaTeX
        itself as code.
    """
    tree = _tree(tex, display)
    if tree is None:
        return f"<code>{escape(tex)}</code>"
    for element in tree.iter():
        _tame(element)
    return tostring(tree, encoding="unicode")


def _tree(tex: str, display: bool) -> Element | None:
    from latex2mathml.converter import convert_to_element

    if len(tex) > LONGEST:
        return None
    try:
        tree: Element = convert_to_element(tex, display="block" if display else "inline")
    # Students' formulas can be anything, and the library raises about anything.
    except Exception:
        return None
    tree.set("alttext", tex)
    return tree if all(element.tag in TAGS for element in tree.iter()) else None


def _tame(element: Element) -> None:
    r"""Keep the attributes that matter, and turn the library's entities into characters.

    The library means its text to be unescaped after it was written; then ``\text{<b>}`` would
    come out as a tag.
    """
    kept = ATTRIBUTES | {"xmlns", "alttext"} if element.tag == "math" else ATTRIBUTES
    for name in set(element.attrib) - kept:
        del element.attrib[name]
    element.text = unescape(element.text) if element.text else element.text
    element.tail = unescape(element.tail) if element.tail else element.tail
