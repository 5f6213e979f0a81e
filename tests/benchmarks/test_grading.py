"""The benchmark of grading: what it watches, and what it says."""

import subprocess
import sys

import pytest

from autograder.grading.gradebook import marks
from benchmarks.classes import copy_class, environment_of, make_class, stock_folder
from benchmarks.grading import WAYS, Row, grade, markdown, measure, verdicts
from benchmarks.stages import stages
from benchmarks.watching import MEBIBYTE, memory_of_family, watch

LESSON = "02_measuring_imbalance"


def rows(stock, nbgrader, class_, peak=600):
    """Make rows in which each way takes so many seconds a notebook."""
    seconds = {WAYS[0].name: stock, WAYS[4].name: nbgrader, WAYS[6].name: class_}
    made = [
        Row(way.name, 20, 20 * seconds.get(way.name, 1.0), 1.0, peak * MEBIBYTE) for way in WAYS
    ]
    return [*made, Row("half", 10, 10 * class_, 1.0, peak * MEBIBYTE)]


def test_the_verdicts_are_worked_out_from_the_rows():
    met = verdicts(rows(stock=10.0, nbgrader=0.9, class_=0.3))
    assert met[0].endswith("at least 10 times faster than stock: met, 11.1")
    assert met[1].endswith("at least 25 times faster than stock: met, 33.3")
    assert met[2] == "2.0 times the notebooks take 2.00 times as long"
    missed = verdicts(rows(stock=10.0, nbgrader=1.1, class_=0.5))
    assert missed[0].endswith("MISSED, 9.1")
    assert missed[1].endswith("MISSED, 20.0")


def test_the_table_has_a_row_for_each_way():
    text = markdown(rows(10.0, 1.0, 0.5), ["a line"])
    assert text.count("\n| ") == len(WAYS) + 1 + 1
    assert "| 20 | 200.0 | 10.00 | 0.05 | 600 | 1.0 |" in text
    assert text.endswith("- a line\n")


def test_a_command_is_watched_to_its_end(tmp_path):
    watched = watch([sys.executable, "-c", "print('done')"], tmp_path, {})
    assert watched.output == "done\n"
    assert watched.wall > 0
    with pytest.raises(RuntimeError, match="no such lesson"):
        watch([sys.executable, "-c", "raise SystemExit('no such lesson')"], tmp_path, {})


def test_memory_is_that_of_a_process_with_what_it_started(tmp_path):
    code = "x = bytearray(60 * 2**20); print(flush=True); input()"
    with subprocess.Popen(
        [sys.executable, "-c", f"import os; os.fork(); {code}"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        for _ in range(2):
            process.stdout.readline()
        assert 120 * MEBIBYTE < memory_of_family(process.pid) < 200 * MEBIBYTE
        process.stdin.write("\n\n")
    assert memory_of_family(process.pid) == 0


@pytest.mark.slow
def test_a_class_is_made_copied_and_graded(tmp_path):
    class_ = make_class(tmp_path / "class", [LESSON], 9)
    assert len(list((class_.classroom / "submitted").iterdir())) == 9
    small = copy_class(class_, tmp_path / "small", 2)
    folder = stock_folder(small, tmp_path / "stock")
    assert "autograder" not in (folder / "nbgrader_config.py").read_text()
    assert (folder / "source" / LESSON / f"{LESSON}.ipynb").is_file()
    assert environment_of(small)["IMBALANCE_CLASSROOM"] == str(small.classroom)
    [watched] = grade(2)(small)
    assert "2/2" in watched.output
    assert watched.peak > 100 * MEBIBYTE
    assert {mark.student: mark.score for mark in marks(small)} == {"ada000": 9, "ben001": 5}
    lines = stages(copy_class(class_, tmp_path / "stages", 2))
    assert len(lines) == 4


def test_ways_that_disagree_on_a_mark_stop_the_run(tmp_path, monkeypatch):
    class Marked:
        student, lesson = "ada", "02"

        def __init__(self, score):
            self.score = score

    scores = iter(range(9))
    monkeypatch.setattr("benchmarks.grading.copy_class", lambda *arguments: None)
    monkeypatch.setattr("benchmarks.grading.marks", lambda course: [Marked(next(scores))])
    watched = watch([sys.executable, "-c", ""], tmp_path, {})
    ways = [type(way)(way.name, lambda course: [watched], way.few, way.ours) for way in WAYS]
    monkeypatch.setattr("benchmarks.grading.WAYS", ways)
    with pytest.raises(RuntimeError, match="has 2, and elsewhere 1"):
        list(measure(None, 4, tmp_path))
