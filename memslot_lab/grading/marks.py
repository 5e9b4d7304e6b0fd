"""A mark: what a submission got, as plain data that goes through JSON unchanged."""

from dataclasses import asdict, dataclass, field
from typing import Any, NamedTuple

from memslot_lab.course.catalog import read_manifest
from memslot_lab.grading.submission import Submission

__all__ = ["Mark", "Marked", "unjudged"]


@dataclass(frozen=True, slots=True)
class Mark:
    """What one submission got.

    Parameters
    ----------
    student, exercise, place : str
        As in the `Submission`.
    score, max_score : int or float
        Points.
    status : str
        "graded", "grader-error", or why it could not be judged, a key of `STATUSES`.
    sentence : str
        What to know besides the points, for the student; often empty.
    tasks : tuple[dict[str, Any], ...]
        What the judge found, a task each; plain data, opaque here, and without times.
    seconds : float
        How long it took; differs from run to run.
    trace : str
        Of a grader's error, the traceback, for those who mend the grader; in the journal alone.
    nbval : dict[str, Any]
        What nbval says beside it, if that was wanted: outcome, words, and whether it disagrees; for the teacher alone.
    """

    student: str
    exercise: str
    place: str
    score: int | float
    max_score: int | float
    status: str = "graded"
    sentence: str = ""
    tasks: tuple[dict[str, Any], ...] = field(default=(), hash=False)  # a dict has no hash
    seconds: float = 0.0
    trace: str = ""
    nbval: dict[str, Any] = field(default_factory=dict[str, Any], hash=False)

    def to_json(self) -> dict[str, Any]:
        """Return plain data."""
        plain = {**asdict(self), "tasks": list(self.tasks)}
        return plain if self.nbval else {name: value for name, value in plain.items() if name != "nbval"}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> "Mark":
        """Return the mark that gave this data.

        Raises
        ------
        TypeError, KeyError
            None did.
        """
        plain: dict[str, Any] = {**data, "tasks": tuple(data["tasks"])}
        return cls(**plain)


class Marked(NamedTuple):
    """A mark, and the page that tells the student of it; empty where none is wanted."""

    mark: Mark
    page: str = ""


def unjudged(submission: Submission, status: str = "", sentence: str = "") -> Mark:
    """Return the mark of a submission that is not judged: no points of those that there are.

    Parameters
    ----------
    submission : Submission
        Its own status and sentence are taken where none are given.
    status, sentence : str, optional
        Others.
    """
    exercise = read_manifest().get(submission.exercise)
    return Mark(
        submission.student,
        submission.exercise,
        submission.place,
        score=0,
        max_score=exercise.points if exercise else 0,
        status=status or submission.status,
        sentence=sentence or submission.sentence,
    )
