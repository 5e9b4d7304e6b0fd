"""From a submission to its mark: whose variant it answers, what the judge finds, and that as plain data.

A marker is a value, so that it can be sent to another process; the judge that it needs starts there when it is first
asked, and stays warm.
"""

import atexit
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from threading import Lock
from typing import Any

from memslot_lab import __version__
from memslot_lab.course.catalog import find_exercise, read_manifest
from memslot_lab.course.errors import VariantError
from memslot_lab.course.results import Failure, TaskResult
from memslot_lab.course.variants import Variant, variant_of
from memslot_lab.grading.judge import USUAL, Judge
from memslot_lab.grading.marks import Mark, Marked, unjudged
from memslot_lab.grading.nbval import Nbval, NbvalVerdict
from memslot_lab.grading.pages.feedback import feedback_page
from memslot_lab.grading.sandbox import Limits, SandboxError, Tier
from memslot_lab.grading.submission import Submission

__all__ = ["SubmissionMarker", "close_judges"]

_lock = Lock()  # a judge asks one child at a time; a worker of a cluster may have several threads
_judges: dict["SubmissionMarker", Judge] = {}
_nbvals: list[Nbval] = []  # one at most


@dataclass(frozen=True, slots=True)
class SubmissionMarker:
    """Marks submissions.

    Parameters
    ----------
    tier : Tier
        How they are confined; where it does not work nothing is marked.
    secret : str, optional
        As for `Judge`.
    course_seed : str, optional
        With it each student's own variant is wanted; without, the one that the notebook names is judged.
    limits : Limits, optional
        What one submission may use.
    with_nbval : bool, optional
        Put nbval's verdict beside the mark.
    with_page : bool, optional
        Make the page on each submission, too.
    show_hidden : bool, optional
        Whether that page shows hidden cases.
    version : str, optional
        Of the package; another one could give other marks.
    """

    tier: Tier
    secret: str = ""
    course_seed: str = ""
    limits: Limits = USUAL
    with_nbval: bool = False
    with_page: bool = False
    show_hidden: bool = False
    version: str = __version__

    def __call__(self, submission: Submission) -> Marked:
        """Return the mark of a submission.

        Raises
        ------
        SandboxError
            Nothing can be marked in this process.
        """
        if submission.status:
            return self._told(submission, self._beside_none(unjudged(submission)))
        try:
            variant = self._variant(submission)
        except VariantError as error:
            return self._told(submission, self._beside_none(unjudged(submission, "wrong-variant", str(error))))
        exercise = find_exercise(submission.exercise)
        with _lock:
            judge = self._judge()
            judge.prepare(exercise)
            begun = time.monotonic()
            results = judge.judge(exercise, submission.pieces, variant)
            mark = _mark(submission, results, time.monotonic() - begun)
            if self.with_nbval:
                mark = _beside(mark, _nbval().verdict(exercise, submission.pieces, variant))
        return self._told(submission, mark, results)

    def _told(self, submission: Submission, mark: Mark, results: Sequence[TaskResult] = ()) -> Marked:
        if not self.with_page:
            return Marked(mark)
        exercise = read_manifest().get(submission.exercise)
        page = partial(feedback_page, submission, exercise, show_hidden=self.show_hidden, tier=self.tier)
        try:
            return Marked(mark, page(results, mark))
        except Exception:  # a page that cannot be made must cost no mark
            words = "what was found cannot be shown on a page; the teacher can read it in results.json"
            bare = replace(mark, sentence=f"{mark.sentence} {words}".strip())
            return Marked(mark, page((), bare))

    def _beside_none(self, mark: Mark) -> Mark:
        return _beside(mark, NbvalVerdict("not run", mark.status)) if self.with_nbval else mark

    def _judge(self) -> Judge:
        if self.version != __version__:
            words = f"this run is of memslot-lab {self.version}, and a worker has {__version__}; install the same there"
            raise SandboxError(words)
        if self not in _judges:
            _close()
            _judges[self] = Judge(self.secret, tier=self.tier, limits=self.limits, tapes=self.with_page)
        return _judges[self]

    def _variant(self, submission: Submission) -> Variant | None:
        variant = Variant(submission.variant) if submission.variant else None
        if not self.course_seed:
            return variant
        own = variant_of(self.course_seed, submission.student)
        if variant != own:
            said = f"answers variant {variant.code}" if variant else "answers no variant"
            given = f"{submission.student} was given {own.code}"
            raise VariantError(f"the notebook {said}, and {given}; hand in the one that was given to you")
        return own


def close_judges() -> None:
    """End what this process has started for its marks; a later mark starts it anew."""
    with _lock:
        _close()


atexit.register(close_judges)  # so that a process of a pool waits for what it has started


def _close() -> None:
    while _judges:
        _judges.popitem()[1].close()
    while _nbvals:
        _nbvals.pop().close()


def _nbval() -> Nbval:
    if not _nbvals:
        _nbvals.append(Nbval())
    return _nbvals[0]


def _beside(mark: Mark, verdict: NbvalVerdict) -> Mark:
    disagrees = verdict.disagrees(full_marks=mark.score == mark.max_score)
    return replace(mark, nbval={"outcome": verdict.outcome, "words": verdict.words, "disagrees": disagrees})


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
    stops = [{"kind": kind, "words": words} for kind, words in result.stops]
    words = {"function": result.task.function, "problem": result.problem, "stops": stops}
    return {**words, "points": result.points, "max_points": result.max_points, "groups": groups}


def _failure(failure: Failure) -> dict[str, Any]:
    mistake = failure.mistake.name if failure.mistake else ""
    words = {"sentence": failure.sentence, "hint": failure.hint, "mistake": mistake}
    return {**words, "got": failure.got, "want": failure.want, "hidden": failure.hidden}
