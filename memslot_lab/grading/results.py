"""The tables of a grading run: results.csv for a spreadsheet, results.json for programs.

Both are in the order of students and exercises, whatever order marks came in. The JSON is the same to the byte for the
same submissions, however many workers there are: it has no times. The CSV has the seconds, as its last column.
"""

import json
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from memslot_lab.course.store import write_whole
from memslot_lab.grading.marks import Mark

__all__ = ["COLUMNS", "in_order", "results_csv", "results_json", "write_results"]

COLUMNS = ("student", "exercise", "score", "max_score", "status", "seconds")
_FORMULA = (*"=+-@", *"\uff1d\uff0b\uff0d\uff20", "\t", "\r")  # in full width too
_DIFFER = ("seconds", "trace")  # from run to run


def write_results(out: Path, marks: Iterable[Mark], about: dict[str, Any]) -> None:
    """Write both files; each is the old or the new one at any moment.

    Parameters
    ----------
    out : Path
        The folder, which is there.
    marks : Iterable[Mark]
        In any order.
    about : dict[str, Any]
        What the marks follow from, for results.json.

    Raises
    ------
    OSError
        One cannot be written.
    """
    marks = list(marks)
    write_whole(out / "results.json", results_json(marks, about).encode())
    write_whole(out / "results.csv", results_csv(marks).encode())


def results_csv(marks: Iterable[Mark]) -> str:
    """Return the table as CSV; a text that a spreadsheet would take for a formula gets an apostrophe in front."""
    lines = [",".join(COLUMNS)]
    for mark in in_order(marks):
        student, exercise, status = map(_cell, (mark.student, mark.exercise, mark.status))
        lines.append(f"{student},{exercise},{mark.score},{mark.max_score},{status},{mark.seconds:.3f}")
    return "\n".join([*lines, ""])


def results_json(marks: Iterable[Mark], about: dict[str, Any]) -> str:
    """Return everything but times as JSON."""
    rows = [*map(_row, in_order(marks))]
    return json.dumps({"about": about, "results": rows}, indent=1, sort_keys=True, allow_nan=False) + "\n"


def in_order(marks: Iterable[Mark]) -> list[Mark]:
    """Return marks in the order of students, exercises and places; those of one place by what they say."""
    marks = list(marks)
    shown_alike = Counter(map(_place, marks))
    return sorted(marks, key=lambda mark: (*_place(mark), _said(mark) if shown_alike[_place(mark)] > 1 else ""))


def _place(mark: Mark) -> tuple[str, str, str]:
    return mark.student, mark.exercise, mark.place


def _said(mark: Mark) -> str:
    return json.dumps(_row(mark), sort_keys=True)


def _row(mark: Mark) -> dict[str, Any]:
    return {name: value for name, value in mark.to_json().items() if name not in _DIFFER}


def _cell(text: str) -> str:
    """Return a text as a cell; quoted also where a spreadsheet might split that takes another sign than the comma."""
    plain = text.replace("\r", " ")
    plain = f"'{plain}" if text.startswith(_FORMULA) else plain
    quoted = plain.replace('"', '""')
    return f'"{quoted}"' if any(sign in plain for sign in ',;\t\n"') else plain
