"""Hints on demand, one level after the other."""

import os
from html import escape
from itertools import groupby
from pathlib import Path
from textwrap import dedent
from typing import NamedTuple

from memslot_lab.course.catalog import Exercise, Task, did_you_mean, find_task, read_manifest
from memslot_lab.course.errors import UnknownExerciseError, UnknownTaskError
from memslot_lab.course.progress import Progress, note_hint, notebook_course, read_progress
from memslot_lab.views.array import Picture, in_words

__all__ = ["Hint", "choose_task", "hint", "next_hint"]


class Hint(NamedTuple):
    """One hint, and what to say with it."""

    task: Task
    level: int
    note: str = ""

    @property
    def text(self) -> str:
        """The hint under its number."""
        return f"Hint {self.level} of {len(self.task.hints)} on {self.task.function}: {self.task.hints[self.level - 1]}"

    @property
    def last(self) -> bool:
        """Whether nothing more is told."""
        return self.level == len(self.task.hints)


def hint(function: object = ..., level: object = ...) -> Picture:
    """Return a hint on a task: level 1 asks a question, the last level nearly tells.

    Parameters
    ----------
    function : object, optional
        The function to be written, or its name; left out, the task of this notebook that has not passed yet.
    level : object, optional
        A number from 1; one that is not there gives the nearest that is. Left out in the notebook of an exercise,
        each call gives the next level, which is counted in the course folder; elsewhere it is the first.
    """
    folder = notebook_course()
    try:
        task = _task_here(read_progress(folder)) if function is ... else find_task(_name(function))[1]
    except UnknownExerciseError as error:
        return _picture(f"{error}")
    if level is not ... and type(level) is not int:
        return _picture(
            f"hint() got {in_words(level)} as the level, want a number from 1 to {len(task.hints)}: "
            f"write hint({task.function}, 2)"
        )
    found = next_hint(folder, task, level if type(level) is int else None)
    return _picture(f"{found.text}\n{found.note}" if found.note else found.text)


def next_hint(folder: Path | None, task: Task, level: int | None = None) -> Hint:
    """Return the hint of this level, or the one after the last that was given; count it in the course folder."""
    given = read_progress(folder).of(task).hints
    number = max(1, min(given + 1 if level is None else level, len(task.hints)))
    return Hint(task, number, note_hint(folder, task.function, number).note if folder else "")


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


def _task_here(progress: Progress) -> Task:
    """Return the task that a learner is at: in the exercise of this notebook, or in the first that is not passed."""
    exercises = read_manifest()
    # JupyterLab tells its kernels the notebook's path; other editors do not.
    here = exercises.get(Path(os.environ.get("JPY_SESSION_NAME", "")).stem)
    open_ones = (exercise for exercise in exercises.values() if not progress.passed(exercise))
    return choose_task(here or next(open_ones, list(exercises.values())[-1]), None, progress)


def _name(function: object) -> str:
    return function if isinstance(function, str) else str(getattr(function, "__name__", in_words(function)))


def _picture(text: str) -> Picture:
    paragraphs = (_paragraph("\n".join(lines), code=code) for code, lines in groupby(text.splitlines(), key=_is_code))
    return Picture(text, "".join(paragraphs))


def _is_code(line: str) -> bool:
    return line.startswith("    ")


def _paragraph(text: str, *, code: bool) -> str:
    if code:
        return f'<pre style="margin: 4px 12px; white-space: pre-wrap">{escape(dedent(text))}</pre>'
    return f'<p style="margin: 8px 0; max-width: 60em">{escape(text)}</p>'
