"""`progress()`: what was checked in this session, and what was saved."""

from html.parser import HTMLParser
from io import StringIO

import pytest
from rich.console import Console

from autograder import progress
from autograder.engine import session
from autograder.student import overview
from autograder.student import progress as progress_module
from autograder.student.progress import read_progress


@pytest.fixture(autouse=True)
def no_reports(monkeypatch):
    monkeypatch.setattr(session, "_reports", {})


@pytest.fixture
def two_lessons(folder, make, scored):
    return folder(
        **{
            "01_a": make(outputs=[scored(2.0)], written="Yes."),
            "02_b": make("def mean(numbers):\n    raise NotImplementedError()"),
            "03_c": "not a notebook",
        }
    )


class Tags(HTMLParser):
    """Collects the open tags, to see that each is closed."""

    def __init__(self, html):
        super().__init__()
        self.open, self.words = [], []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.words.append(data)


def test_saved_notebooks_are_summed_up(two_lessons):
    found = read_progress(two_lessons)
    assert [(w.name, w.score, w.points) for w in found.lessons] == [("01_a", 2, 2), ("02_b", 0, 2)]
    assert (found.score, found.points) == (2, 4)
    [problem] = found.unread
    assert "03_c.ipynb is not a notebook" in problem


def test_in_a_lesson_it_shows_the_lesson_and_the_course(two_lessons, monkeypatch):
    monkeypatch.chdir(two_lessons / "02_b")
    shown = repr(progress())
    assert shown.startswith("Points so far: this lesson 0 of 2, the course 2 of 4.")
    assert "mean" in shown
    assert "not started" in shown
    assert "03_c.ipynb is not a notebook" in shown


def test_a_check_of_this_session_counts_before_the_file_is_saved(two_lessons, monkeypatch, report):
    monkeypatch.chdir(two_lessons / "02_b")
    session.remember(report(1.0))
    found = progress()
    assert [(p.state, p.score) for p in found.this.checks] == [("checked", 1.0)]
    assert found.this.written[0].state == "empty"


def test_code_that_was_run_again_after_its_check_does_not_count(two_lessons, monkeypatch, report):
    monkeypatch.chdir(two_lessons / "02_b")
    session.remember(report(2.0, source="before"))
    monkeypatch.setattr(progress_module, "executed_source", lambda name: "after")
    assert [(p.state, p.score) for p in progress().this.checks] == [("stale", 0)]


def test_without_a_folder_of_lessons_the_session_is_shown(tmp_path, monkeypatch, report):
    monkeypatch.chdir(tmp_path)
    assert repr(progress()).startswith("Nothing was checked yet")
    session.remember(report(1.0))
    assert repr(progress()).startswith("Points so far: this lesson 1 of 2")


def test_html_is_well_formed_and_escapes(two_lessons, monkeypatch):
    (two_lessons / "02_b").rename(two_lessons / "<b>&x")
    (two_lessons / "<b>&x" / "02_b.ipynb").rename(two_lessons / "<b>&x" / "<b>&x.ipynb")
    monkeypatch.chdir(two_lessons / "<b>&x")
    html = progress()._repr_html_()
    assert Tags(html).open == []
    assert "<b>" not in html
    assert "<b>&x" in Tags(html).words
    assert html.count("<caption") == 2


def test_no_code_of_the_student_is_run(folder, make, monkeypatch):
    monkeypatch.chdir(folder(**{"01_a": make("raise SystemExit('it was run')\nmean = 3")}))
    assert "check" in repr(progress())


def test_the_table_fits_a_terminal(two_lessons):
    console = Console(file=StringIO(), width=80)
    console.print(overview.table(read_progress(two_lessons)))
    text = console.file.getvalue()
    assert "solve mean" in text
    assert "2 of 4" in text
    assert "done" in text
    assert max(map(len, text.splitlines())) <= 80


@pytest.fixture
def report():
    from autograder.engine.question import Answer, Case
    from autograder.engine.report import Finding, Report

    def made(score, source=""):
        case = Case("a case")
        finding = Finding(case, Answer("value", value=1), expected=1, credit=score / 2)
        return Report("mean", 2, (finding,), source=source)

    return made
