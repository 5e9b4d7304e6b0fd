"""Marks as GitHub Classroom's autograding takes them: what a grader's step puts out for the reporter's step.

The form is version 1, that of GitHub's own graders of commands (classroom-resources/autograding-command-grader).
The reporter adds up scores and prints messages into the log of a workflow, where lines may be commands to the runner.
"""

import json
from base64 import b64encode
from collections.abc import Sequence
from typing import Any

from memslot_lab.grading.formats.items import Item, items, title
from memslot_lab.grading.marks import Mark

__all__ = ["as_result", "classroom"]

_STATUS = {"passed": "pass", "failed": "fail", "error": "error"}
_LONGEST = 500  # characters of a message: the result goes through one environment variable


def classroom(marks: Sequence[Mark]) -> dict[str, Any]:
    """Return one student's marks as plain data.

    Parameters
    ----------
    marks : Sequence[Mark]
        All of one student.
    """
    tests = [_test(mark, item) for mark in marks for item in items(mark)]
    found = {test["status"] for test in tests}
    return {
        "version": 1,
        "status": next((status for status in ("error", "fail") if status in found), "pass"),
        "max_score": sum(mark.max_score for mark in marks),
        "tests": tests,
    }


def as_result(data: dict[str, Any]) -> str:
    """Return what a step writes behind ``result=``: JSON in Base64."""
    return b64encode(json.dumps(data).encode()).decode()


def _test(mark: Mark, item: Item) -> dict[str, Any]:
    return {
        "name": _harmless(title(mark, item)),
        "status": _STATUS[item.outcome],
        "message": _harmless(item.shown) or None,
        "test_code": _harmless(item.function or title(mark, item)),
        "filename": "",
        "line_no": 0,
        "execution_time": "0s",
        "score": item.points,
    }


def _harmless(text: str) -> str:
    """Return text in which no line is a command to GitHub's runner."""
    short = text if len(text) <= _LONGEST else f"{text[: _LONGEST - 4]} ..."
    return short.replace("::", ": :").replace("##[", "## [")
