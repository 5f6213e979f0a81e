"""`report` and `export` as an instructor types them."""

import sys

import pytest

from autograder import cli


@pytest.fixture
def command(course, monkeypatch, capsys):
    """Run a command in the class; gives its exit status and what it wrote."""

    def run(*arguments):
        monkeypatch.chdir(course.root)
        monkeypatch.setenv("IMBALANCE_CLASSROOM", str(course.classroom))
        monkeypatch.setattr(sys, "argv", ["imbalance-lessons", *arguments])
        with pytest.raises(SystemExit) as stopped:
            cli.main()
        return stopped.value.code or 0, capsys.readouterr().out

    return run


def test_report_writes_the_page_and_the_tables(command, course, tmp_path):
    status, written = command("report", "--csv", str(tmp_path / "tables"))
    assert status == 0
    assert str(course.classroom / "report.html") in written.replace("\n", "")
    assert "Class report" in (course.classroom / "report.html").read_text(encoding="utf-8")
    assert (tmp_path / "tables" / "marks.csv").is_file()


def test_export_says_what_waits(command, course):
    status, written = command("export", "--format", "moodle")
    assert status == 0
    assert "3 of 4 marks wait for a person" in written
    assert (
        (course.classroom / "marks_moodle.csv").read_text(encoding="utf-8").startswith("Username")
    )


def test_what_cannot_be_done_ends_in_a_sentence(command):
    status, written = command("report", "99_none")
    assert status == 1
    assert "The gradebook has no lesson '99_none'" in " ".join(written.split())
    status, written = command("export", "--template", "none.csv")
    assert status == 1
    assert "--format canvas" in written
