"""What stops the grading of a class, in a sentence each."""

import sqlite3

import pytest
from sqlalchemy.exc import DatabaseError, OperationalError

from autograder.builder.script import LessonError
from autograder.execution.sandbox import SandboxError
from autograder.execution.warm import WarmError
from autograder.grading.course import CourseError
from autograder.grading.faults import alone, in_sentences, stop_or_reason
from autograder.grading.seeds import SecretError


def test_one_grader_at_a_time(tmp_path):
    another = pytest.raises(CourseError, match="Another `imbalance-lessons grade`")
    with alone(tmp_path), another, alone(tmp_path):
        pass
    with alone(tmp_path):
        pass


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (SandboxError("There is no `bwrap` here."), "There is no `bwrap` here. Nothing is lost"),
        (WarmError("the warm process is gone"), "the warm process is gone. Nothing is lost"),
        (LessonError("01, cell 3: no role"), "01, cell 3: no role. Nothing is lost"),
        (SecretError("secret: expected"), "secret: expected. Nothing is lost"),
        (OSError(28, "No space left on device"), "The disk is full"),
        (OSError(13, "Permission denied", "/x"), "Permission denied: '/x'. Nothing is lost"),
        (OperationalError("", {}, sqlite3.OperationalError("database is locked")), "is locked by"),
        (OperationalError("", {}, sqlite3.OperationalError("database or disk is full")), "is full"),
        (
            DatabaseError("", {}, sqlite3.DatabaseError("file is not a database")),
            "The gradebook cannot be used: file is not a database",
        ),
    ],
)
def test_each_has_its_sentence(error, said):
    with pytest.raises(CourseError) as stopped, in_sentences():
        raise error
    assert said in str(stopped.value)


def test_what_is_no_fault_of_ours_to_explain_goes_on():
    with pytest.raises(KeyboardInterrupt), in_sentences():
        raise KeyboardInterrupt


LOG = """[INFO] Converting notebook x
[ERROR] There was an error processing assignment: /c/submitted/eve/02
[ERROR] Traceback (most recent call last):
  File "/c/x.py", line 3, in read
    raise ValueError("not a notebook")
ValueError: not a notebook

[WARNING] Removing failed assignment: /c/autograded/eve/02
[ERROR] There was an error processing assignment '02' for student 'eve'
"""


def test_one_submissions_fault_is_the_last_line_of_its_traceback():
    assert (
        stop_or_reason({"error": "NbGraderException", "log": LOG}) == "ValueError: not a notebook"
    )
    assert stop_or_reason({"error": "a\nNbGraderException: none"}) == "NbGraderException: none"
    assert stop_or_reason({"log": "[ERROR] No notebooks found"}) == "No notebooks found"
    assert stop_or_reason({}) == "nbgrader did not say why"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("sqlite3.OperationalError: database is locked", "is locked by"),
        ("OSError: [Errno 28] No space left on device: '/c'", "The disk is full"),
        ("sqlalchemy.exc.OperationalError: connection refused", "connection refused"),
    ],
)
def test_a_fault_of_the_machine_is_no_submissions(text, said):
    with pytest.raises(CourseError, match=said):
        stop_or_reason({"error": "NbGraderException", "log": f"[ERROR] Traceback\n{text}\n"})


def test_somebody_who_stops_it_is_obeyed():
    with pytest.raises(KeyboardInterrupt):
        stop_or_reason({"error": "Traceback\nKeyboardInterrupt\n"})
