r"""A mark as a list of single items, each a line of other systems' tables, in words that all of them can show.

What a submission raised or returned stands in sentences, so a stranger may have written parts of them: a terminal's
escapes, what XML cannot hold, and what turns the reading direction around are shown as ``\x1b``.
"""

import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Any

from memslot_lab.grading.marks import Mark

__all__ = ["HIDDEN", "Item", "folder_names", "items", "printable", "title"]

HIDDEN = "a hidden case fails here"

_LONGEST_NAME = 150  # bytes; file systems take 255


@dataclass(frozen=True, slots=True)
class Item:
    """What became of a group of cases, or of all that could not be checked.

    Parameters
    ----------
    function, group : str
        Empty where a whole exercise, or a whole function, was not checked.
    points, max_points : int or float
        Earned, and to be had.
    outcome : str
        "passed", "failed", or "error" when it was the grader that failed.
    kind : str
        The known mistake's name, "wrong-answer", "not-checked", or the mark's status; empty when it passed.
    says : str
        All that is known, for the teacher.
    shown : str
        What the student may know of that.
    """

    function: str
    group: str
    points: int | float
    max_points: int | float
    outcome: str = "passed"
    kind: str = ""
    says: str = ""
    shown: str = ""


def items(mark: Mark) -> list[Item]:
    """Return what a mark is made of: at least one item, and together all of its points."""
    if mark.tasks:
        return [item for task in mark.tasks for item in _of_task(task)]
    sentence = printable(mark.sentence)
    outcome = "error" if mark.status == "grader-error" else "failed"
    return [Item("", "", 0, mark.max_score, outcome, printable(mark.status), sentence, sentence)]


def title(mark: Mark, item: Item) -> str:
    """Return what an item of a mark is called among those of other exercises."""
    where = printable(mark.exercise or mark.place)
    parts = ", ".join(filter(None, (item.function, item.group)))
    return f"{where}: {parts}" if parts else where


def _of_task(task: dict[str, Any]) -> Iterator[Item]:
    function, problem = printable(task["function"]), printable(task["problem"])
    if not task["groups"]:
        yield Item(function, "", task["points"], task["max_points"], "failed", "not-checked", problem, problem)
    for group in task["groups"]:
        item = Item(function, printable(group["name"]), group["points"], group["max_points"])
        failure = group["failure"]
        yield _failed(item, failure) if failure else item


def _failed(item: Item, failure: dict[str, Any]) -> Item:
    words = "\n".join(printable(line) for line in _lines(failure))
    says, shown = (f"hidden case: {words}", HIDDEN) if failure.get("hidden") else (words, words)
    kind = printable(failure["mistake"]) or "wrong-answer"
    return replace(item, outcome="failed", kind=kind, says=says, shown=shown)


def _lines(failure: dict[str, Any]) -> Iterator[str]:
    yield failure["sentence"]
    if failure["got"] or failure["want"]:
        yield f"got:  {failure['got']}"
        yield f"want: {failure['want']}"
    if failure["hint"]:
        yield failure["hint"]


def printable(text: str) -> str:
    """Return text of printable characters, tabs and ends of lines; each other character as Python writes it."""
    return "".join(c if c.isprintable() or c in "\n\t" else c.encode("unicode_escape").decode() for c in text)


def folder_names(students: Iterable[str]) -> dict[str, str]:
    """Return a name for each student's file or folder: safe on every system, and no two alike.

    Most students keep their own name. Letters, digits and ``. @ + - _`` stay as they are, any other character is
    written as ``%`` and its bytes; who would be taken for another, such as Ada and ada, gets a number behind it.
    """
    names = {student: _safe(student) for student in dict.fromkeys(students)}
    alike = Counter(map(_as_seen, names.values()))
    return {who: name if alike[_as_seen(name)] == 1 else f"{name}-{_digest(who)}" for who, name in names.items()}


def _safe(student: str) -> str:
    name = "".join(c if c.isalnum() or c in ".@+-_" else _quoted(c) for c in student)
    name = f"%2E{name[1:]}" if name.startswith(".") else name
    encoded = name.encode()
    if not name or len(encoded) > _LONGEST_NAME:
        return f"{encoded[:_LONGEST_NAME].decode(errors='ignore')}-{_digest(student)}"
    return name


def _quoted(character: str) -> str:
    return "".join(f"%{byte:02X}" for byte in character.encode(errors="surrogatepass"))


def _as_seen(name: str) -> str:
    return unicodedata.normalize("NFC", name).casefold()


def _digest(student: str) -> str:
    return sha256(student.encode(errors="surrogatepass")).hexdigest()[:8]
