"""Where a function runs while it is judged: what it is handed, what is taken of what it returns, what is left behind.

Nothing here knows a case, an expected answer or a reference, for these modules run beside a submission: in the sandbox
of the grader they are there, and the rest of the course is not.
"""

from memslot_lab.course.stages.base import Setting, Stage, twin

__all__ = ["Setting", "Stage", "twin"]
