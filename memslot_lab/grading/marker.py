"""From a submission to its mark: whose variant it answers, what the judge finds, and that as plain data.

A judge asks one child at a time, so each worker borrows one of its own; a judge starts when it is first needed.
"""

import time
from contextlib import ExitStack
from queue import SimpleQueue
from types import TracebackType
from typing import Any, Self

from memslot_lab.course.catalog import find_exercise
from memslot_lab.course.errors import VariantError
from memslot_lab.course.results import Failure, TaskResult
from memslot_lab.course.variants import Variant, variant_of
from memslot_lab.grading.judge import Judge
from memslot_lab.grading.marks import Mark, unjudged
from memslot_lab.grading.sandbox import Tier
from memslot_lab.grading.submission import Submission

__all__ = ["SubmissionMarker"]


class SubmissionMarker:
    """Marks submissions, as many at once as it has judges; a context manager.

    Parameters
    ----------
    jobs : int
        How many judges.
    secret : str, optional
        As for `Judge`.
    course_seed : str, optional
        With it each student's own variant is wanted; without, the one that the notebook names is judged.
    tier : Tier or None, optional
        As for `Judge`.
    """

    def __init__(self, jobs: int, *, secret: str = "", course_seed: str = "", tier: Tier | None = None) -> None:
        self._course_seed = course_seed
        self._stack = ExitStack()
        self._judges: SimpleQueue[Judge] = SimpleQueue()
        for _ in range(jobs):
            self._judges.put(self._stack.enter_context(Judge(secret, tier=tier)))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._stack.close()

    def __call__(self, submission: Submission) -> Mark:
        """Return the mark of a submission that can be judged."""
        begun = time.monotonic()
        try:
            variant = self._variant(submission)
        except VariantError as error:
            return unjudged(submission, "wrong-variant", str(error))
        judge = self._judges.get()
        try:
            results = judge.judge(find_exercise(submission.exercise), submission.pieces, variant)
        finally:
            self._judges.put(judge)
        return _mark(submission, results, time.monotonic() - begun)

    def _variant(self, submission: Submission) -> Variant | None:
        variant = Variant(submission.variant) if submission.variant else None
        if not self._course_seed:
            return variant
        own = variant_of(self._course_seed, submission.student)
        if variant != own:
            said = f"answers variant {variant.code}" if variant else "answers no variant"
            given = f"{submission.student} was given {own.code}"
            raise VariantError(f"the notebook {said}, and {given}; hand in the one that was given to you")
        return own


def _mark(submission: Submission, results: list[TaskResult], seconds: float) -> Mark:
    return Mark(
        submission.student,
        submission.exercise,
        submission.place,
        score=sum(result.points for result in results),
        max_score=sum(result.max_points for result in results),
        tasks=tuple(map(_task, results)),
        seconds=seconds,
    )


def _task(result: TaskResult) -> dict[str, Any]:
    groups = [
        {
            "name": group.name,
            "points": 0 if group.failure else group.points,
            "max_points": group.points,
            "cases": group.cases,
            "failure": _failure(group.failure) if group.failure else None,
        }
        for group in result.groups
    ]
    words = {"function": result.task.function, "problem": result.problem}
    return {**words, "points": result.points, "max_points": result.max_points, "groups": groups}


def _failure(failure: Failure) -> dict[str, Any]:
    mistake = failure.mistake.name if failure.mistake else ""
    words = {"sentence": failure.sentence, "hint": failure.hint, "mistake": mistake}
    return {**words, "got": failure.got, "want": failure.want, "hidden": failure.hidden}
