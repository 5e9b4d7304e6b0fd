"""Read results.json, as `memslot-lab grade` writes it."""

import json
from pathlib import Path
from typing import Any, NamedTuple

from memslot_lab import __version__
from memslot_lab.course.errors import CourseError
from memslot_lab.grading.marks import Mark

__all__ = ["ExportError", "Results", "read_results"]


class ExportError(CourseError):
    """Marks that cannot be read, or that another system does not take."""


class Results(NamedTuple):
    """What a run of the grader found.

    Parameters
    ----------
    about : dict[str, Any]
        What the marks follow from.
    marks : list[Mark]
        In the order of students, exercises and places; without times.
    """

    about: dict[str, Any]
    marks: list[Mark]


def read_results(folder: Path) -> Results:
    """Return what results.json in a folder of results says.

    Raises
    ------
    ExportError
        It is not there, no results.json of the grader, or of another version.
    """
    path = folder / "results.json"
    try:
        content = path.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        words = f"{path} is not there; run `memslot-lab grade SUBMISSIONS --out {folder}` to its end first"
        raise ExportError(words) from None
    try:
        data = json.loads(content)
        about, version = data["about"], data["about"]["version"]
    except (ValueError, TypeError, KeyError, RecursionError):
        raise _strange(path) from None
    if version != __version__:
        words = f"{path} is of memslot-lab {version}, and this is {__version__}"
        raise ExportError(f"{words}; grade again with this one, or export with that one")
    try:
        return Results(about, [Mark.from_json(row) for row in data["results"]])
    except (TypeError, KeyError):
        raise _strange(path) from None


def _strange(path: Path) -> ExportError:
    return ExportError(f"{path} is no results.json of `memslot-lab grade`; grade again into another folder")
