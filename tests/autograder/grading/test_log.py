"""The grading log."""

from dataclasses import replace

import pytest

from autograder.grading.log import Graded, GradingLog

ADA = Graded(
    "ada",
    "01_accuracy_trap",
    "d1",
    score=8.5,
    max_score=11,
    waiting=True,
    seconds=0.44,
    notes=("a cell was there twice",),
    at="2026-11-24T20:00:00+00:00",
)
BEN = Graded("ben", "01_accuracy_trap", "d2", failed="no notebook", at="2026-11-24T20:00:01+00:00")


@pytest.fixture
def log(tmp_path):
    return GradingLog(tmp_path)


def test_the_latest_entry_of_each_counts(log):
    assert log.latest() == {}
    later = replace(ADA, score=9.0, notes=())
    for entry in (ADA, BEN, later):
        log.append(entry)
    assert log.latest() == {
        ("ada", "01_accuracy_trap"): later,
        ("ben", "01_accuracy_trap"): BEN,
    }


def test_people_can_read_it(log):
    log.append(ADA)
    log.append(BEN)
    assert (log.classroom / "grading_log.txt").read_text().splitlines() == [
        "2026-11-24T20:00:00+00:00  01_accuracy_trap  ada: 8.5 of 11 points, "
        "a written answer waits (0.4 s)",
        "    a cell was there twice",
        "2026-11-24T20:00:01+00:00  01_accuracy_trap  ben: NOT GRADED: no notebook",
    ]


@pytest.mark.parametrize("cut", [1, 20, 60])
def test_a_line_that_was_cut_off_counts_as_not_written_and_spoils_no_other(log, cut):
    log.append(BEN)
    path = log.classroom / "grading_log.jsonl"
    whole = path.read_bytes()
    log.append(ADA)
    path.write_bytes(path.read_bytes()[: len(whole) + cut])
    assert log.latest() == {("ben", "01_accuracy_trap"): BEN}
    log.append(ADA)
    assert log.latest()["ada", "01_accuracy_trap"] == ADA


def test_lines_of_another_version_are_passed_over(log):
    (log.classroom / "grading_log.jsonl").write_text('{"student": "eve"}\n[]\nnull\n\n')
    assert log.latest() == {}
