"""Spaced repetition: a topic comes back after longer and longer pauses, and soon after a slip.

The boxes are Leitner's: a right answer moves a topic one box on, a wrong one puts it back into the first.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from zlib import crc32

from memslot_lab.course.catalog import Exercise, read_manifest
from memslot_lab.course.progress import Progress, ReviewProgress, note_review, read_progress
from memslot_lab.course.quiz import Question, UnknownTopicError, questions

__all__ = ["PAUSES", "Due", "Plan", "Recall", "note_answer", "plan_review", "question_for"]

PAUSES = (1, 3, 7, 14, 30, 60, 120)  # days that a topic rests, by its box


@dataclass(frozen=True, slots=True)
class Due:
    """When a topic comes back.

    Parameters
    ----------
    exercise : Exercise
        Whose topic it is.
    box : int
        Index into `PAUSES`.
    day : date
        The first day on which it is asked again.
    """

    exercise: Exercise
    box: int
    day: date


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be repeated.

    Parameters
    ----------
    today : date
        The day of the plan.
    due : tuple[Due, ...]
        Topics that wait, the longest waiting first.
    later : tuple[Due, ...]
        Topics that rest, the next one first.
    note : str
        What is wrong with the progress file, empty when nothing is.
    """

    today: date
    due: tuple[Due, ...]
    later: tuple[Due, ...]
    note: str = ""

    def text(self) -> str:
        """Return the plan for a terminal."""
        rows = [f"  {due.exercise.name}  {due.exercise.topic}, {self._since(due)}" for due in self.due]
        if rows:
            head = f"{len(rows)} topic{'' if len(rows) == 1 else 's'} to repeat today:"
            return "\n".join([head, *rows])
        if not self.later:
            return "Nothing to repeat yet: a topic comes in on the day after its exercise has passed."
        first = self.later[0]
        days = (first.day - self.today).days
        when = "tomorrow" if days == 1 else f"in {days} days, on {first.day}"
        return f"Nothing to repeat today. Next: {first.exercise.topic} ({first.exercise.name}), {when}."

    def _since(self, due: Due) -> str:
        days = (self.today - due.day).days
        return "due today" if days == 0 else f"due since {due.day}"

    def to_json(self) -> dict[str, Any]:
        """Return the plan as plain data."""
        return {
            "today": f"{self.today}",
            "due": [_due_json(due) for due in self.due],
            "later": [_due_json(due) for due in self.later],
            "note": self.note,
        }


def _due_json(due: Due) -> dict[str, Any]:
    return {"exercise": due.exercise.name, "topic": due.exercise.topic, "box": due.box, "due": f"{due.day}"}


def plan_review(folder: Path | None, *, today: date | None = None) -> Plan:
    """Return what is to be repeated: topics whose exercise passed, in the order of their days.

    Parameters
    ----------
    folder : Path or None
        The course folder.
    today : date or None, optional
        The day of the plan; None asks the clock.
    """
    today = today or date.today()
    progress = read_progress(folder)
    known = [exercise for exercise in read_manifest().values() if progress.passed(exercise)]
    topics = sorted((_due(exercise, progress) for exercise in known), key=lambda due: due.day)
    due = tuple(topic for topic in topics if topic.day <= today)
    return Plan(today, due, tuple(topic for topic in topics if topic.day > today), progress.note)


def _due(exercise: Exercise, progress: Progress) -> Due:
    known = progress.reviews.get(exercise.name)
    if known:
        return Due(exercise, min(known.box, len(PAUSES) - 1), date.fromisoformat(known.due))
    passed = max(datetime.fromisoformat(progress.of(task).passed).astimezone().date() for task in exercise.tasks)
    return Due(exercise, 0, passed + timedelta(days=PAUSES[0]))


def note_answer(folder: Path, due: Due, *, right: bool, today: date | None = None) -> Due:
    """Put a topic one box on after a right answer and back into the first after a wrong one; keep its new day.

    Parameters
    ----------
    folder : Path
        The course folder.
    due : Due
        The topic that was asked.
    right : bool
        Whether the answer was right.
    today : date or None, optional
        The day of the answer; None asks the clock.
    """
    today = today or date.today()
    box = min(due.box + 1, len(PAUSES) - 1) if right else 0
    new = Due(due.exercise, box, today + timedelta(days=PAUSES[box]))
    note_review(folder, due.exercise.name, ReviewProgress(box, f"{new.day}"))
    return new


# What is asked.


@dataclass(frozen=True, slots=True)
class Recall:
    """A question that a learner answers silently, and judges alone: on topics that the quiz does not know.

    Parameters
    ----------
    question, answer : str
        The answer is shown afterwards.
    """

    question: str
    answer: str


def question_for(due: Due, today: date) -> Question | Recall:
    """Return the question on a topic, the same one all day long: the quiz's, or one to recall.

    Parameters
    ----------
    due : Due
        The topic.
    today : date
        Each day gives another seed.
    """
    seed = crc32(f"{due.exercise.name} {today}".encode()) % 10_000
    try:
        return questions(due.exercise.name, seed=seed, count=1)[0]
    except UnknownTopicError:
        return _recall(due.exercise, seed)


def _recall(exercise: Exercise, seed: int) -> Recall:
    groups = [(task, group) for task in exercise.tasks for group in task.groups]
    task, group = groups[seed % len(groups)]
    question = f"{task.function}, {group.name}: {group.hint}"
    return Recall(question, f"{task.explain}\n\nNearly all of it: {task.hints[-1]}")
