"""Say in words what differs between what a function left behind and what is right.

Each sentence states what was seen, never what a learner may have thought.
"""

import linecache
import re
from collections.abc import Callable
from dataclasses import FrozenInstanceError
from itertools import pairwise
from typing import NamedTuple

from memslot_lab.course.cases import Aspect
from memslot_lab.engine.model import KernelWarning, MemorySlot
from memslot_lab.views.array import ArrayState, entry_text, in_words, is_slot, same_entry
from memslot_lab.watch.budget import Place, Run, is_library, place_of

_FEW = 6  # slots that are listed side by side
_LONGEST = 200  # characters of an exception's message

__all__ = ["Difference", "Seen", "difference", "returned", "stopped"]


class Difference(NamedTuple):
    """One thing that is not as it should be.

    Parameters
    ----------
    got, want : str
        In a few words each.
    sentence : str
        The same for a reader.
    hint : str
        A question, if this one has its own.
    """

    got: str
    want: str
    sentence: str
    hint: str = ""


class Seen(NamedTuple):
    """One call: the slot handed in, the array before it, and after it as it is and as it should be."""

    slot: MemorySlot
    before: ArrayState
    got: ArrayState
    want: ArrayState


def difference(seen: Seen, looked_at: tuple[Aspect, ...]) -> Difference | None:
    """Return the first difference in what is looked at, None when there is none."""
    for aspect in looked_at:
        found = _LOOKS[aspect](seen)
        if found:
            return found
    return None


# What the array holds.


def _used_slots(seen: Seen) -> Difference | None:
    got, want, before = seen.got.used_slots, seen.want.used, seen.before.used
    if type(got) is int and got == want:
        return None
    if type(got) is not int:
        sentence = f"used_slots is {in_words(got)}, not an int; want {want}."
    elif want == before:
        sentence = f"used_slots went from {before} to {got}, but no slot has id {seen.slot.id}: nothing may change."
    elif got == before:
        sentence = f"used_slots is still {got}: one slot less is in use, so want {want}."
        if len(seen.got.warnings) > len(seen.before.warnings):
            sentence += f" A warning was noted, although slot {seen.slot.id} is there."
    else:
        sentence = f"used_slots went from {before} to {got}; want {want}, one slot less."
    return Difference(f"used_slots = {in_words(got)}", f"used_slots = {want}", sentence)


def _used_entries(seen: Seen) -> Difference | None:
    trouble = _no_list(seen, "memslots")
    if trouble:
        return trouble
    for i in range(seen.want.used):
        got = seen.got.memslots[i] if i < len(seen.got.memslots) else None
        if not same_entry(got, seen.want.memslots[i]):
            return Difference(
                _ids(seen.got, seen.want.used, i), _ids(seen.want, seen.want.used, i), _wrong_entry(seen, i)
            )
    return None


def _no_list(seen: Seen, name: str) -> Difference | None:
    for trouble in seen.got.troubles:
        if trouble.startswith(f"{name} is "):
            return Difference(
                f"{trouble}",
                "a list",
                f"slots.{trouble}: change that list, or put a new list in its place.",
                f"Which line puts something else into slots.{name}?",
            )
    return None


def _ids(state: ArrayState, used: int, i: int) -> str:
    """Return the used entries from the front as ids; of a long array only the one at index `i`."""
    entries = [*state.memslots[:used], *["nothing"] * (used - len(state.memslots))]
    ids = [str(entry.id) if is_slot(entry) else in_words(entry) for entry in entries]
    if used > _FEW:
        return f"memslots[{i}]: {ids[i]}"
    return f"slot{'s' if used > 1 else ''} {', '.join(ids)}"


def _wrong_entry(seen: Seen, i: int) -> str:
    """Say what is wrong with the used entries; the first wrong one is at index `i`."""
    if i >= len(seen.got.memslots):
        return f"memslots has only {_count(len(seen.got.memslots), 'entry')} left, but {seen.want.used} are in use."
    got, place, right = seen.got.memslots[i], f"memslots[{i}]", _name(seen.want.memslots[i])
    if not is_slot(got):
        return f"{place} holds {in_words(got)}, which is no MemorySlot; want {right}."
    if got.id == seen.slot.id:
        what = "the blank slot that was handed in" if not got.npages else f"slot {got.id}, which is to be deleted"
        return f"{place} {'still ' if got.npages else ''}holds {what}; want {right}.{_how_far(seen, i)}"
    if i < len(seen.before.memslots) and same_entry(got, seen.before.memslots[i]):
        return f"{place} still holds {_name(got)}; want {right}.{_how_far(seen, i)}"
    return f"{place} holds {_name(got)}; want {right}.{_lost(seen) or _disorder(seen)}"


def _name(entry: object) -> str:
    return f"slot {entry.id}" if is_slot(entry) else in_words(entry)


def _count(number: int, what: str) -> str:
    return f"{number} {what if number == 1 else what.removesuffix('y') + 'ies' if what.endswith('y') else what + 's'}"


def _how_far(seen: Seen, i: int) -> str:
    """Say how far a shift went, when all in front of index `i` was shifted and nothing behind it."""
    end, gap = seen.want.used, seen.before.id_to_index[seen.slot.id]
    behind = zip(seen.got.memslots[i + 1 : end], seen.before.memslots[i + 1 : end], strict=False)
    if not isinstance(gap, int) or not all(same_entry(*pair) for pair in behind):
        return _lost(seen)
    if i == gap:
        return (
            " The slot behind it did not move."
            if end - gap == 1
            else f" None of the {end - gap} slots behind it moved."
        )
    early = "one slot" if end - i == 1 else f"{end - i} slots"
    return f" The shift stopped {early} early: {i - gap} of the {end - gap} slots behind the gap moved."


def _lost(seen: Seen) -> str:
    """Name a slot that is gone although it was not deleted."""
    held = [entry.id for entry in seen.got.memslots[: seen.want.used] if is_slot(entry)]
    for entry in seen.want.memslots[: seen.want.used]:
        if is_slot(entry) and entry.id not in held:
            return f" Slot {entry.id} is lost."
    return ""


def _disorder(seen: Seen) -> str:
    used = [entry for entry in seen.got.memslots[: seen.want.used] if is_slot(entry)]
    for front, back in pairwise(used):
        if front.base_gfn <= back.base_gfn:
            return (
                f" Slot {front.id} (gfn {front.base_gfn:#x}) now stands in front of slot {back.id} "
                f"(gfn {back.base_gfn:#x}): no longer highest GFN first."
            )
    return ""


def _index_table(seen: Seen) -> Difference | None:
    got, want = seen.got.id_to_index, seen.want.id_to_index
    trouble = _no_list(seen, "id_to_index")
    if trouble:
        return trouble
    if len(got) != len(want):
        sentence = f"id_to_index has {_count(len(got), 'entry')}, want {len(want)}: each id keeps its place in it."
        return Difference(f"{len(got)} ids", f"{len(want)} ids", sentence)
    for slot_id, (has, right) in enumerate(zip(got, want, strict=True)):
        if type(has) is not int or has != right:
            name = f"id_to_index[{slot_id}]"
            return Difference(f"{name} = {in_words(has)}", f"{name} = {right}", _wrong_index(seen, slot_id))
    return None


def _wrong_index(seen: Seen, slot_id: int) -> str:
    has, want, before = (state.id_to_index[slot_id] for state in (seen.got, seen.want, seen.before))
    still = "still " if type(has) is int and has == before else ""
    name = f"id_to_index[{slot_id}] is {still}{in_words(has)}"
    if want != -1:
        return f"{name}, but slot {slot_id} belongs at memslots[{want}] now."
    if slot_id == seen.slot.id:
        return f"{name}, but slot {slot_id} is deleted: want -1, as for every id that is not there."
    return f"{name}, but no slot in use has id {slot_id}: want -1 as before."


def _behind(seen: Seen) -> Difference | None:
    got, want, first = seen.got.memslots, seen.want.memslots, seen.want.used
    trouble = _no_list(seen, "memslots")
    if trouble:
        return trouble
    if len(got) != len(want):
        has, right = _count(len(got), "entry"), _count(len(want), "entry")
        sentence = f"memslots has {has}, want {right}: what is taken out at one place must be put in at another."
        return Difference(has, right, sentence)
    for i in range(first, len(want)):
        if not same_entry(got[i], want[i]):
            words = [f"memslots[{i}]: {entry_text(entry, brief=True)}" for entry in (got[i], want[i])]
            return Difference(words[0], words[1], _wrong_behind(seen, i))
    return None


def _wrong_behind(seen: Seen, i: int) -> str:
    got, place = seen.got.memslots[i], f"memslots[{i}]"
    if i > seen.want.used or seen.want.used == seen.before.used:
        return f"{place} was {_full(seen.before.memslots[i])}, and now is {_full(got)}: it must stay as it was."
    still = "is still" if same_entry(got, seen.before.memslots[i]) else "is"
    return (
        f"{place}, the first entry behind the used ones, {still} {_full(got)}; "
        f"want the slot that was handed in: {_full(seen.slot)}."
    )


def _full(entry: object) -> str:
    return entry_text(entry, brief=True).replace("  ", ", ")


def _warnings(seen: Seen) -> Difference | None:
    trouble = _no_list(seen, "warnings")
    if trouble:
        return trouble
    got, want = seen.got.warnings, seen.want.warnings
    if len(got) == len(want) and all(map(_same_warning, got, want)):
        return None
    if len(want) == len(seen.before.warnings):
        sentence = f"A warning was noted although slot {seen.slot.id} is there."
        return Difference(_sites(got), _sites(want), sentence, "What must be true before a warning is noted?")
    if len(got) == len(seen.before.warnings):
        sentence = f"No slot has id {seen.slot.id}: nothing was changed, which is right, but no warning was noted."
    else:
        sentence = f"The warnings noted are {_sites(got)}; want {_sites(want)}, once."
    return Difference(_sites(got), _sites(want), sentence)


def _same_warning(one: object, other: object) -> bool:
    if type(one) is not KernelWarning or type(other) is not KernelWarning:
        return False
    return str(one.site) == str(other.site)


def _sites(warnings: tuple[object, ...]) -> str:
    words = [w.site if type(w) is KernelWarning else in_words(w) for w in warnings]
    return ", ".join(words) or "no warning"


_LOOKS: dict[Aspect, Callable[[Seen], Difference | None]] = {
    Aspect.USED_SLOTS: _used_slots,
    Aspect.USED_ENTRIES: _used_entries,
    Aspect.INDEX_TABLE: _index_table,
    Aspect.BEHIND: _behind,
    Aspect.WARNINGS: _warnings,
}


# A function that did not come to its end.


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
    return Difference(kind, "no error", sentence, "Which value in that line is not what you took it for?")


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
    source = linecache.getline(place.filename, place.line).strip()
    numbers = ", ".join(f"{name} = {number}" for name, number in place.numbers.items())
    line = f"in line {place.line}: `{source}`" if source else f"in line {place.line}"
    return f"{line}, with {numbers}" if numbers else line


def _advice(error: BaseException) -> str:
    member = re.search(r"'(\w+)'", _message(error)) if isinstance(error, NameError) else None
    if member and member[1] in _MEMBERS:
        return f" Did you mean slots.{member[1]}?"
    for kind, part, advice in _ADVICE:
        if isinstance(error, kind) and part in _message(error):
            return f" {advice}"
    return ""


_MEMBERS = ("memslots", "id_to_index", "used_slots", "capacity", "warnings", "warn")
_ADVICE: tuple[tuple[type[BaseException], str, str], ...] = (
    (FrozenInstanceError, "", "A MemorySlot never changes: put another one into the list instead."),
    (AttributeError, "'NoneType'", "An entry behind the used ones may be None: it was never written."),
    (AttributeError, "'Memslots'", "A Memslots has memslots, id_to_index, used_slots, capacity, warnings and warn()."),
    (IndexError, "", "The last used entry is at used_slots - 1, the last of the list at capacity - 1."),
    (
        NameError,
        "",
        "Is it spelt right? The command line runs the answer cells alone: what they need must stand in them.",
    ),
)
