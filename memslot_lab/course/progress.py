"""What a learner has reached, kept in the course folder; what cannot be kept is said."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

from memslot_lab.course.catalog import Exercise, Task, did_you_mean
from memslot_lab.course.errors import UnknownTaskError
from memslot_lab.course.place import course_folder
from memslot_lab.course.report import Report
from memslot_lab.course.store import Store, Stored

__all__ = [
    "FILE",
    "Progress",
    "ReviewProgress",
    "TaskProgress",
    "choose_task",
    "note_check",
    "note_check_here",
    "note_hint",
    "note_reset",
    "note_review",
    "notebook_course",
    "progress_store",
    "read_progress",
]

FILE = ".memslot-lab-progress.json"
_VERSION = 1
_TASKS, _REVIEWS = "tasks", "reviews"


@dataclass(frozen=True, slots=True)
class TaskProgress:
    """How far one function is.

    Parameters
    ----------
    points : int
        Of the last check.
    checks : int
        Checks at which cases ran.
    hints : int
        The highest level of hint that was asked for.
    checked, passed : str
        When it was checked last, and when it passed first: ISO 8601 in UTC, empty for never.
    """

    points: int = 0
    checks: int = 0
    hints: int = 0
    checked: str = ""
    passed: str = ""


@dataclass(frozen=True, slots=True)
class ReviewProgress:
    """When a topic is to be repeated.

    Parameters
    ----------
    box : int
        How often it was right in a row, up to the last box.
    due : str
        The day, as ISO 8601 writes it.
    """

    box: int
    due: str


@dataclass(frozen=True, slots=True)
class Progress:
    """All that is known of a learner.

    Parameters
    ----------
    tasks : dict[str, TaskProgress]
        By function; one that was never touched is missing.
    reviews : dict[str, ReviewProgress]
        By exercise; one that was never repeated is missing.
    note : str
        What is wrong with the file, for a person; empty when nothing is.
    """

    tasks: dict[str, TaskProgress]
    reviews: dict[str, ReviewProgress]
    note: str = ""

    def of(self, task: Task) -> TaskProgress:
        """Return what is known of one task; points that it no longer gives are not counted."""
        known = self.tasks.get(task.function, TaskProgress())
        most = sum(group.points for group in task.groups)
        return TaskProgress(min(known.points, most), known.checks, known.hints, known.checked, known.passed)

    def points(self, exercise: Exercise) -> int:
        """Return the points of the last checks of an exercise."""
        return sum(self.of(task).points for task in exercise.tasks)

    def passed(self, exercise: Exercise) -> bool:
        """Return whether each task of an exercise has passed at some time."""
        return all(self.of(task).passed for task in exercise.tasks)


def choose_task(exercise: Exercise, function: str | None, progress: Progress) -> Task:
    """Return the task of this name or number; without one, the first that has not passed.

    Raises
    ------
    UnknownTaskError
        The exercise has no such task; the message names the nearest.
    """
    if function is None:
        return next((task for task in exercise.tasks if not progress.of(task).passed), exercise.tasks[-1])
    for task in exercise.tasks:
        if function in (task.function, task.number):
            return task
    names = [task.function for task in exercise.tasks]
    raise UnknownTaskError(f"{exercise.name} has no task {function!r}; {did_you_mean(function, names)}")


def progress_store(folder: Path) -> Store:
    """Return the store of a course folder."""
    return Store(folder / FILE, _VERSION, _fits)


def read_progress(folder: Path | None) -> Progress:
    """Return the progress kept in a course folder; None stands for no folder, and nothing known."""
    return _progress(progress_store(folder).read()) if folder else Progress({}, {})


def note_check(folder: Path, report: Report) -> Progress:
    """Keep what a check found; a function on which no case ran counts as no check."""
    now = datetime.now(UTC).isoformat(timespec="seconds")

    def change(data: dict[str, Any]) -> None:
        for result in report.tasks:
            entry = _entry(data, result.task.function)
            entry |= {"points": result.points, "checked": now, "checks": entry.get("checks", 0) + bool(result.groups)}
            if result.passed:
                entry.setdefault("passed", now)

    return _progress(progress_store(folder).change(change))


def note_hint(folder: Path, function: str, level: int) -> Progress:
    """Keep that a hint of this level was given."""

    def change(data: dict[str, Any]) -> None:
        entry = _entry(data, function)
        entry["hints"] = max(level, entry.get("hints", 0))

    return _progress(progress_store(folder).change(change))


def note_reset(folder: Path, exercise: Exercise) -> Progress:
    """Keep that an exercise was begun anew: its points are gone; that it passed once, and its hints, stay."""

    def change(data: dict[str, Any]) -> None:
        for task in exercise.tasks:
            if task.function in data.get(_TASKS, {}):
                _entry(data, task.function)["points"] = 0

    return _progress(progress_store(folder).change(change))


def note_review(folder: Path, exercise: str, review: ReviewProgress) -> Progress:
    """Keep when a topic is to be repeated."""

    def change(data: dict[str, Any]) -> None:
        data.setdefault(_REVIEWS, {}).setdefault(exercise, {}).update(box=review.box, due=review.due)

    return _progress(progress_store(folder).change(change))


def note_check_here(report: Report) -> None:
    """Keep what a check in an exercise's notebook found; anywhere else nothing is kept.

    The kernel of a notebook runs in the notebook's folder. `memslot-lab list` and `lab.progress()` tell when it
    could not be kept; a check says nothing of it, for its outputs are saved and graded.
    """
    if folder := notebook_course():
        note_check(folder, report)


def notebook_course() -> Path | None:
    """Return the course folder when the working directory is its exercises/, None anywhere else."""
    folder, here = course_folder(), Path.cwd()
    return folder if folder and here == folder / "exercises" else None


def _entry(data: dict[str, Any], function: str) -> dict[str, Any]:
    return data.setdefault(_TASKS, {}).setdefault(function, {})


def _progress(stored: Stored) -> Progress:
    tasks = {name: TaskProgress(**_known(entry)) for name, entry in stored.data.get(_TASKS, {}).items()}
    reviews = {
        name: ReviewProgress(entry["box"], entry["due"]) for name, entry in stored.data.get(_REVIEWS, {}).items()
    }
    return Progress(tasks, reviews, stored.note)


_NUMBERS, _TEXTS = ("points", "checks", "hints"), ("checked", "passed")


def _known(entry: dict[str, Any]) -> dict[str, Any]:
    """Return the fields of this version; what else stands there is another's, and stays there."""
    return {name: entry[name] for name in (*_NUMBERS, *_TEXTS) if name in entry}


def _fits(data: dict[str, Any]) -> bool:
    return _each(data.get(_TASKS, {}), _fits_task) and _each(data.get(_REVIEWS, {}), _fits_review)


def _each(table: object, fits: Callable[[dict[str, Any]], bool]) -> bool:
    """Return whether this is a table of tables that fit."""
    if not isinstance(table, dict):
        return False
    entries = cast("dict[str, object]", table).values()
    return all(isinstance(entry, dict) and fits(cast("dict[str, Any]", entry)) for entry in entries)


def _fits_task(entry: dict[str, Any]) -> bool:
    numbers = all(_is_count(entry.get(name, 0)) for name in _NUMBERS)
    return numbers and all(entry.get(name, "") == "" or _is_time(entry[name]) for name in _TEXTS)


def _fits_review(entry: dict[str, Any]) -> bool:
    return _is_count(entry.get("box")) and _is_day(entry.get("due"))


def _is_count(value: object) -> bool:
    return type(value) is int and value >= 0


def _is_time(value: object) -> bool:
    try:
        datetime.fromisoformat(cast("str", value)).astimezone()
    except (TypeError, ValueError, OverflowError):
        return False
    return True


def _is_day(value: object) -> bool:
    return _is_time(value) and len(cast("str", value)) == len("2026-01-31")
