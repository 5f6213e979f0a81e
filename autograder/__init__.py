"""The autograder of the course: questions, judges, the student's check, the instructor's grading.

Importing this package loads neither PyTorch nor anything that plots.
"""

from autograder.engine.check import check
from autograder.student.progress import progress

__all__ = ["check", "progress"]
