"""What the exercises are judged by: one module an exercise, by its name without the number.

To add one, write ``JUDGED = {"function": Judged(reference, cases, ...)}`` in a module of its own; see `delete`.
"""

from functools import cache
from importlib import import_module
from typing import cast

from memslot_lab.course.cases import Case
from memslot_lab.course.catalog import find_task
from memslot_lab.course.tasks.judged import Judged

__all__ = ["Judged", "cases_of", "judged_of"]


@cache
def judged_of(function: str) -> Judged:
    """Return how a function of the course is judged.

    Raises
    ------
    UnknownExerciseError
        No exercise asks for it.
    """
    exercise, _ = find_task(function)
    module = import_module(f"{__name__}.{exercise.name.partition('_')[2]}")
    return cast("dict[str, Judged]", module.JUDGED)[function]


@cache
def cases_of(function: str) -> tuple[Case, ...]:
    """Return the cases of a function, the easiest first; the same ones each time."""
    return tuple(sorted(judged_of(function).cases(), key=lambda case: case.order))
