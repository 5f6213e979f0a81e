"""Choose and make an export of a course's marks."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from autograder.grading.course import Course, CourseError
from autograder.reports.canvas import canvas_csv, fill_template, read_template
from autograder.reports.exports import Choice, Export, moodle_csv, plain_csv
from autograder.reports.facts import read_facts

FORMATS = {"canvas": canvas_csv, "moodle": moodle_csv, "csv": plain_csv}


def export_marks(
    course: Course,
    form: str,
    choice: Choice,
    lessons: Sequence[str] = (),
    template: Path | None = None,
    columns: Sequence[str] = (),
) -> Export:
    """Export a course's marks.

    Parameters
    ----------
    course
        The course.
    form
        One of `FORMATS`.
    choice
        What to write where there is no final mark.
    lessons
        Names of lessons; all that anybody has handed in, if left out.
    template
        A gradebook that Canvas exported, to be filled in.
    columns
        Which of its assignments a lesson is, each as ``LESSON=TITLE``.

    Returns
    -------
    Export
        The file's text, and notes for whoever imports it.

    Raises
    ------
    CourseError
        If there are no marks, the template does not fit, or the options do not go together.
    """
    if form not in FORMATS:
        raise CourseError(f"--format: expected one of {', '.join(FORMATS)}, got {form!r}.")
    if (template or columns) and form != "canvas":
        raise CourseError("--template and --column are for --format canvas.")
    if columns and template is None:
        raise CourseError("--column says which assignment of a --template a lesson is: give both.")
    facts = read_facts(course, lessons)
    if not facts.lessons:
        raise CourseError("There are no marks yet: nobody has handed in a lesson.")
    if template is None:
        return FORMATS[form](facts, choice)
    return fill_template(facts, read_template(template), choice, dict(map(_pair, columns)))


def _pair(text: str) -> tuple[str, str]:
    lesson, equals, title = text.partition("=")
    if not equals or not lesson.strip() or not title.strip():
        raise CourseError(f'--column: expected "LESSON=TITLE", got {text!r}.')
    return lesson.strip(), title.strip()
