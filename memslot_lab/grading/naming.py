"""Whose file it is and which exercise it answers, from its name alone; as students, nbgrader and LMSes name files.

Canvas packs ``lovelaceada_LATE_12345_67890_03_delete-1.ipynb`` (name, LATE if it was, user, attachment, the file's
own name): add_submission() and get_filename(), lib/content_zipper.rb of canvas-lms. Moodle makes a folder
``Ada Lovelace_12345_assignsubmission_file_``, or puts that in front of the file's name. The number stays in
the student's name here: two students may share all the rest.
"""

import re
from collections.abc import Collection, Sequence
from typing import NamedTuple

__all__ = ["Owner", "exercise_of", "is_generic", "is_lms_name", "owner_of", "stem_of"]

_CANVAS = re.compile(r"(?P<name>\w+?)(?:_LATE)?_(?P<user>\d+)_(?P<attachment>\d{3,})_(?P<file>.+)", re.DOTALL)
_ANONYMOUS = re.compile(r"(?P<name>anon)(?:_LATE)?_(?P<user>\w+?)_(?P<attachment>\d{3,})_(?P<file>.+)", re.DOTALL)
_MOODLE = re.compile(
    r"(?P<name>.+?)_(?P<user>\d+)_assignsubmission_(?:file|onlinetext)_?(?P<file>.*)(?P<attachment>)", re.DOTALL
)
_COPY = re.compile(r"(?:[ _]?\(\d+\)|-Copy\d*|-(?P<again>\d+)| - Copy| copy(?: \d+)?)$")
_SUFFIX = re.compile(r"\.(?:ipynb|py|zip)$", re.IGNORECASE)
_MARKS = "_- "  # between a name and an exercise
_GENERIC = {"submitted", "submissions", "exercises", "memslot_lab_course"}


class Owner(NamedTuple):
    """Whose file it is, and which attempt.

    Parameters
    ----------
    student : str
        As the folder or the LMS names them.
    attempt : int
        The higher is the later; 0 where the name tells none.
    """

    student: str
    attempt: int


def stem_of(name: str) -> str:
    """Return a file's name without .ipynb, .py or .zip."""
    return _SUFFIX.sub("", name)


def is_lms_name(name: str) -> bool:
    """Return whether an LMS has put a student's name in front of this one."""
    return _lms(name) is not None


def is_generic(name: str, exercises: Collection[str]) -> bool:
    """Return whether a folder's name is not a student's."""
    return name.casefold() in _GENERIC or _exercise(name, exercises) != ""


def owner_of(parts: Sequence[str], exercises: Collection[str], home: str) -> Owner:
    """Return whose file it is.

    Parameters
    ----------
    parts : Sequence[str]
        The path below the folder of submissions.
    exercises : Collection[str]
        Names of the course's exercises.
    home : str
        The student when the path names none: it is the folder itself that is theirs.
    """
    if found := _lms(parts[0]):
        return Owner(f"{found['name']}_{found['user']}", int((found["attachment"] or "0")[:18]))
    attempt = _attempt(parts[-1])
    if len(parts) > 1:
        return Owner(parts[0], attempt)
    stem = _bare(stem_of(parts[0]))
    if _exercise(stem, exercises):
        return Owner(home, attempt)
    end = next((end for each in exercises for end in _ends(each) if stem.casefold().endswith(end)), "")
    return Owner(stem.removesuffix(stem[len(stem) - len(end) :]).rstrip(_MARKS) or home, attempt)


def exercise_of(parts: Sequence[str], exercises: Collection[str], *, by_folder: bool) -> str:
    """Return which exercise a file answers, an empty string if its name does not say.

    Parameters
    ----------
    parts : Sequence[str]
        The path below the folder of submissions.
    exercises : Collection[str]
        Names of the course's exercises.
    by_folder : bool
        Whether a folder's name may say it, as nbgrader's assignment does.
    """
    found = _lms(parts[-1])
    stem = stem_of(found["file"] if found and found["file"] else parts[-1])
    names = [stem, *(reversed(parts[:-1]) if by_folder else ())]
    by_name = next(filter(None, (_exercise(name, exercises) for name in names)), "")
    bare = _bare(stem).casefold()
    return by_name or next(
        (name for name in exercises if bare.endswith(_ends(name)) or bare.startswith(_starts(name))), ""
    )


def _ends(exercise: str) -> tuple[str, ...]:
    return tuple(f"{mark}{exercise.casefold()}" for mark in _MARKS)


def _starts(exercise: str) -> tuple[str, ...]:
    return tuple(f"{exercise.casefold()}{mark}" for mark in _MARKS)


def _exercise(name: str, exercises: Collection[str]) -> str:
    bare = _bare(name).casefold().replace(" ", "_")
    return next((known for known in exercises if known.casefold() == bare), "")


def _bare(stem: str) -> str:
    return _COPY.sub("", stem)


def _attempt(name: str) -> int:
    found = _COPY.search(stem_of(name))
    return int((found["again"] or "0")[:18]) if found else 0


def _lms(name: str) -> re.Match[str] | None:
    return next(filter(None, (kind.fullmatch(name) for kind in (_MOODLE, _ANONYMOUS, _CANVAS))), None)
