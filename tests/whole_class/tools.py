"""What the tests of grading a whole class share."""

import shutil
from pathlib import Path

import nbformat
from nbgrader.api import Gradebook

from autograder.grading.course import Course
from autograder.grading.whole_class import grade_class, submissions

ROOT = Path(__file__).parents[2]
LESSON = "02_measuring_imbalance"
STUDENTS = ("ada", "ben", "chloe", "dmitri", "emi", "gita")


def copy_of(course, folder):
    shutil.copytree(course.classroom, folder)
    return Course(ROOT, folder)


def content(course):
    """Read all that a gradebook says of its submissions."""
    with Gradebook(course.database) as gradebook:
        return {
            (submission.student.id, submission.assignment.name): {
                "timestamp": submission.timestamp,
                "penalty": submission.late_submission_penalty,
                "grades": {
                    grade.name: (grade.auto_score, grade.manual_score, grade.needs_manual_grade)
                    for notebook in submission.notebooks
                    for grade in notebook.grades
                },
                "comments": {
                    comment.name: (comment.auto_comment, comment.manual_comment)
                    for notebook in submission.notebooks
                    for comment in notebook.comments
                },
            }
            for assignment in gradebook.assignments
            for submission in assignment.submissions
        }


def reports(course):
    """Read the outputs of the autograded notebooks."""
    return {
        student: [cell.get("outputs") for cell in nbformat.read(path, as_version=4).cells]
        for student in STUDENTS
        if (path := course.notebook("autograded", LESSON, student)).is_file()
    }


def grade(course, **how):
    return list(grade_class(course, submissions(course, [LESSON]), **how))
