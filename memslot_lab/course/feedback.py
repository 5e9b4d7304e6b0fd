"""Say in words what ended a call too early, and what it returned for nothing.

Each sentence states what was seen, never what a learner may have thought.
"""

import re
from dataclasses import FrozenInstanceError

from memslot_lab.course.seen import Difference
from memslot_lab.course.stages.arrays import NoEnd
from memslot_lab.course.stages.coding import type_name
from memslot_lab.course.stages.playing import Played, Raised, Spot

__all__ = ["returned", "stopped"]


def returned(value: object) -> str:
    """Return a sentence on what a failing call returned, an empty string for None."""
    if value is None:
        return ""
    kind = type_name(value) or "object"
    article = "an" if kind[0].lower() in "aeiou" else "a"
    return f" It returned {article} {kind}; what is returned is not looked at: change `slots` itself."


def stopped(name: str, played: Played) -> Difference | None:
    """Return what ended a call too early: the step budget or an exception; None if it returned by itself."""
    if played.stopped:
        sentence = f"{name}() was stopped after {played.steps - 1:,} steps, {_where(played.stopped)}."
        return Difference("no end", "an end", sentence, "Which value must change in each round so that the loop ends?")
    return _raised(name, played.raised) if played.raised else None


def _raised(name: str, raised: Raised) -> Difference:
    kind = raised.kinds[0]
    if kind == "stopped":
        return Difference("stopped", "an end", f"{name}(): {raised.message}.", "Does it end, and by a return?")
    if SystemExit.__name__ in raised.kinds:
        sentence = f"{name}() called exit(): a function ends with return, or at its last line."
        return Difference(kind, "a return", sentence, "Which line calls it, and what should happen there?")
    if RecursionError.__name__ in raised.kinds:
        return Difference(
            kind, "an end", f"{name}() called itself until Python gave up.", "When does it stop calling itself?"
        )
    if kind == NoEnd.__name__:
        sentence = f"{name}() gives one item after the other and no end: {raised.message}, more than an array can hold."
        return Difference("no end", "an end", sentence, "After which item does what you return end?")
    where = f", {_where(raised.spot)}" if raised.spot else ""
    sentence = f"{name}() raised {kind}: {raised.message}{where}.{_advice(raised)}"
    return Difference(kind, "no error", sentence, _question(raised))


def _where(spot: Spot) -> str:
    numbers = ", ".join(f"{name} = {number}" for name, number in spot.numbers)
    line = f"in line {spot.line}: `{spot.source}`" if spot.source else f"in line {spot.line}"
    return f"{line}, with {numbers}" if numbers else line


def _question(raised: Raised) -> str:
    if raised.spot and raised.spot.source.startswith("raise "):
        return "That line raises it itself: what does the task want to come back instead?"
    if NameError.__name__ in raised.kinds:
        return "Where does that name get its value, in a line that has run?"
    if TypeError.__name__ in raised.kinds and re.search(r"\(\) (?:missing|takes|got)", raised.message):
        return "Which arguments does the function called in that line take?"
    return "Which value in that line is not what you took it for?"


def _advice(raised: Raised) -> str:
    member = re.search(r"'(\w+)'", raised.message) if NameError.__name__ in raised.kinds else None
    if member and member[1] in _MEMBERS:
        return f" Did you mean slots.{member[1]}?"
    for kind, part, advice in _ADVICE:
        if kind.__name__ in raised.kinds and re.search(part, raised.message):
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
