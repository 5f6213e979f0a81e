"""Make this repository an nbgrader course.

Sources are in `notebooks/`; everything that a running course makes is in `classroom/`, or where
the environment variable IMBALANCE_CLASSROOM points (a path below this folder, or an absolute one).
IMBALANCE_DATABASE puts the gradebook elsewhere, such as postgresql+psycopg://user@host/database.
"""

import os
from pathlib import Path

c = get_config()

root = Path(__file__).resolve().parent
classroom = root / os.environ.get("IMBALANCE_CLASSROOM", "classroom")
classroom.mkdir(parents=True, exist_ok=True)

c.CourseDirectory.course_id = "imbalance"
c.CourseDirectory.root = str(root)
c.CourseDirectory.source_directory = "notebooks"
c.CourseDirectory.release_directory = str(classroom / "release")
c.CourseDirectory.submitted_directory = str(classroom / "submitted")
c.CourseDirectory.autograded_directory = str(classroom / "autograded")
c.CourseDirectory.feedback_directory = str(classroom / "feedback")
c.CourseDirectory.db_url = (
    os.environ.get("IMBALANCE_DATABASE") or f"sqlite:///{classroom / 'gradebook.db'}"
)

# A lesson's script holds its solutions; nbgrader would copy it into the release.
# Students' own modules are not copied either, but runs find them (`autograder.grading.beside`).
c.CourseDirectory.ignore = [".ipynb_checkpoints", "*.pyc", "__pycache__", "*.py"]

c.GenerateAssignment.preprocessors = [
    "nbgrader.preprocessors.IncludeHeaderFooter",
    "nbgrader.preprocessors.LockCells",
    "autograder.grading.plugins.ClearSolutions",  # answer cells get a stub of their own
    "nbgrader.preprocessors.ClearOutput",
    "nbgrader.preprocessors.CheckCellMetadata",
    "nbgrader.preprocessors.ComputeChecksums",
    "nbgrader.preprocessors.SaveCells",
    "nbgrader.preprocessors.ClearHiddenTests",
    "nbgrader.preprocessors.ClearMarkScheme",
    "nbgrader.preprocessors.ComputeChecksums",
    "nbgrader.preprocessors.CheckCellMetadata",
]

# Reads what is no proper notebook too, and sees students whose file has another name.
c.Autograde.exporter_class = "autograder.grading.reading.ReadAnything"
c.ReadAnything.source_folder = str(root / "notebooks")
c.ReadAnything.optimistic_validation = True  # what it reads is sound: looked over once, at the end
c.Repair.source_folder = str(root / "notebooks")
c.Autograde.sanitize_preprocessors = [
    "autograder.grading.repair.Repair",  # tags, repeated, missing, moved and changed cells
    "nbgrader.preprocessors.ClearOutput",
    "nbgrader.preprocessors.DeduplicateIds",
    "nbgrader.preprocessors.OverwriteKernelspec",
    "nbgrader.preprocessors.OverwriteCells",
    "nbgrader.preprocessors.CheckCellMetadata",
]
c.Autograde.autograde_preprocessors = [
    "autograder.grading.executing.ExecuteWithSeed",  # instead of nbgrader's Execute
    "autograder.grading.plugins.JudgeAnswers",  # the marks come from here
    "nbgrader.preprocessors.IgnorePattern",
    "nbconvert.preprocessors.ClearMetadataPreprocessor",
    "nbgrader.preprocessors.LimitOutput",
    "nbgrader.preprocessors.SaveAutoGrades",
    "nbgrader.preprocessors.AssignLatePenalties",
    "nbgrader.preprocessors.CheckCellMetadata",
]
c.ExecuteWithSeed.secret_file = str(classroom / "course_secret")
c.ExecuteWithSeed.source_folder = str(root / "notebooks")
c.ExecuteWithSeed.timeout = 60  # seconds a cell; a check stops a student's function much sooner
c.ExecuteWithSeed.shutdown_kernel = "immediate"

# Feedback pages of our own: they need no network, run nothing, and can be read on a phone.
c.GenerateFeedback.exporter_class = "autograder.grading.feedback.page.FeedbackPage"
c.GenerateFeedback.preprocessors = ["autograder.grading.feedback.marks.FindMarks"]
# Formgrader shows what students wrote, on a page with the instructor's rights: none of it may run.
c.HTMLExporter.sanitize_html = True
c.HTMLExporter.filters = {
    "markdown2html": "autograder.grading.feedback.formgrader.markdown",
    "clean_html": "autograder.grading.feedback.formgrader.clean",
}
# Its page would load MathJax from elsewhere; formulas are drawn without.
templates = root / "autograder" / "grading" / "feedback" / "templates"
c.HTMLExporter.extra_template_basedirs.prepend([str(templates)])
