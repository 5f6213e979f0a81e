"""The class report: its numbers, its page, its tables."""

import csv
import re
from dataclasses import replace
from datetime import datetime
from html.parser import HTMLParser

import pytest

from autograder.reports.class_report import class_report
from autograder.reports.csv_text import number, safe, write_csv
from autograder.reports.figures import distribution_text, histogram, stacked
from autograder.reports.lookalikes import Alike, Comparison, Pair
from autograder.reports.page import render
from autograder.reports.summaries import tenth
from autograder.reports.tables import write_tables

LESSON = "02_measuring_imbalance"
MADE_AT = datetime(2026, 3, 2, 9, 30)


@pytest.fixture
def report(course):
    return class_report(course)


@pytest.fixture
def page(report):
    return render(report, MADE_AT)


def test_the_lesson(report):
    [lesson] = report.lessons
    assert len(lesson.scores) == 4
    assert max(lesson.scores) == 4.5
    assert sum(lesson.tenths) == 4
    assert lesson.missing == ("kim2",)
    assert lesson.ungraded == ("dan",)
    assert lesson.waiting == 3
    assert lesson.short == "02"


def test_how_exercises_and_cases_went(report):
    ratio, severity = report.exercises
    assert ratio.fates["full"] == 2
    assert ratio.fates["untouched"] == 1
    assert severity.fates["untouched"] == 4
    assert {case.asked for case in ratio.cases} == {4}
    assert {case.right for case in ratio.cases} <= {2, 3}
    assert [case.public for case in ratio.cases] == sorted(
        (c.public for c in ratio.cases), reverse=True
    )


def test_misconceptions_and_concerns(report):
    [mistake] = report.mistakes
    assert mistake.students == ("ben",)
    concerns = {concern.student: concern for concern in report.concerns}
    assert concerns["kim2"].missing == (LESSON,)
    assert concerns["zoe"].blank == (LESSON,)
    assert "dan" not in concerns
    assert "ada" not in concerns


def test_the_page_says_it(page, report):
    assert report.mistakes[0].hint.split("`")[0][:30] in page
    assert "Kim Lee (kim1)" in page
    assert "Kim Lee (kim2)" in page
    assert "it is not a notebook" in page
    assert "02 March 2026, 09:30" in page
    assert "0.75*" in page


def test_what_students_write_is_text_on_the_page(page, report):
    assert "cell &lt;b&gt; was there twice" in page
    [student] = [s for s in report.students if s.id == "zoe"]
    evil = replace(student, first_name="<script>alert(1)</script>")
    spoiled = render(
        replace(report, students=tuple(evil if s.id == "zoe" else s for s in report.students)),
        MADE_AT,
    )
    assert "<script" not in spoiled
    assert "&lt;script&gt;" in spoiled


class Tags(HTMLParser):
    def __init__(self):
        super().__init__()
        self.found = []

    def handle_starttag(self, tag, attributes):
        self.found.append((tag, dict(attributes)))


def test_the_page_needs_nothing_else_and_can_be_read_out(page):
    tags = Tags()
    tags.feed(page)
    names = [name for name, _ in tags.found]
    assert not {"script", "img", "iframe", "object"} & set(names)
    links = [a.get("href") for _, a in tags.found if "href" in a]
    assert all(link.startswith("#") or link == "data:," for link in links)
    ids = [a["id"] for _, a in tags.found if "id" in a]
    assert len(ids) == len(set(ids))
    assert {link[1:] for link in links if link.startswith("#")} <= set(ids)
    assert all(a.get("aria-label") for name, a in tags.found if name == "svg")
    assert all(a.get("scope") for name, a in tags.found if name == "th")
    assert names.count("table") == names.count("caption")
    assert not re.search(r"url\(|@import|https?://(?!example\.org)", page)


def test_a_class_without_anything(tmp_path, course):
    for path in [*course.classroom.glob("submitted/*/*"), course.classroom / "grading_log.jsonl"]:
        path.rmdir() if path.is_dir() else path.unlink()
    report = class_report(course)
    empty = replace(report, submissions={}, lessons=(), concerns=(), waiting=(), pairs=())
    text = render(empty, MADE_AT)
    assert "Nothing has been graded yet" in text
    assert "There is no grading log" in text
    assert "Nothing is waiting" in text


def test_tables(report, tmp_path):
    paths = write_tables(report, tmp_path / "csv")
    tables = {}
    for path in paths:
        with path.open(encoding="utf-8-sig", newline="") as file:
            tables[path.stem] = list(csv.DictReader(file))
    marks = {row["student"]: row for row in tables["marks"]}
    assert marks["kim1"]["score"] == "0.75"
    assert marks["kim1"]["late_penalty"] == "1.25"
    assert marks["kim2"]["state"] == "not handed in"
    assert marks["dan"]["state"] == "not graded"
    assert marks["ben"]["first_name"].startswith("'=")
    assert tables["misconceptions"][0]["students"] == "ben"
    assert {row["student"] for row in tables["waiting"]} == {"ben", "kim1", "zoe"}
    assert {row["notes"] for row in tables["grading"]} >= {"cell <b> was there twice"}
    assert {row["kind"] for row in tables["cases"]} == {"visible", "drawn"}


@pytest.mark.parametrize(
    ("score", "place"), [(0, 0), (0.9, 0), (1, 1), (9.99, 9), (10, 9), (12, 9)]
)
def test_tenths(score, place):
    assert tenth(score, 10) == place


def test_figures():
    drawn = histogram([0, 2, 0, 0, 0, 0, 0, 0, 0, 1], "A <lesson>")
    assert drawn.count('class="bar"') == 2
    assert "A &lt;lesson&gt;" in drawn
    assert distribution_text([0] * 10, "x") == "x, no scores yet."
    assert "2 from 10 to 20%" in drawn
    bar = stacked({"full": 3, "wrong": 1}, "x")
    assert 'width="75.00"' in bar
    assert "3 full marks, 1 no points" in bar


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"])
def test_formulas_become_text(text):
    assert safe(text) == f"'{text}"
    assert write_csv(["a"], [[text]]).splitlines()[1].lstrip('"').startswith("'")


@pytest.mark.parametrize("value", ["-", "", "a=1", 3, -2.5, "Zoë"])
def test_other_cells_stay(value):
    assert safe(value) == value


def test_numbers():
    values = [7.0, 7.5, 7.256, 0.0, -0.001, 100.0]
    assert [number(value) for value in values] == ["7", "7.5", "7.26", "0", "0", "100"]


def test_of_many_likenesses_the_page_shows_the_strongest_and_says_how_many_there_are(report):
    pairs = tuple(Pair((f"left{n}", f"right{n}"), ("one", "two")) for n in range(60))
    alike = tuple(Alike((f"one{n}", f"two{n}"), 1 - n / 100, (f"text{n}",)) for n in range(20))
    [lesson] = report.lessons
    two = [replace(e, comparison=Comparison(alike=alike, weaker=7)) for e in lesson.exercises]
    full = replace(report, pairs=pairs, lessons=(replace(lesson, exercises=tuple(two)),))
    page = render(full, MADE_AT)
    assert "the first 50 of 60 pairs" in page
    assert "left49" in page
    assert "left50" not in page
    assert "The 30 strongest of 54." in page
    assert "text14" in page
    assert "text15" not in page
    few = replace(full, pairs=pairs[:50])
    assert "of 50 pairs" not in render(few, MADE_AT)
