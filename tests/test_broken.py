"""A class of damaged submissions: each gets what its working parts deserve, and is told why."""

import copy
import html
import json

import nbformat
import pytest

from autograder.grading.course import Course, CourseError
from autograder.grading.gradebook import marks
from autograder.grading.interface import Steps
from autograder.grading.sample import hand_in, sample_students
from tests.corpora.broken import in_cells, in_files, in_format  # noqa: F401 (they fill the corpus)
from tests.corpora.broken.entry import CORPUS, FULL, LESSON
from tests.test_class_loop import ROOT

pytestmark = pytest.mark.slow
LAST = "zz_last"


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """Hand in every damaged submission, and a good one that comes last."""
    course = Course(ROOT, tmp_path_factory.mktemp("classroom"))
    (course.classroom / "course_secret").write_text("5e" * 32)  # the same cases each time
    Steps(course).release(LESSON)
    released = nbformat.read(course.notebook("release", LESSON), as_version=4)
    right = json.loads(json.dumps(hand_in(released, sample_students(LESSON)["ada"])))
    for name, damage in CORPUS.items():
        folder = course.notebook("submitted", LESSON, name).parent
        folder.mkdir(parents=True)
        damage.hand_in(folder, copy.deepcopy(right))
    last = course.notebook("submitted", LESSON, LAST)
    last.parent.mkdir(parents=True)
    last.write_text(json.dumps(right))
    return course


@pytest.fixture(scope="module")
def log(course):
    """Grade them all at once; gives what nbgrader writes."""
    lines: list[str] = []
    try:
        course.nbgrader("autograde", LESSON, on_line=lines.append)
    except CourseError as error:
        lines.append(str(error))
    return lines


@pytest.fixture(scope="module")
def scores(course, log):
    return {mark.student: mark.score for mark in marks(course)}


@pytest.fixture(scope="module")
def pages(course, log):
    Steps(course).give_feedback(LESSON, "*")
    return course


def test_the_corpus_is_large():
    assert len(CORPUS) >= 45


def test_the_batch_ends_well_and_shows_no_traceback(log):
    assert log[-1] == "exit 0"
    assert not [line for line in log if "Traceback" in line or "| ERROR]" in line]


def test_everybody_has_a_mark_and_the_last_one_is_graded(scores):
    assert sorted(scores) == sorted([*CORPUS, LAST])
    assert scores[LAST] == FULL


@pytest.mark.parametrize("name", CORPUS)
def test_it_gets_what_its_working_parts_deserve(name, scores):
    assert scores[name] == pytest.approx(CORPUS[name].marks)


@pytest.mark.parametrize("name", CORPUS)
def test_it_is_told_what_happened(name, log, pages):
    said = [line for line in log if f"] {name}: " in line]
    page = pages.notebook("feedback", LESSON, name).with_suffix(".html").read_text()
    says = CORPUS[name].says
    assert says in "\n".join(said) or says in html.unescape(page)
    for line in said:  # what the instructor reads in the log, the student reads on the page
        note = line.partition(f"] {name}: ")[2].replace("`", "")
        assert note[1:] in readable(page)


def readable(page):
    """Take the tags off a page."""
    return html.unescape("".join(part.partition(">")[2] for part in page.split("<")))


def test_nothing_is_followed_or_copied_out_of_the_folder(course, log):
    for name in ("link_beside", "pipe_beside", "link_to_the_gradebook"):
        folder = course.notebook("autograded", LESSON, name).parent
        assert [path.name for path in folder.iterdir()] == [f"{LESSON}.ipynb"]
        assert "SQLite" not in (folder / f"{LESSON}.ipynb").read_text()


def test_what_was_handed_in_stays_as_it_was(course, log):
    folder = course.notebook("submitted", LESSON, "numbered").parent
    assert [path.name for path in folder.iterdir()] == [f"{LESSON} (1).ipynb"]
