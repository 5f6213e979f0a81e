"""Marks for Canvas, Moodle and spreadsheets, as their documentation wants them."""

import csv
import io
import re
from dataclasses import replace

import pytest

from autograder.grading.course import CourseError
from autograder.reports.canvas import canvas_csv, fill_template, read_template
from autograder.reports.exporting import export_marks
from autograder.reports.exports import Choice, moodle_csv, plain_csv
from autograder.reports.facts import LessonFacts

LESSON = "02_measuring_imbalance"
PLAIN = Choice()
HEADER = "Student,ID,SIS User ID,SIS Login ID,Section"
POINTS = "    Points Possible,,,,"


def table(text, delimiter=","):
    return list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))


def by(rows, column):
    header, *rest = rows
    place = header.index(column)
    return {row[place]: dict(zip(header, row, strict=True)) for row in rest}


def test_canvas_columns(facts):
    rows = table(canvas_csv(facts, PLAIN).text)
    assert rows[0] == [*HEADER.split(","), LESSON]
    assert rows[1] == ["    Points Possible", "", "", "", "", "7"]
    students = by(rows, "SIS Login ID")
    assert students["ada"]["Student"] == "King, Countess, Ada"
    assert students["ada"]["ID"] == "101"
    assert students["ada"][LESSON] == "4.5"
    assert students["kim1"][LESSON] == "0.75"
    assert students["kim2"][LESSON] == ""
    assert students["kim1"]["Student"] == students["kim2"]["Student"] == "Lee, Kim"
    assert students["zoe"]["Student"] == 'Ångström, Zoë "Zed"'
    assert students["ben"]["Student"].startswith("'=HYPERLINK")


def information_columns(header):
    """Count the columns before the assignments as Canvas's gradebook_importer.rb does.

    Two for LastName and FirstName or one for Student, one for ID, those of the SIS, and Section.
    """
    names = 2 if header[:2] == ["LastName", "FirstName"] else 1
    assert "ID" in header[names]
    count = names + 1
    if re.search(r"SIS\s+Login\s+ID", header[count]):
        count += 1
    elif re.search(r"SIS\s+User\s+ID", header[count]):
        assert re.search(r"SIS\s+Login\s+ID", header[count + 1])
        count += 2
        count += bool(re.search(r"Integration\s+ID", header[count]))
        count += bool(re.search(r"Root\s+Account", header[count]))
    assert "Section" in header[count]
    return count + 1


def test_canvas_finds_the_assignments_where_they_are(facts):
    header = table(canvas_csv(facts, PLAIN).text)[0]
    assert header[information_columns(header) :] == [LESSON]
    with pytest.raises(AssertionError):
        information_columns(["Student", "ID", "SIS User ID", "Section", LESSON])


@pytest.mark.parametrize("names", ["Student", "LastName,FirstName"])
@pytest.mark.parametrize(
    "ids",
    [
        "ID",
        "ID,SIS Login ID",
        "ID,SIS User ID,SIS Login ID",
        "ID,SIS User ID,SIS Login ID,Integration ID,Root Account",
    ],
)
def test_a_template_with_any_of_canvas_columns_is_filled_in(filled_in, names, ids):
    head = f"{names},{ids},Section"
    before, after = "," * head.count(",", 0, len(names) + 1), "," * (ids.count(",") + 2)
    lines = [f"{head},{LESSON} (1)", f"    Points Possible{before}{after}7", f"A{before}101{after}"]
    _, rows = filled_in("\n".join(lines) + "\n")
    place = information_columns(rows[0])
    assert rows[0][place:] == [f"{LESSON} (1)"]
    assert [row[place] for row in rows[1:]] == ["7", "4.5"]


def test_an_id_that_is_no_canvas_number_is_a_sis_id(facts):
    students = tuple(replace(s, lms_id="S-9" if s.id == "zoe" else "") for s in facts.students)
    row = by(table(canvas_csv(replace(facts, students=students), PLAIN).text), "SIS Login ID")[
        "zoe"
    ]
    assert (row["ID"], row["SIS User ID"]) == ("", "S-9")


def test_zero_for_what_is_missing_but_never_for_what_is_not_graded(facts):
    students = by(table(canvas_csv(facts, Choice(zero_missing=True)).text), "SIS Login ID")
    assert students["kim2"][LESSON] == "0"
    assert students["dan"][LESSON] == ""


def test_only_finished_marks(facts):
    made = canvas_csv(facts, Choice(finished_only=True))
    students = by(table(made.text), "SIS Login ID")
    assert students["ada"][LESSON] == "4.5"
    assert students["kim1"][LESSON] == ""
    assert "3 of 4 marks wait for a person, and are left out." in made.notes


def test_moodle_columns(facts):
    made = moodle_csv(facts, PLAIN)
    rows = table(made.text)
    # An empty cell in a column to map by would give the marks to the student above it.
    assert rows[0] == ["Username", "First name", "Last name", LESSON, f"{LESSON} (Feedback)"]
    students = by(rows, "Username")
    assert students["kim1"][LESSON] == "0.75"
    assert "Handed in late: 1.25 points off." in students["kim1"][f"{LESSON} (Feedback)"]
    assert students["ada"][f"{LESSON} (Feedback)"] == (
        "Checks: 2 of 4 points. Written answers: 2.5 of 3 points. Well done, and short."
    )
    assert students["kim2"][LESSON] == "-"
    assert students["kim2"][f"{LESSON} (Feedback)"] == ""
    assert any("ID number and Email address" in note for note in made.notes)


def test_moodle_has_columns_in_which_all_have_a_value_of_their_own(facts):
    students = tuple(replace(s, email=f"{s.id}@x.org") for s in facts.students)
    header = table(moodle_csv(replace(facts, students=students), PLAIN).text)[0]
    assert header[:3] == ["Username", "Email address", "First name"]
    students = tuple(replace(s, email="same@x.org") for s in facts.students)
    assert (
        "Email address" not in table(moodle_csv(replace(facts, students=students), PLAIN).text)[0]
    )


def test_moodles_limit_is_told(facts):
    big = replace(facts, lessons=(LessonFacts(LESSON, 120),))
    assert any("up to 100" in note for note in moodle_csv(big, PLAIN).notes)


def test_plain_csv(facts):
    rows = by(table(plain_csv(facts, PLAIN).text), "student_id")
    kim = rows["kim1"]
    assert (kim["raw_score"], kim["late_submission_penalty"], kim["score"]) == ("2", "1.25", "0.75")
    assert (kim["waiting"], kim["state"]) == ("yes", "graded")
    assert kim["timestamp"] == "2026-03-01 12:00:00"
    assert rows["kim2"]["state"] == "not handed in"
    assert rows["dan"]["state"] == "not graded"


@pytest.fixture
def filled_in(facts, tmp_path):
    """Fill a template in; gives the export and its rows."""

    def fill(text, choice=PLAIN, **options):
        path = tmp_path / "canvas.csv"
        path.write_bytes(text.encode("utf-8"))
        template = read_template(path)
        made = fill_template(facts, template, choice, **options)
        return made, table(made.text.removeprefix("\ufeff"), template.delimiter)

    return fill


COLUMNS = "Notes,02 Measuring imbalance (4711),Essay (4712),Homework Current Score,Final Grade"
CANVAS = f"""{HEADER},{COLUMNS}
,,,,,,Manual Posting,,,
{POINTS},,7,10,(read only),(read only)
"King, Ada",101,,ada@canvas,S1,good,1,9,88,B
"Lee, Kim",202,,KIM1,S1,,,8,70,C
"Lee, Kim",203,,kim2,S1,,3,7,60,C
"Zed",204,,z@x.org,S1,,,,,
"Who, Else",999,,else,S1,,5,5,50,F
"Student, Test",1000,,abc123,S1,,,,,
"""


def test_a_template_is_filled_in_and_all_else_stays(filled_in):
    made, rows = filled_in(CANVAS)
    before = table(CANVAS)
    assert rows[0] == before[0]
    column = rows[0].index("02 Measuring imbalance (4711)")
    got = {row[1]: row[column] for row in rows[1:]}
    # kim2 has handed in nothing: what Canvas had stays; so does somebody who is only there.
    assert got == {
        "": "7",
        "101": "4.5",
        "202": "0.75",
        "203": "3",
        "204": "0",
        "999": "5",
        "1000": "",
    }
    for old, new in zip(before, rows, strict=True):
        assert [c for i, c in enumerate(new) if i != column] == [
            c for i, c in enumerate(old) if i != column
        ]
    assert any("Who, Else" in note for note in made.notes)
    assert any("left out: ben, dan" in note for note in made.notes)


def test_names_are_no_reason_to_match(filled_in):
    text = f'{HEADER},{LESSON} (1)\n{POINTS},7\n"Lee, Kim",202,,,S1,\n"King, Ada",101,,,S1,\n'
    _, rows = filled_in(text)
    assert [row[5] for row in rows[2:]] == ["", "4.5"]


def test_a_column_can_be_named(filled_in):
    for title in ("Essay", "Essay (4712)", "essay"):
        _, rows = filled_in(CANVAS, columns={LESSON: title})
        assert by(rows, "ID")["101"]["Essay (4712)"] == "4.5"


def test_other_points_are_told_and_marks_not_scaled(filled_in):
    made, _ = filled_in(CANVAS, columns={LESSON: "Essay"})
    assert any("worth 10 points in Canvas" in note for note in made.notes)


def test_semicolons_decimal_commas_and_a_mark_at_the_start_are_kept(filled_in):
    text = f"\ufeff{HEADER},{LESSON} (1)\n{POINTS},7\nA,101,,,S1,\n".replace(",", ";")
    made, rows = filled_in(text)
    assert made.text.startswith("\ufeffStudent;ID")
    assert rows[2][5] == "4,5"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "no export of Canvas's gradebook"),
        ("a,b\n1,2\n", "expected columns Student, ID and Section, got a, b"),
        (f"{HEADER},Essay (1)\n", "--column"),
        (f"{HEADER},{LESSON}\nA,101,,,S1,\nB,,,ada,S1,\n", "has ada twice"),
        (f"{HEADER},{LESSON}\nA,101,,kim1,S1,\n", "several students: ada, kim1"),
    ],
)
def test_templates_that_do_not_fit(filled_in, text, says):
    with pytest.raises(CourseError, match=says):
        filled_in(text)


@pytest.mark.parametrize(
    ("columns", "says"),
    [
        ({LESSON: "Notes"}, "no assignment 'Notes'"),
        ({LESSON: "Quiz"}, "no assignment 'Quiz'"),
        ({"99_x": "Essay"}, "no marks for a lesson '99_x'"),
    ],
)
def test_columns_that_are_not_there(filled_in, columns, says):
    with pytest.raises(CourseError, match=says):
        filled_in(CANVAS, columns=columns)


def test_a_template_that_cannot_be_read(tmp_path):
    with pytest.raises(CourseError, match="cannot be read"):
        read_template(tmp_path / "none.csv")
    path = tmp_path / "latin.csv"
    path.write_bytes("Zoë".encode("latin-1"))
    with pytest.raises(CourseError, match="UTF-8"):
        read_template(path)


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"form": "excel"}, "--format"),
        ({"form": "moodle", "template": "x"}, "for --format canvas"),
        ({"form": "canvas", "columns": ["a=b"]}, "give both"),
        ({"form": "canvas", "columns": ["a"], "template": "x"}, "LESSON=TITLE|cannot be read"),
    ],
)
def test_options_that_do_not_go_together(course, tmp_path, options, says):
    if "template" in options:
        options = {**options, "template": tmp_path / "none.csv"}
    with pytest.raises(CourseError, match=says):
        export_marks(course, choice=PLAIN, **options)


@pytest.mark.parametrize("form", ["csv", "moodle", "canvas"])
def test_each_format(course, form):
    assert LESSON in export_marks(course, form, PLAIN).text
