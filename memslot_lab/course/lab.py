"""What a learner may ask from inside a notebook: ``from memslot_lab.course import lab``.

Examples
--------
``lab.progress()`` shows how far you are, ``lab.hint()`` the next hint on the task of this notebook, and
``lab.solution("03_delete")``, after a pass, one way to write it.
"""

from html import escape

from memslot_lab.course.catalog import find_exercise, find_task, read_manifest
from memslot_lab.course.checks import check
from memslot_lab.course.errors import UnknownExerciseError
from memslot_lab.course.hints import hint
from memslot_lab.course.journey import read_journey
from memslot_lab.course.place import course_folder
from memslot_lab.course.progress import read_progress
from memslot_lab.course.solution import show_solution
from memslot_lab.views.array import Picture, in_words

__all__ = ["check", "hint", "progress", "solution"]


def progress() -> Picture:
    """Return how far you are in the course, as the last checks found it, and where to go on."""
    return read_journey(course_folder()).picture()


def solution(of: object) -> Picture:
    """Return one way to write what you have written already: an exercise by name, or a function.

    Parameters
    ----------
    of : object
        The name of an exercise, as ``"03_delete"``, or a function, or its name.
    """
    name = of if isinstance(of, str) else str(getattr(of, "__name__", in_words(of)))
    try:
        exercise = find_exercise(name) if name in read_manifest() else find_task(name)[0]
    except UnknownExerciseError as error:
        return Picture(f"{error}", f"<p>{escape(str(error))}</p>")
    found = show_solution(exercise, read_progress(course_folder()))
    return Picture(found.text(), found.html())
