"""Run by nbgrader's Python: what a gradebook of nbgrader holds, as JSON, after what a teacher does to it."""

import json
import sys
from datetime import datetime, timedelta
from typing import Any

from nbgrader.api import Gradebook

ASSIGNMENT = "memslots"


def grade_by_hand(gradebook: Gradebook, student: str, notebook: str, function: str) -> None:
    """Give a score, extra credit, a comment, an extension and a penalty, as a teacher does in the formgrader."""
    where = notebook, ASSIGNMENT, student
    grade = gradebook.find_grade(f"points_{function}", *where)
    grade.manual_score, grade.extra_credit, grade.needs_manual_grade = 7.5, 1.0, False
    gradebook.find_comment(function, *where).manual_comment = "see me"
    submission = gradebook.find_submission(ASSIGNMENT, student)
    submission.timestamp, submission.extension = datetime(2026, 10, 2, 12, 0), timedelta(hours=3)
    gradebook.find_submission_notebook(*where).late_submission_penalty = 2.0
    gradebook.update_or_create_assignment(ASSIGNMENT, duedate="2026-10-01 12:00:00 UTC")
    gradebook.db.commit()


def cells(gradebook: Gradebook) -> dict[str, Any]:
    """Return every notebook's cells; a source cell's text is not told, for nbgrader's stubs have other words."""
    return {
        notebook.name: {
            "graded": {cell.name: [cell.max_score, cell.cell_type] for cell in notebook.grade_cells},
            "solved": sorted(cell.name for cell in notebook.solution_cells),
            "source": {cell.name: [cell.cell_type, cell.locked] for cell in notebook.source_cells},
            "checksums": {cell.name: cell.checksum for cell in notebook.source_cells if cell.locked},
            "kernel": json.loads(notebook.kernelspec)["name"],
        }
        for notebook in gradebook.find_assignment(ASSIGNMENT).notebooks
    }


def submissions(gradebook: Gradebook) -> dict[str, Any]:
    """Return all that is known of every submission."""
    return {
        submission.student.id: {
            "score": submission.score,
            "max_score": submission.max_score,
            "needs": submission.needs_manual_grade,
            "late": [str(submission.timestamp), str(submission.extension), submission.total_seconds_late],
            "penalty": submission.late_submission_penalty,
            "notebooks": {notebook.name: notebook_of(notebook) for notebook in submission.notebooks},
        }
        for submission in gradebook.assignment_submissions(ASSIGNMENT)
    }


def notebook_of(notebook: Any) -> dict[str, Any]:
    """Return the grades and comments of a submitted notebook."""
    return {
        "grades": {
            grade.name: [grade.auto_score, grade.manual_score, grade.extra_credit, grade.needs_manual_grade]
            for grade in notebook.grades
        },
        "comments": {comment.name: [comment.auto_comment, comment.manual_comment] for comment in notebook.comments},
    }


def main() -> None:
    """Take the gradebook's path, and perhaps student, notebook and function to grade by hand."""
    with Gradebook(f"sqlite:///{sys.argv[1]}") as gradebook:
        if sys.argv[2:]:
            grade_by_hand(gradebook, *sys.argv[2:])
        json.dump({"cells": cells(gradebook), "submissions": submissions(gradebook)}, sys.stdout)


if __name__ == "__main__":
    main()
