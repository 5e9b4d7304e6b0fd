"""The tables of a grading run: results.csv for a spreadsheet, results.json for programs.

Both are in the order of students and exercises, whatever order marks came in. The JSON is the same to the byte for the
same submissions, however many workers there are: it has no times. The CSV has the seconds, as its last column.
"""

import csv
import io
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from memslot_lab.course.store import write_whole
from memslot_lab.grading.marks import Mark

__all__ = ["COLUMNS", "in_order", "results_csv", "results_json", "write_results"]

COLUMNS = ("student", "exercise", "score", "max_score", "status", "seconds")
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


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
    table = io.StringIO(newline="")
    writer = csv.writer(table, lineterminator="\n")
    writer.writerow(COLUMNS)
    for mark in in_order(marks):
        texts = (_guarded(text) for text in (mark.student, mark.exercise))
        writer.writerow([*texts, mark.score, mark.max_score, _guarded(mark.status), f"{mark.seconds:.3f}"])
    return table.getvalue()


def results_json(marks: Iterable[Mark], about: dict[str, Any]) -> str:
    """Return everything but times as JSON."""
    differ = ("seconds", "trace")  # from run to run
    rows = [{name: value for name, value in mark.to_json().items() if name not in differ} for mark in in_order(marks)]
    return json.dumps({"about": about, "results": rows}, indent=1, sort_keys=True, allow_nan=False) + "\n"


def in_order(marks: Iterable[Mark]) -> list[Mark]:
    """Return marks in the order of students, exercises and places."""
    return sorted(marks, key=lambda mark: (mark.student, mark.exercise, mark.place))


def _guarded(text: str) -> str:
    plain = text.replace("\r", " ")  # which csv leaves unquoted where lines end in another character
    return f"'{plain}" if text.startswith(_FORMULA) else plain
