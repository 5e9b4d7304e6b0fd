"""Say in words what ended a call too early, and what it returned for nothing.

Each sentence states what was seen, never what a learner may have thought.
"""

import linecache
import re
from dataclasses import FrozenInstanceError

from memslot_lab.course.seen import Difference
from memslot_lab.watch.budget import Place, Run, is_library, place_of

_LONGEST = 200  # characters of an exception's message

__all__ = ["returned", "stopped"]


def returned(value: object) -> str:
    """Return a sentence on what a failing call returned, an empty string for None."""
    if value is None:
        return ""
    kind = type(value).__name__
    article = "an" if kind[0].lower() in "aeiou" else "a"
    return f" It returned {article} {kind}; what is returned is not looked at: change `slots` itself."


def stopped(name: str, run: Run) -> Difference | None:
    """Return what ended a call too early: the step budget or an exception; None if it returned by itself."""
    if run.stopped_at:
        sentence = f"{name}() was stopped after {run.steps - 1:,} steps, {_where(run.stopped_at)}."
        return Difference("no end", "an end", sentence, "Which value must change in each round so that the loop ends?")
    if run.error is None:
        return None
    return _raised(name, run.error)


def _raised(name: str, error: BaseException) -> Difference:
    kind = type(error).__name__
    if isinstance(error, SystemExit):
        sentence = f"{name}() called exit(): a function ends with return, or at its last line."
        return Difference(kind, "a return", sentence, "Which line calls it, and what should happen there?")
    if isinstance(error, RecursionError):
        return Difference(
            kind, "an end", f"{name}() called itself until Python gave up.", "When does it stop calling itself?"
        )
    place = _learners_place(error)
    where = f", {_where(place)}" if place else ""
    sentence = f"{name}() raised {kind}: {_message(error)}{where}.{_advice(error)}"
    return Difference(kind, "no error", sentence, _question(error, place))


def _message(error: BaseException) -> str:
    try:
        return " ".join(str(error).split())[:_LONGEST] or "no message"
    except Exception:  # a learner's own exception may do anything
        return "no message"


def _learners_place(error: BaseException) -> Place | None:
    """Return the innermost place of the traceback that is in the learner's own code."""
    places: list[Place] = []
    walk = error.__traceback__
    while walk:
        frame = walk.tb_frame
        if not is_library(frame):
            places.append(place_of(frame, walk.tb_lineno))
        walk = walk.tb_next
    return places[-1] if places else None


def _where(place: Place) -> str:
    source = _source(place)
    numbers = ", ".join(f"{name} = {number}" for name, number in place.numbers.items())
    line = f"in line {place.line}: `{source}`" if source else f"in line {place.line}"
    return f"{line}, with {numbers}" if numbers else line


def _question(error: BaseException, place: Place | None) -> str:
    if place and _source(place).startswith("raise "):
        return "That line raises it itself: what does the task want to come back instead?"
    if isinstance(error, NameError):
        return "Where does that name get its value, in a line that has run?"
    if isinstance(error, TypeError) and re.search(r"\(\) (?:missing|takes|got)", _message(error)):
        return "Which arguments does the function called in that line take?"
    return "Which value in that line is not what you took it for?"


def _source(place: Place) -> str:
    return linecache.getline(place.filename, place.line).strip()


def _advice(error: BaseException) -> str:
    member = re.search(r"'(\w+)'", _message(error)) if isinstance(error, NameError) else None
    if member and member[1] in _MEMBERS:
        return f" Did you mean slots.{member[1]}?"
    for kind, part, advice in _ADVICE:
        if isinstance(error, kind) and re.search(part, _message(error)):
            return f" {advice}"
    return ""


_MEMBERS = ("memslots", "id_to_index", "used_slots", "capacity", "warnings", "warn")
_ADVICE: tuple[tuple[type[BaseException], str, str], ...] = (
    (FrozenInstanceError, "", "A MemorySlot never changes: put another one into the list instead."),
    (
        AttributeError,
        "'NoneType'.*'(slot|left|right|parent|next|previous)'",
        "The root of a tree may be None, and so may a node's children, its parent and its neighbours.",
    ),
    (
        AttributeError,
        "'NoneType'",
        "An entry behind the used ones may be None, and in a broken array any; memslots[-1] is the list's last entry.",
    ),
    (AttributeError, "'Memslots'", "A Memslots has memslots, id_to_index, used_slots, capacity, warnings and warn()."),
    (
        IndexError,
        "",
        "In a sound array the last used entry is at used_slots - 1, the last of each list at capacity - 1.",
    ),
    (UnboundLocalError, "", "No line that ran had given it a value: a loop without a round, an if that was passed by."),
    (
        NameError,
        "",
        "Is it spelt right? The command line runs the answer cells alone: what they need must stand in them.",
    ),
)
