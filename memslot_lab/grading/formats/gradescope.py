"""Marks as Gradescope's results.json: what a student sees there.

The keys are those of Gradescope's specification of autograders. A hidden case is no test with visibility "hidden":
where one test is hidden, Gradescope shows no total. The group and its points are shown, and what failed is not.
"""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, cast

from memslot_lab.grading.formats.items import Item, items, printable, title
from memslot_lab.grading.marks import Mark

__all__ = ["gradescope", "uploader"]


def gradescope(marks: Sequence[Mark], about: dict[str, Any]) -> dict[str, Any]:
    """Return one student's marks as plain data.

    Every text is declared to be plain text: Gradescope would take Markdown and HTML from it elsewhere.

    Parameters
    ----------
    marks : Sequence[Mark]
        All of one student.
    about : dict[str, Any]
        What they follow from; the version and the tier are kept where the teacher alone can get at them.
    """
    return {
        "score": sum(mark.score for mark in marks),
        "output": "\n".join(map(_headline, marks)),
        "output_format": "text",
        "test_output_format": "text",
        "test_name_format": "text",
        "visibility": "visible",
        "stdout_visibility": "hidden",
        "tests": [_test(mark, item) for mark in marks for item in items(mark)],
        "extra_data": {"memslot_lab": {name: about.get(name) for name in ("version", "tier")}},
    }


def _headline(mark: Mark) -> str:
    head = f"{printable(mark.exercise or mark.place)}: {mark.score} of {mark.max_score} points"
    return f"{head}. {printable(mark.sentence)}" if mark.tasks and mark.sentence else head


def _test(mark: Mark, item: Item) -> dict[str, Any]:
    return {
        "name": title(mark, item),
        "score": item.points,
        "max_score": item.max_points,
        "status": "passed" if item.outcome == "passed" else "failed",
        "output": item.shown,
        "visibility": "visible",
    }


def uploader(metadata: Path) -> str:
    """Return who handed in, from submission_metadata.json: the mail address, as the student is known to Gradescope.

    A group is known by its first member. Names are not taken where there is an address: two students may share one.

    Returns
    -------
    str
        "student" where the file says nobody.
    """
    try:
        users = cast("list[dict[str, Any]]", json.loads(metadata.read_bytes())["users"])
        return next(str(user.get(key)) for user in users[:1] for key in ("email", "name") if user.get(key))
    except (OSError, ValueError, TypeError, KeyError, AttributeError, StopIteration):
        return "student"
