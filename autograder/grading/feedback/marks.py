"""What the gradebook knows, put into a notebook for its feedback page."""

from __future__ import annotations

from typing import Any

from nbgrader.preprocessors import GetGrades


class FindMarks(GetGrades):  # type: ignore[misc]
    """nbgrader's, and whether a mark still waits for somebody to give it by hand."""

    def _get_score(self, cell: Any, resources: Any) -> None:
        super()._get_score(cell, resources)
        grade = self.gradebook.find_grade(
            cell.metadata["nbgrader"]["grade_id"],
            self.notebook_id,
            self.assignment_id,
            self.student_id,
        )
        cell.metadata.nbgrader["waits"] = bool(grade.needs_manual_grade)
