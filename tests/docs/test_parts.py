"""The parts of the site that are made from code: formulas, the API, commands, reports, contents."""

import re

import pytest
from bs4 import BeautifulSoup
from course_site.api import (
    ENGINE,
    PACKAGE,
    all_groups,
    find_object,
    modules,
    read_groups,
    shorten_defaults,
)
from course_site.commands import describe_commands
from course_site.guides import PLACE, with_others
from course_site.lessons import NOTEBOOKS, ROOT
from course_site.mathml import to_mathml
from course_site.navigation import name_arrows
from course_site.report import report_on

import autograder.cli  # noqa: F401 - adds the commands to the app
from autograder.builder.notebook import find_lessons
from autograder.commands import app


def formulas():
    """Yield each formula of the lessons and of the docstrings."""
    for lesson in find_lessons(NOTEBOOKS):
        text = re.sub(r"^# ?", "", lesson.script.read_text(), flags=re.MULTILINE)
        prose = "\n".join(re.split(r"^%% .*role=\"(?:demo|setup).*$", text, flags=re.MULTILINE))
        yield from re.findall(r"\$\$(.+?)\$\$", prose, re.DOTALL)
        yield from re.findall(r"(?<![$\w])\$([^$\n]+)\$(?!\$)", prose)
    for module in PACKAGE.glob("*.py"):
        yield from re.findall(r":math:`(.+?)`", module.read_text(), re.DOTALL)


def test_every_formula_is_understood():
    found = list(formulas())
    assert len(found) > 200
    for formula in found:
        assert to_mathml(formula).count("<math ") == 1


def test_a_formula_is_drawn_by_the_browser():
    fraction = to_mathml(r"\frac{n_c}{N}", display=True)
    assert "<mfrac>" in fraction
    assert "<msub>" in fraction
    assert 'display="block"' in fraction


@pytest.mark.parametrize("formula", [r"\nosuchcommand{x}", r"\left( x"])
def test_a_formula_that_is_not_understood_is_refused(formula):
    with pytest.raises(ValueError, match="formula"):
        to_mathml(formula)


def test_groups_are_read_from_a_docstring():
    groups = read_groups(
        "Title.\n\nFirst things\n\na, b_c\n    About.\nd\n    More\n    lines.\n\nLast\n\ne, f\n"
    )
    assert groups == {"First things": ["a", "b_c", "d"], "Last": ["e", "f"]}


def test_every_public_module_has_one_page():
    listed = [name for names in all_groups().values() for name in names]
    packages = [("imbalance_lessons", PACKAGE), ("autograder.engine", ENGINE)]
    expected = [f"{name}.{module}" for name, folder in packages for module in modules(folder)]
    assert sorted(listed) == sorted(expected)
    assert "imbalance_lessons.focal" in listed
    assert not [name for name in listed if "._" in name]


KNOWN = {
    "p.one.f": "function",
    "p.two.f": "function",
    "p.two.g": "function",
    "p.two.Thing": "class",
    "p.two.Thing.size": "attribute",
    "p.two": "module",
}


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("f", "p.one.f"),  # in the same module
        ("two.f", "p.two.f"),
        ("g", "p.two.g"),  # in another one
        ("Thing.size", "p.two.Thing.size"),
        ("two", "p.two"),
        ("p.two.g", "p.two.g"),
        ("size", None),  # an attribute's name may be an argument's
        ("nothing", None),
    ],
)
def test_a_name_leads_to_what_it_means(name, found):
    assert find_object(name, "p.one", KNOWN) == found


def test_a_name_with_two_meanings_leads_nowhere():
    assert find_object("f", "p.three", KNOWN) is None


def test_a_default_without_a_text_is_not_shown():
    def shown(signature):
        return shorten_defaults(None, "class", "x", None, None, signature, None)

    signature = (
        "(a: int = 1, f: Callable[[A], list[B]] = <function f.<lambda> at 0x7f0>, g: X = <x>)"
    )
    expected = "(a: int = 1, f: Callable[[A], list[B]] = ..., g: X = ...)"
    assert shown(signature) == (expected, None)
    assert shown(None) is None


def test_every_command_is_described():
    text = describe_commands()
    for command in app.registered_commands:
        name = command.name or command.callback.__name__.replace("_", "-")
        assert f"## {name}\n" in text
    assert "imbalance-lessons adopt LESSON\n" in text
    assert "imbalance-lessons build [OPTIONS] [LESSONS]...\n" in text
    assert "| `--check` | Write nothing; fail if a notebook is stale. |" in text


def test_a_report_is_that_of_the_mistake():
    report = report_on("imbalance_ratio", "divides the smallest class by the largest")
    assert report.misconception.name == "divides the smallest class by the largest"
    assert report.score == 0


@pytest.mark.parametrize(
    ("exercise", "mistake", "message"),
    [
        ("no_such", "x", "no_such"),
        ("imbalance_ratio", "is fine", "expected one of .*divides class 0 by class 1.*'is fine'"),
    ],
)
def test_a_report_on_nothing_known_is_refused(exercise, mistake, message):
    with pytest.raises(ValueError, match=message):
        report_on(exercise, mistake)


def test_guides_that_are_not_listed_come_into_the_contents():
    text = f"# Title\n\nstudents\n{PLACE}\ndesign\n"
    expected = "# Title\n\nstudents\nnew\nother_one\ndesign\n"
    assert with_others(text, ["other_one", "design", "students", "index", "new"]) == expected


def test_the_landing_page_has_a_place_for_them():
    assert (ROOT / "docs" / "index.md").read_text().count(f"\n{PLACE}\n") == 1


def test_an_arrow_of_the_menu_is_named_after_the_page_beside_it():
    """As the theme writes it: a link, and beside it what is below that page, folded."""
    inner = "<li><a href='b.html'>Inner &amp; co</a><details><summary></summary></details></li>"
    menu = (
        f"<ul><li><a href='a.html'>Outer</a><details><summary></summary><ul>{inner}</ul></details>"
        "</li><li><a href='c.html'>Alone</a></li></ul><details><summary>Ours</summary></details>"
    )
    named = name_arrows(BeautifulSoup(menu, "html.parser"))
    names = [arrow.get("aria-label") for arrow in named.find_all("summary")]
    assert names == ["Pages below Outer", "Pages below Inner & co", None]
