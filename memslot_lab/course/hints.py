"""Hints on demand, one level after the other."""

from html import escape

from memslot_lab.course.catalog import find_task
from memslot_lab.course.errors import UnknownExerciseError
from memslot_lab.views.array import Picture, in_words

__all__ = ["hint"]


def hint(function: object, level: object = 1) -> Picture:
    """Return a hint on a task: level 1 asks a question, the last level nearly tells.

    Parameters
    ----------
    function : object
        The function to be written, or its name.
    level : object, optional
        A number from 1; one that is not there gives the nearest that is.
    """
    name = function if isinstance(function, str) else getattr(function, "__name__", in_words(function))
    try:
        _, task = find_task(str(name))
    except UnknownExerciseError as error:
        return _picture(f"{error}")
    if not isinstance(level, int):
        return _picture(
            f"hint() got {in_words(level)} as the level, want a number from 1 to {len(task.hints)}: "
            f"write hint({task.function}, 2)"
        )
    number = max(1, min(level, len(task.hints)))
    return _picture(f"Hint {number} of {len(task.hints)} on {task.function}: {task.hints[number - 1]}")


def _picture(text: str) -> Picture:
    return Picture(text, f'<p style="margin: 8px 0; max-width: 60em">{escape(text)}</p>')
