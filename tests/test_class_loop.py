"""The class loop as `make demo` runs it, through nbgrader itself, on the sample class."""

import copy
import csv
import json
import re
import shutil
import tomllib
from fractions import Fraction
from io import StringIO
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient
from nbgrader.apps.api import NbGraderAPI
from rich.console import Console

from autograder.builder.names import defined_names
from autograder.builder.script import OWN_METADATA
from autograder.engine.check import ANSWERS_MIME
from autograder.engine.registry import find_question
from autograder.grading.course import Course
from autograder.grading.demo import run_demo
from autograder.grading.gradebook import marks
from autograder.grading.interface import Steps
from autograder.grading.lab import give_out
from autograder.grading.lean import global_names
from autograder.grading.sample import hand_in, sample_students
from autograder.grading.seeds import course_secret, submission_seed

ROOT = Path(__file__).parents[1]
pytestmark = pytest.mark.slow
RUN_WITH_DEMOS = "01_accuracy_trap"


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    return Course(ROOT, tmp_path_factory.mktemp("classroom") / "demo")


@pytest.fixture(scope="module")
def shown(course):
    """Run the demo once; gives what it shows."""
    console = Console(file=StringIO(), width=120)
    page = run_demo(course, console)
    return console.file.getvalue(), page


# What each exercise of each sample student is worth, worked out by hand from what the student
# wrote (autograder/sample_class): the share of its cases that are right.
SAMPLE_MARKS = {
    path.stem: tomllib.loads(path.read_text())
    for path in sorted((ROOT / "tests" / "sample_marks").glob("*.toml"))
}
POINTS = {lesson: sample["points"] for lesson, sample in SAMPLE_MARKS.items()}
BY_HAND = {
    (student, lesson): round(
        sum(round(p * float(Fraction(c)), 2) for p, c in zip(POINTS[lesson], credit, strict=True)),
        2,
    )
    for lesson, sample in SAMPLE_MARKS.items()
    for student, credit in sample["credit"].items()
}


def test_every_lesson_has_a_sample_class_with_marks():
    assert [lesson.name for lesson in Course(ROOT, ROOT / "classroom").lessons] == [*SAMPLE_MARKS]
    for lesson, sample in SAMPLE_MARKS.items():
        assert sorted(sample["credit"]) == sorted(sample_students(lesson))


def test_the_points_by_hand_are_those_of_the_questions():
    for lesson, sample in SAMPLE_MARKS.items():
        assert POINTS[lesson] == [find_question(name).points for name in sample["exercises"]]


@pytest.mark.usefixtures("shown")
def test_every_sample_student_gets_the_mark_worked_out_by_hand(course):
    assert {(m.student, m.lesson): m.score for m in marks(course)} == pytest.approx(BY_HAND)


@pytest.mark.usefixtures("shown")
def test_the_written_answer_waits_for_a_person(course):
    for mark in marks(course):
        assert mark.waiting
        assert mark.max_score == sum(POINTS[mark.lesson]) + SAMPLE_MARKS[mark.lesson]["written"]


def test_the_demo_ends_with_the_gradebook_and_a_feedback_page(shown):
    text, page = shown
    for student in SAMPLE_MARKS["01_accuracy_trap"]["credit"]:
        assert student in text
    assert re.search(r" 01 .*\n lesson +of 11 ", text)
    assert re.search(r"ada +8\* ", text)
    assert page.is_file()


@pytest.mark.usefixtures("shown")
def test_a_second_run_calls_nbgrader_no_more(course, monkeypatch):
    def no_more(self, *arguments, **options):
        raise AssertionError(arguments)

    for step in ("generate_assignment", "autograde", "generate_feedback"):
        monkeypatch.setattr(NbGraderAPI, step, no_more)
    run_demo(course, Console(file=StringIO()))


@pytest.mark.usefixtures("shown")
def test_the_release_holds_no_secret(course):
    released = sorted(path for path in (course.classroom / "release").rglob("*") if path.is_file())
    assert [path.name for path in released] == [f"{lesson}.ipynb" for lesson in SAMPLE_MARKS]
    for path in released:
        text = path.read_text()
        for word in ("BEGIN SOLUTION", "END SOLUTION", "MARK SCHEME", '"stub"'):
            assert word not in text, word
        for line in solution_lines(path.stem):
            assert line not in text, line
        for cell in nbformat.reads(text, as_version=4).cells:
            assert not cell.get("outputs")
            if cell.metadata.get("nbgrader", {}).get("solution"):
                assert "NotImplementedError" in cell.source or "None" in cell.source


def solution_lines(lesson):
    """List what stands between solution markers and is long enough to be told from a hint."""
    source = (ROOT / "notebooks" / lesson / f"{lesson}.ipynb").read_text()
    for cell in nbformat.reads(source, as_version=4).cells:
        _, _, body = cell.source.partition("### BEGIN SOLUTION")
        for line in map(str.strip, body.partition("### END SOLUTION")[0].splitlines()):
            if len(line) >= 25:
                yield json.dumps(line)[1:-1]


def errors_of(notebook, folder):
    resources = {"metadata": {"path": str(folder)}}
    NotebookClient(notebook, timeout=120, allow_errors=True, resources=resources).execute()
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    return {output.ename for output in outputs if output.output_type == "error"}


def role(cell):
    return cell.metadata.get(OWN_METADATA, {}).get("role")


@pytest.mark.parametrize("lesson", SAMPLE_MARKS)
def test_no_demo_uses_what_students_write(lesson):
    """So a demo shows the same in a lesson that is not solved as in one that is, which is run."""
    solved = nbformat.read(ROOT / "notebooks" / lesson / f"{lesson}.ipynb", as_version=4)
    own = [defined_names(c.source) for c in solved.cells if role(c) in ("exercise", "answer")]
    used = [global_names(cell.source) for cell in solved.cells if role(cell) in ("setup", "demo")]
    assert own
    assert used
    assert set().union(*own).isdisjoint(set().union(*used))


@pytest.mark.usefixtures("shown")
@pytest.mark.parametrize("lesson", SAMPLE_MARKS)
def test_a_released_lesson_fails_only_where_it_is_not_solved(course, lesson, tmp_path):
    """One lesson is run as it is; of the others the demos, which do the same when solved, are not.

    `tests/notebooks` runs those.
    """
    notebook = nbformat.read(course.notebook("release", lesson), as_version=4)
    if lesson != RUN_WITH_DEMOS:
        notebook.cells = [cell for cell in notebook.cells if role(cell) != "demo"]
    assert errors_of(notebook, tmp_path) <= {"NotImplementedError"}
    for cell in notebook.cells:
        if cell.metadata.get("nbgrader", {}).get("grade") and cell.cell_type == "code":
            [result] = [o for o in cell.outputs if o.output_type == "execute_result"]
            assert float(result.data["text/plain"]) == 0
            assert "Not solved yet" in result.data["text/html"]


@pytest.mark.usefixtures("shown")
@pytest.mark.parametrize(("student", "lesson"), sorted(BY_HAND))
def test_feedback_explains_and_keeps_what_was_drawn(course, student, lesson):
    html = course.notebook("feedback", lesson, student).with_suffix(".html").read_text()
    assert ANSWERS_MIME not in html
    assert "aria-label='Check of" in html or 'aria-label="Check of' in html
    assert "Mark scheme" in html  # once marked, the student sees by what
    if student == "chloe":
        assert html.count("It looks as if your") == len(POINTS[lesson])


@pytest.mark.usefixtures("shown")
def test_feedback_shows_no_drawn_labels(course):
    secret = course_secret(course.classroom / "course_secret")
    html = course.notebook("feedback", "02_measuring_imbalance", "chloe").with_suffix(".html")
    text = re.sub(r"\s+", " ", html.read_text())
    seed = submission_seed(secret, "chloe", "02_measuring_imbalance")
    for name in ("class_counts", "imbalance_ratio"):
        for case in find_question(name).cases(seed):
            shown = ", ".join(map(str, list(case.inputs["labels"])[:12]))
            if not case.public and len(shown) > 20:
                assert shown not in text


@pytest.mark.usefixtures("shown")
def test_a_regrade_gives_the_same_marks(course):
    autograded = course.notebook("autograded", "01_accuracy_trap", "farid")
    before = [cell.get("outputs") for cell in nbformat.read(autograded, as_version=4).cells]
    course.nbgrader("autograde", "01_accuracy_trap", "--student=farid", "--force")
    after = [cell.get("outputs") for cell in nbformat.read(autograded, as_version=4).cells]
    assert [reports(outputs) for outputs in before] == [reports(outputs) for outputs in after]
    assert {(m.student, m.lesson): m.score for m in marks(course)} == pytest.approx(BY_HAND)


@pytest.mark.usefixtures("shown")
@pytest.mark.parametrize(
    "how",
    [
        ["--ExecuteWithSeed.lean=False"],
        ["--ExecuteWithSeed.trusted=True"],
        ["--ExecuteWithSeed.trusted=True", "--ExecuteWithSeed.warm=False"],
    ],
    ids=["with demos", "without a sandbox", "in a kernel each"],
)
def test_however_it_is_run_the_marks_are_the_same(course, how):
    lines: list[str] = []
    lesson, some = "02_measuring_imbalance", "--student=[cdh]*"
    course.nbgrader("autograde", lesson, some, "--force", *how, on_line=lines.append)
    graded = re.findall(r"Converting notebook \S+/submitted/(\w+)/", "\n".join(lines))
    assert {*graded} == {"chloe", "dmitri", "hugo"}
    assert {(m.student, m.lesson): m.score for m in marks(course)} == pytest.approx(BY_HAND)


def reports(outputs):
    return [o.data.get("text/html") for o in outputs or [] if o.output_type == "execute_result"]


@pytest.mark.usefixtures("shown")
def test_export_writes_every_mark(course, tmp_path):
    target = tmp_path / "grades.csv"
    course.nbgrader("export", f"--to={target}")
    with target.open() as file:
        rows = list(csv.DictReader(file))
    assert {(r["student_id"], r["assignment"]): float(r["score"]) for r in rows} == pytest.approx(
        BY_HAND
    )


@pytest.mark.usefixtures("shown")
@pytest.mark.parametrize(("student", "words"), [("ada", "Success"), ("emi", "failed")])
def test_validate_agrees_with_the_checks(course, student, words, tmp_path):
    submitted = course.notebook("submitted", "02_measuring_imbalance", student)
    notebook = shutil.copy(submitted, tmp_path)
    lines: list[str] = []
    course.nbgrader("validate", str(notebook), on_line=lines.append)
    assert words in "\n".join(lines)


def exits(notebook):
    [cell] = [cell for cell in notebook.cells if cell.id == "imbalance_ratio"]
    cell.source = "import os\nos._exit(1)"


def repeats(notebook):
    [place] = [i for i, cell in enumerate(notebook.cells) if cell.id == "check-severity"]
    copied = copy.deepcopy(notebook.cells[place])
    copied.id = "a-copy"
    notebook.cells.insert(place + 1, copied)


def deletes(notebook):
    marked = ("check-severity", "written_diagnosis")
    notebook.cells = [cell for cell in notebook.cells if cell.id not in marked]


def skips(notebook):
    for cell in notebook.cells:
        cell.metadata["tags"] = ["skip-execution"]


def claims(notebook):
    """Claim full marks before each check, for exercises that were never solved."""
    for cell in notebook.cells:
        if cell.metadata.get("nbgrader", {}).get("solution"):
            cell.source = "import sys\ncheck = lambda *args: sys.displayhook(2.0)"


def test_accidents_and_tricks_keep_the_batch_going_and_gain_nothing(tmp_path):
    """Whoever comes after a broken submission is still marked, and claims count for nothing."""
    lesson = "02_measuring_imbalance"
    course = Course(ROOT, tmp_path / "classroom")
    Steps(course).release(lesson)
    released = nbformat.read(course.notebook("release", lesson), as_version=4)
    right = BY_HAND["ada", lesson]
    expected = {"a_exits": right - find_question("imbalance_ratio").points, "b_repeats": right}
    expected |= {"c_deletes": right, "d_skips": right, "e_claims": 0, "f_fine": right}
    changes = (exits, repeats, deletes, skips, claims, lambda notebook: None)
    for student, change in zip(expected, changes, strict=True):
        notebook = copy.deepcopy(hand_in(released, sample_students(lesson)["ada"]))
        change(notebook)
        path = course.notebook("submitted", lesson, student)
        path.parent.mkdir(parents=True)
        nbformat.write(notebook, path)
    course.nbgrader("autograde", lesson)
    assert {mark.student: mark.score for mark in marks(course)} == expected
    assert {mark.max_score for mark in marks(course)} == {sum(POINTS[lesson]) + 3}


def test_lab_gives_out_lessons_and_never_overwrites(tmp_path):
    own = Course(ROOT, tmp_path / "classroom")
    given = give_out(own, tmp_path / "mine")
    assert len(given.new) == len(own.lessons)
    assert given.kept == []
    assert "BEGIN SOLUTION" not in given.new[0].read_text()
    assert {page.name for page in (tmp_path / "mine").glob("*.md")} >= {"README.md", "glossary.md"}
    given.new[0].write_text(json.dumps("my work"))
    again = give_out(own, tmp_path / "mine")
    assert (again.new, len(again.kept), again.offered) == ([], len(own.lessons), [])
    assert json.loads(given.new[0].read_text()) == "my work"
