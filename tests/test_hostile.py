"""A class of attackers, graded at one go, with an honest student after them.

Each submission of the corpus is handed in by a student of its own. One run of `nbgrader autograde`
grades them all; then each attack is looked at by itself, and the machine once.
"""

import os
import re
import sqlite3
from pathlib import Path

import pytest

from autograder.execution.sandbox import Sandbox, SandboxError
from autograder.grading.course import Course, CourseError
from autograder.grading.gradebook import marks
from autograder.grading.interface import Steps
from tests import processes
from tests.corpora.hostile import (
    ATTACKS,
    GOT_IT,
    LESSON,
    LIMITS,
    MARK,
    POINTS,
    Attack,
    executable,
    hand_in,
    outputs,
    solve,
)

ROOT = Path(__file__).parents[1]
pytestmark = pytest.mark.slow

BLANK, HONEST = "00_blank", "zz_honest"
MARKER = f"<h{os.getpid()}>0"  # in the environment of each process of the run, as its time zone
LOG_LINE = 1_000  # characters: nobody reads a longer one
PAGES = [name for name in ATTACKS if name.startswith("pages_")]


class Graded:
    """What came of the class."""

    def __init__(self, course):
        self.course = course
        self.lines = []
        self.failure = ""
        self.marks = {}

    def text(self, step, student):
        """Give everything that a step left for a student, as text."""
        folder = self.course.classroom / step / student
        files = [path for path in folder.rglob("*") if path.is_file()]
        return "\n".join(path.read_text(errors="replace") for path in files)

    def outputs(self, student):
        """Give all outputs of the graded notebook, as text."""
        path = self.course.notebook("autograded", LESSON, student)
        return outputs(path) if path.is_file() else ""


@pytest.fixture(scope="module")
def graded(tmp_path_factory):
    """Hand everything in, and grade it once."""
    try:
        Sandbox().close()
    except SandboxError as error:
        pytest.skip(str(error))
    place = tmp_path_factory.mktemp("hostile")
    result = Graded(Course(ROOT, place / "classroom"))
    result.course.classroom.mkdir()
    (result.course.classroom / "course_secret").write_text("5e" * 32)  # the same cases each time
    with pytest.MonkeyPatch.context() as patch:
        (place / "tmp").mkdir()
        patch.setenv("TMPDIR", str(place / "tmp"))
        patch.setenv("TZ", MARKER)
        patch.delenv("IMBALANCE_TRUSTED", raising=False)
        steps = Steps(result.course)
        steps.release(LESSON)
        hand_in(result.course, BLANK, Attack(BLANK, ""))
        hand_in(result.course, HONEST, Attack(HONEST, "", solve))
        for name, attack in ATTACKS.items():
            hand_in(result.course, name, attack)
        try:
            result.course.nbgrader("autograde", LESSON, *LIMITS, on_line=result.lines.append)
        except CourseError as error:
            result.failure = str(error)
        for students in ("pages_*", HONEST, "files_links"):
            steps.give_feedback(LESSON, students)
    result.marks = {mark.student: mark for mark in marks(result.course)}
    return result


@pytest.mark.parametrize("name", ATTACKS)
def test_it_gains_nothing(graded, name):
    attack = ATTACKS[name]
    # Whoever is not in the gradebook, or without a mark, has no points.
    score = graded.marks[name].score if name in graded.marks else 0.0
    if attack.may_lose:
        assert 0 <= score <= attack.deserves
    else:
        assert score == attack.deserves
    assert graded.marks[name].max_score == sum(POINTS.values()) + 3
    assert GOT_IT not in graded.outputs(name)


def test_every_attack_has_a_name_of_its_own_and_says_what_it_wants():
    assert len(ATTACKS) >= 100
    assert all(re.fullmatch(r"[a-z_]+", name) for name in ATTACKS)
    assert all(re.fullmatch(r"To .+\.", attack.wants) for attack in ATTACKS.values())


def test_the_honest_student_after_them_has_full_marks(graded):
    assert graded.marks[HONEST].score == sum(POINTS.values())


def test_the_blank_student_before_them_has_none(graded):
    assert graded.marks[BLANK].score == 0


def test_nobody_stops_the_batch(graded):
    assert graded.failure == ""
    assert set(graded.marks) == {BLANK, HONEST, *ATTACKS}


def test_the_log_stays_readable(graded):
    assert max(map(len, graded.lines)) < LOG_LINE
    assert len(graded.lines) < 40 * len(graded.marks)
    assert not any("Traceback" in line for line in graded.lines)
    assert not any(line.startswith("[AutogradeApp | INFO] zz_honest: 0") for line in graded.lines)


def test_no_process_is_left(graded):
    assert graded.marks
    assert processes.left(f"TZ={MARKER}") == []


def test_no_file_is_left_outside_the_classroom(graded):
    places = ["/tmp", "/var/tmp", "/dev/shm", "/dev", "/run", "/", "~", "~/.ipython", str(ROOT)]
    found = [path for place in places for path in Path(place).expanduser().glob(f"{MARK}*")]
    found += list((ROOT / "autograder").rglob(f"{MARK}*"))
    found += list((ROOT / "imbalance_lessons").rglob(f"{MARK}*"))
    assert found == []
    temporary = graded.course.classroom.parent / "tmp"
    assert [p for p in temporary.rglob("*") if MARK in p.name or "flood" in p.name] == []
    assert [p.name for p in temporary.iterdir() if p.name.startswith("imbalance-lessons-")] == []


def test_the_gradebook_has_no_mark_that_a_person_gave(graded):
    with sqlite3.connect(graded.course.classroom / "gradebook.db") as base:
        assert base.execute(
            "SELECT count(*) FROM grade WHERE manual_score IS NOT NULL"
        ).fetchone() == (0,)
        assert base.execute("SELECT count(*) FROM grade WHERE extra_credit > 0").fetchone() == (0,)
        assert base.execute("SELECT count(*) FROM student").fetchone() == (len(ATTACKS) + 2,)
        assert base.execute("SELECT count(*) FROM assignment").fetchone() == (1,)


@pytest.mark.parametrize("step", ["autograded", "feedback"])
@pytest.mark.parametrize("what", ["the secret", "another student's work", "the system's files"])
def test_links_bring_nothing_along(graded, step, what):
    text = graded.text(step, "files_links")
    secret = (graded.course.classroom / "course_secret").read_text().strip()
    telling = {
        "the secret": secret,
        "another student's work": "np.bincount(labels, minlength=num_classes or 0)",
        "the system's files": "root:x:0:0",
    }
    assert telling[what] not in text
    assert "SQLite format 3" not in text


def test_what_runs_is_recognised():
    from tests.corpora.hostile.pages import TAGS

    for name, tag in TAGS.items():
        # The broken one runs only where a filter takes the inner tag out.
        assert bool(executable(tag)) == (name != "broken_script"), name
    assert executable("<p>on Monday</p><img src='data:image/png;base64,AA=='>") == set()


@pytest.mark.parametrize("name", PAGES)
def test_a_feedback_page_runs_nothing_of_the_submission(graded, name):
    allowed = executable(graded.text("feedback", HONEST))
    page = graded.text("feedback", name)
    assert "</html>" in page
    assert executable(page) <= allowed
    assert "document.title" not in "".join(executable(page))


@pytest.fixture(scope="module")
def formgrader_scripts(graded):
    """List what runs in the page of the honest student."""
    return executable(formgrader_page(graded.course, HONEST))


@pytest.mark.parametrize("name", PAGES)
def test_a_page_of_formgrader_runs_nothing_of_the_submission(graded, formgrader_scripts, name):
    assert executable(formgrader_page(graded.course, name)) <= formgrader_scripts


def formgrader_page(course, student):
    """Make the page that a marker sees, as nbgrader's server does."""
    import nbgrader.server_extensions.formgrader.handlers as handlers
    from nbconvert.exporters import HTMLExporter
    from traitlets.config import PyFileConfigLoader

    config = PyFileConfigLoader("nbgrader_config.py", path=str(ROOT)).load_config()
    config.HTMLExporter.template_name = "formgrade"
    config.HTMLExporter.extra_template_basedirs = [handlers.template_path]
    resources = {
        "assignment_id": LESSON, "submission_id": "x", "notebook_id": LESSON, "index": 0,
        "total": 1, "base_url": "/", "mathjax_url": "/mathjax", "student": student,
        "last_name": None, "first_name": None, "notebook_path": "x", "prev": "", "next": "",
    }  # fmt: skip
    path = course.notebook("autograded", LESSON, student)
    html, _ = HTMLExporter(config=config).from_filename(str(path), resources=resources)
    return html


# Attacks that only read. Without a sandbox they must get what they want, or they test nothing.
WITHOUT_A_SANDBOX = [
    "reading_judges",
    "reading_sample_class",
    "reading_source_notebook",
    "reading_passwords",
    "machine_keys",
    "machine_listens",
]


def test_without_a_sandbox_they_get_what_they_want(tmp_path):
    """So that each of the tests above can fail."""
    course = Course(ROOT, tmp_path / "classroom")
    Steps(course).release(LESSON)
    for name in WITHOUT_A_SANDBOX:
        hand_in(course, name, ATTACKS[name])
    course.nbgrader("autograde", LESSON, "--ExecuteWithSeed.trusted=True")
    seen = Graded(course)
    for name in WITHOUT_A_SANDBOX:
        assert GOT_IT in seen.outputs(name), name
    scores = {mark.student: mark.score for mark in marks(course)}
    assert scores["reading_source_notebook"] > 0
