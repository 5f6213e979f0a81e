"""HTML of reports: nothing gets lost on the way, and code breaks where a reader would break it."""

import re
from html import unescape

import pytest

from autograder.engine.markup import CASES, code, prose, table


def text_of(html):
    """Read HTML as a browser copies it: tags are no text."""
    return unescape(re.sub(r"<[^>]*>", "", html))


@pytest.mark.parametrize(
    "text",
    [
        "imbalance_ratio([0, 0, 1], num_classes=3)",
        "np.array([[1.7891e-07, -2e-05]], dtype=np.uint8)",
        "a <b>&amp;</b> 'quoted_word_that_is_long' \n  two   spaces",
        "",
    ],
)
def test_code_keeps_every_character(text):
    assert text_of(code(text)) == text


def test_long_words_break_at_names_parts_and_brackets_and_short_ones_nowhere():
    pieces = code("class_counts(np.array([0, 3]), num=1)").split("<wbr>")
    assert [text_of(piece) for piece in pieces] == [
        *("class_", "counts(", "np.", "array(", "[0, 3]), num=1)")
    ]
    assert "<wbr>" not in code("severity(3)")
    assert "<wbr>" not in code("0.123456789012345")


def test_a_number_with_an_exponent_is_kept_whole():
    assert "nowrap'>-1.7891e-07</span>" in code("[-1.7891e-07]")


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("The *ill* are few.", "The <em>ill</em> are few."),
        ("a * b * c", "a * b * c"),
        ("f(*args, **options)", "f(*args, **options)"),
        ("`x < *y*`", "<code>x &lt; *y*</code>"),
    ],
)
def test_prose_has_code_and_emphasis(text, html):
    assert prose(text) == html


def test_a_shorter_row_stretches_its_last_cell():
    html = table("cases", ("a", "b", "c", "d"), [["1", "2", "3", "4"], ["", "more"]], CASES)
    assert html.count("colspan='3'") == 1
    assert re.search(r"<td colspan='3' [^>]*>more</td>", html)
    assert html.count("border-top") == 1  # the first row's alone: the second belongs to it
