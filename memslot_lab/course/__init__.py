"""Exercises and lessons: what there is, what is checked, what a learner reads back."""

from memslot_lab.course.checks import check, check_exercise, solved
from memslot_lab.course.errors import CourseError, NotebookError, NotSolvedError, UnknownExerciseError
from memslot_lab.course.hints import hint
from memslot_lab.course.predict import compare
from memslot_lab.course.quiz import quiz
from memslot_lab.course.report import Report

__all__ = [
    "CourseError",
    "NotSolvedError",
    "NotebookError",
    "Report",
    "UnknownExerciseError",
    "check",
    "check_exercise",
    "compare",
    "hint",
    "quiz",
    "solved",
]
