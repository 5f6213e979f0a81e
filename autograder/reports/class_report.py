"""Make the class report from a course."""

from __future__ import annotations

from collections.abc import Sequence

from autograder.grading.course import Course
from autograder.grading.log import GradingLog
from autograder.reports.facts import read_facts
from autograder.reports.outcomes import read_outcomes, read_source
from autograder.reports.overview import overview
from autograder.reports.summaries import Overview


def class_report(course: Course, lessons: Sequence[str] = ()) -> Overview:
    """Read a class and work out what its report shows.

    Parameters
    ----------
    course
        The course.
    lessons
        Names of lessons; all that anybody has handed in, if left out.

    Returns
    -------
    Overview
        To be rendered by `autograder.reports.page` or `autograder.reports.tables`.

    Raises
    ------
    CourseError
        If there is no gradebook yet, or a lesson that is named is not in it.
    """
    facts = read_facts(course, lessons)
    return overview(
        facts,
        read_outcomes(course, facts),
        {lesson.name: read_source(course, lesson.name) for lesson in facts.lessons},
        GradingLog(course.classroom).latest(),
    )
