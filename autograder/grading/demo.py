"""The whole class loop on the sample class, step by step, with progress."""

from __future__ import annotations

import hashlib
import os
import shutil
from pathlib import Path

import nbformat
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from autograder.execution.sandbox import Sandbox, SandboxError
from autograder.grading.course import Course, CourseError
from autograder.grading.executing import TRUSTED_VARIABLE
from autograder.grading.fingerprint import fingerprint
from autograder.grading.gradebook import marks, table
from autograder.grading.interface import Steps
from autograder.grading.sample import hand_in, sample_students
from autograder.grading.whole_class import Submission, grade_class

STAMP = "made_from"
# The demo's cases are the same on every machine, so that its marks can be checked by hand. A real
# course draws its own secret.
SECRET = hashlib.sha256(b"the sample class").hexdigest()


def run_demo(course: Course, console: Console) -> Path:
    """Run the class loop: build, release, hand in, autograde, give feedback.

    What an earlier run made is used again, unless the lessons or the grader have changed since.

    Parameters
    ----------
    course
        The course, with a classroom that is the demo's own.
    console
        Where progress and the gradebook are shown.

    Returns
    -------
    Path
        A feedback page to open.
    """
    _start_afresh_if_changed(course)
    _do_without_sandbox_if_need_be(console)
    lessons = course.lessons
    submissions = {lesson.name: sorted(sample_students(lesson.name)) for lesson in lessons}
    with _progress(console) as progress:
        for lesson in progress.track(lessons, description="build the lessons"):
            lesson.write()
        steps = Steps(course)
        what = "release them (nbgrader generate_assignment)"
        for lesson in progress.track(lessons, description=what):
            if not course.notebook("release", lesson.name).is_file():
                steps.release(lesson.name)
        for lesson in progress.track(lessons, description="hand in the sample class"):
            hand_in_samples(course, lesson.name)
        _grade(course, progress, submissions)
        _give_feedback(course, steps, progress, submissions)
    (course.classroom / STAMP).write_text(fingerprint(course.root))
    console.print(table(marks(course)))
    name, students = next(iter(submissions.items()))
    return course.notebook("feedback", name, _most_instructive(students)).with_suffix(".html")


def hand_in_samples(course: Course, lesson: str) -> None:
    """Write the sample students' notebooks of a lesson into the submitted folder."""
    released = nbformat.read(course.notebook("release", lesson), as_version=4)
    for student, answers in sample_students(lesson).items():
        path = course.notebook("submitted", lesson, student)
        if not path.is_file():
            path.parent.mkdir(parents=True, exist_ok=True)
            nbformat.write(hand_in(released, answers), path)


def _start_afresh_if_changed(course: Course) -> None:
    stamp = course.classroom / STAMP
    if stamp.is_file() and stamp.read_text() == fingerprint(course.root):
        return
    shutil.rmtree(course.classroom, ignore_errors=True)
    course.classroom.mkdir(parents=True)
    (course.classroom / "course_secret").write_text(SECRET)


def _do_without_sandbox_if_need_be(console: Console) -> None:
    """Let the sample class, which is ours, run where there is no sandbox to be had."""
    try:
        Sandbox().close()
    except SandboxError as error:
        console.print(
            f"{error} The sample class can be trusted, and is run without.", style="yellow"
        )
        os.environ[TRUSTED_VARIABLE] = "1"


def _progress(console: Console) -> Progress:
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=console,
    )


def _grade(course: Course, progress: Progress, submissions: dict[str, list[str]]) -> None:
    handed_in = [Submission(student, name) for name in submissions for student in submissions[name]]
    grading = grade_class(course, handed_in)
    what = "grade it (imbalance-lessons grade)"
    for graded in progress.track(grading, total=len(handed_in), description=what):
        if graded.failed:
            raise CourseError(f"{graded.lesson} of {graded.student}: {graded.failed}")


def _give_feedback(
    course: Course, steps: Steps, progress: Progress, submissions: dict[str, list[str]]
) -> None:
    graded = [(name, student) for name in submissions for student in submissions[name]]
    what = "give feedback (nbgrader generate_feedback)"
    for name, student in progress.track(graded, description=what):
        if not course.notebook("feedback", name, student).with_suffix(".html").is_file():
            steps.give_feedback(name, student)


def _most_instructive(students: list[str]) -> str:
    """Choose whose page to show: who made one mistake an exercise gets the most explanation."""
    return "chloe" if "chloe" in students else students[0]
