"""The whole site: it builds without a warning, its links lead somewhere, it asks nobody else."""

import re
import runpy
import subprocess
import sys
from urllib.parse import unquote, urlsplit

import pytest
from bs4 import BeautifulSoup
from course_site.api import all_groups
from course_site.lessons import NOTEBOOKS, ROOT

from autograder.builder.notebook import find_lessons

DOCS = ROOT / "docs"
LOADED = (("link", "href"), ("script", "src"), ("img", "src"), ("iframe", "src"), ("source", "src"))


def test_the_settings_can_be_read():
    settings = runpy.run_path(str(DOCS / "conf.py"))
    assert settings["nb_execution_mode"] == "off"
    assert settings["nb_ipywidgets_js"] == {}
    assert settings["html_math_renderer"] == "mathml"


def test_what_the_guides_include_is_there():
    """An include that finds neither its start nor its end would bring in nothing, or too much."""
    for guide in DOCS.glob("*.md"):
        for file, options in re.findall(r"```\{include\} (\S+)\n(.*?)```", guide.read_text(), re.S):
            text = (DOCS / file).read_text()
            for mark in re.findall(r':(?:start-after|end-before): "(.+)"', options):
                assert text.count(mark) >= 1, (guide.name, mark)


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """Build the site without running lessons; a warning is an error."""
    folder = tmp_path_factory.mktemp("site")
    options = ["-W", "--keep-going", "-D", "lessons_execute=0", "-d", str(folder / "doctrees")]
    command = [sys.executable, "-m", "sphinx", *options, str(DOCS), str(folder / "html")]
    result = subprocess.run(command, capture_output=True, text=True)
    assert result.returncode == 0, result.stderr[-3000:]
    return folder / "html"


@pytest.fixture(scope="module")
def pages(site):
    """Read every page once."""
    return {path: BeautifulSoup(path.read_text(), "html.parser") for path in site.rglob("*.html")}


def of_the_site(test):
    """Mark what needs the whole site: one worker builds it, once."""
    return pytest.mark.slow(test)


@of_the_site
def test_each_lesson_and_each_module_has_a_page(site):
    for lesson in find_lessons(NOTEBOOKS):
        assert (site / "lessons" / lesson.name / f"{lesson.name}.html").is_file()
    for names in all_groups().values():
        for name in names:
            assert (site / "api" / f"{name}.html").is_file()
    for guide in DOCS.glob("*.md"):
        assert (site / f"{guide.stem}.html").is_file()


@of_the_site
def test_no_page_loads_anything_from_elsewhere(pages):
    for path, page in pages.items():
        for tag, attribute in LOADED:
            for element in page.find_all(tag, **{attribute: True}):
                if "alternate" not in element.get("rel", []):
                    assert urlsplit(element[attribute]).scheme in ("", "data"), (path, element)


@of_the_site
def test_no_style_sheet_does_either(site):
    for sheet in site.rglob("*.css"):
        assert not re.search(r"url\(['\"]?(https?:)?//", sheet.read_text()), sheet


@of_the_site
def test_links_inside_the_site_lead_somewhere(pages):
    names = {p: {e["id"] for e in page.find_all(id=True)} for p, page in pages.items()}
    broken = []
    for path, page in pages.items():
        for link in page.select("article a[href], nav a[href]"):
            parts = urlsplit(link["href"])
            if parts.scheme:
                continue
            target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            anchor = unquote(parts.fragment)
            if not target.is_file() or (anchor and anchor not in names.get(target, {anchor})):
                broken.append((path.name, link["href"]))
    assert broken == []


@of_the_site
def test_no_page_has_a_solution_or_an_unread_formula(pages):
    for path, page in pages.items():
        text = page.get_text()
        if "lessons" in path.parts and path.parent.name[:2].isdigit():
            assert "BEGIN SOLUTION" not in text
            assert "MARK SCHEME" not in text
            assert "raise NotImplementedError" in text
            assert page.find("math") is not None or "$" not in page.article.get_text()
        assert not page.select("span.problematic"), path


@of_the_site
def test_every_picture_has_a_text(pages):
    for path, page in pages.items():
        for picture in page.select("article img"):
            assert picture.get("alt"), (path, picture)
