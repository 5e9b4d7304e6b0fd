"""Hints on demand, one level after the other."""

import os
from html import escape
from itertools import groupby
from pathlib import Path
from textwrap import dedent
from typing import NamedTuple

from memslot_lab.course.catalog import Task, find_task, read_manifest
from memslot_lab.course.errors import UnknownExerciseError
from memslot_lab.course.journey import read_journey
from memslot_lab.course.place import course_folder
from memslot_lab.course.progress import Progress, choose_task, note_hint, notebook_course, read_progress
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
        The function to be written, its name, or that of its exercise; left out, the task of this notebook that has not
        passed yet, or the one where the learner stopped.
    level : object, optional
        A number from 1. Left out in the notebook of an exercise,
        each call gives the next level, which is counted in the course folder; elsewhere it is the first.
    """
    folder = notebook_course()
    progress = read_progress(folder)
    try:
        task, where = _task_here(progress) if function is ... else (_task_of(_name(function), progress), "")
    except UnknownExerciseError as error:
        return _picture(f"{error}")
    if level is not ... and (type(level) is not int or not 1 <= level <= len(task.hints)):
        return _picture(
            f"hint() got {in_words(level)} as the level, want a number from 1 to {len(task.hints)}: "
            f"write hint({task.function}, 2)"
        )
    found = next_hint(folder, task, level if type(level) is int else None)
    return _picture("\n".join(filter(None, (found.text, where, found.note))))


def next_hint(folder: Path | None, task: Task, level: int | None = None) -> Hint:
    """Return the hint of this level, or the one after the last that was given; count it in the course folder."""
    given = read_progress(folder).of(task).hints
    number = max(1, min(given + 1 if level is None else level, len(task.hints)))
    return Hint(task, number, note_hint(folder, task.function, number).note if folder else "")


def _task_of(name: str, progress: Progress) -> Task:
    """Return the task that a function's name stands for, or the one that is open in the exercise of this name."""
    exercise = read_manifest().get(name)
    return choose_task(exercise, None, progress) if exercise else find_task(name)[1]


def _task_here(progress: Progress) -> tuple[Task, str]:
    """Return the task of this notebook; without one the task where the learner stopped, and what to say of it."""
    exercises = read_manifest()
    # JupyterLab tells its kernels the notebook's path; other editors do not.
    here = exercises.get(Path(os.environ.get("JPY_SESSION_NAME", "")).stem)
    if here:
        return choose_task(here, None, progress), ""
    journey = read_journey(course_folder())
    task = journey.next[1] if journey.next else list(exercises.values())[-1].tasks[-1]
    return task, f'{journey.next_words} For another exercise write its name, as hint("05_move_backward").'


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
