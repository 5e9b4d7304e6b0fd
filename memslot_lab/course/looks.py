"""Say in words what an array holds that it should not.

Each sentence states what was seen, never what a learner may have thought.
"""

from collections.abc import Callable
from itertools import pairwise
from typing import cast

from memslot_lab.course.seen import Aspect, Difference, Seen
from memslot_lab.course.stages.coding import type_name
from memslot_lab.engine.model import Change, KernelWarning, MemorySlot
from memslot_lab.views.array import ArrayState, entry_text, in_words, is_slot, same_entry
from memslot_lab.watch.unlike import unlike

__all__ = ["apart", "look", "same_value", "value_text"]

_FEW = 6  # slots that are listed side by side


def look(seen: Seen, looked_at: tuple[Aspect, ...]) -> Difference | None:
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
        sentence = f"used_slots went from {before} to {got}, but {_why_unchanged(seen)}"
    elif got == before:
        sentence = f"used_slots is still {got}: one slot {_more(seen)} is in use, so want {want}."
        if len(seen.got.warnings) > len(seen.before.warnings):
            state = "is there" if _deletes(seen) else "is to be created"
            sentence += f" A warning was noted, although slot {seen.slot.id} {state}."
    else:
        sentence = f"used_slots went from {before} to {got}; want {want}, one slot {_more(seen)}."
    return Difference(f"used_slots = {in_words(got)}", f"used_slots = {want}", sentence)


def _more(seen: Seen) -> str:
    return "more" if seen.want.used > seen.before.used else "less"


def _why_unchanged(seen: Seen) -> str:
    if len(seen.want.warnings) > len(seen.before.warnings):
        return f"no slot has id {seen.slot.id}: nothing may change."
    return "as many slots are in use as before."


def _used_entries(seen: Seen) -> Difference | None:
    return _entries(seen, hole=None)


def _other_entries(seen: Seen) -> Difference | None:
    return _entries(seen, hole=seen.right)


def _entries(seen: Seen, *, hole: object) -> Difference | None:
    trouble = _no_list(seen, "memslots")
    if trouble:
        return trouble
    for i in range(seen.want.used):
        got = seen.got.memslots[i] if i < len(seen.got.memslots) else None
        want = seen.want.memslots[i]
        if i != hole and not same_entry(got, want):
            if _twins(got, want):
                words = apart(got, want)
            else:
                words = _ids(seen.got, seen.want.used, i, hole), _ids(seen.want, seen.want.used, i, hole)
            return Difference(*words, _wrong_entry(seen, i))
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


def _ids(state: ArrayState, used: int, i: int, hole: object) -> str:
    """Return the used entries from the front as ids, "_" for the hole; of a long array only the one at index `i`."""
    entries = [*state.memslots[:used], *["nothing"] * (used - len(state.memslots))]
    ids = [
        "_" if place == hole else str(entry.id) if is_slot(entry) else in_words(entry)
        for place, entry in enumerate(entries)
    ]
    if used > _FEW:
        return f"memslots[{i}]: {ids[i]}"
    return f"slot{'s' if used > 1 else ''} {', '.join(ids)}"


def _wrong_entry(seen: Seen, i: int) -> str:
    """Say what is wrong with the used entries; the first wrong one is at index `i`."""
    if i >= len(seen.got.memslots):
        return f"memslots has only {_count(len(seen.got.memslots), 'entry')} left, but {seen.want.used} are in use."
    got, place = seen.got.memslots[i], f"memslots[{i}]"
    name, right = apart(got, seen.want.memslots[i])
    if not is_slot(got):
        return f"{place} holds {in_words(got)}, which is no MemorySlot; want {right}."
    if got.id == seen.slot.id and _deletes(seen):
        what = "the blank slot that was handed in" if not got.npages else f"slot {got.id}, which is to be deleted"
        return f"{place} {'still ' if got.npages else ''}holds {what}; want {right}.{_how_far(seen, i)}"
    if i < len(seen.before.memslots) and same_entry(got, seen.before.memslots[i]):
        return f"{place} still holds {name}; want {right}.{_how_far(seen, i) if _deletes(seen) else _lost(seen)}"
    return f"{place} holds {name}; want {right}.{_lost(seen) or _disorder(seen)}"


def _deletes(seen: Seen) -> bool:
    return seen.want.used < seen.before.used


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
        none = f" None of the {end - gap} slots behind it moved."
        return " The slot behind it did not move." if end - gap == 1 else none
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
    rising = _rises(seen.want)
    for front, back in pairwise(used):
        if (front.base_gfn >= back.base_gfn) if rising else (front.base_gfn <= back.base_gfn):
            return (
                f" Slot {front.id} (gfn {front.base_gfn:#x}) now stands in front of slot {back.id} "
                f"(gfn {back.base_gfn:#x}): no longer {'lowest' if rising else 'highest'} GFN first."
            )
    return ""


def _rises(state: ArrayState) -> bool:
    """Return whether an array is in a mirrored variant's order."""
    used = [entry.base_gfn for entry in state.memslots[: state.used] if is_slot(entry)]
    return len(used) > 1 and used[0] < used[-1]


def _index_table(seen: Seen) -> Difference | None:
    return _indices(seen, but=None)


def _other_indices(seen: Seen) -> Difference | None:
    return _indices(seen, but=seen.slot.id)


def _indices(seen: Seen, *, but: int | None) -> Difference | None:
    got, want = seen.got.id_to_index, seen.want.id_to_index
    trouble = _no_list(seen, "id_to_index")
    if trouble:
        return trouble
    if len(got) != len(want):
        sentence = f"id_to_index has {_count(len(got), 'entry')}, want {len(want)}: each id keeps its place in it."
        return Difference(f"{len(got)} ids", f"{len(want)} ids", sentence)
    for slot_id, (has, right) in enumerate(zip(got, want, strict=True)):
        if slot_id != but and (type(has) is not int or has != right):
            name = f"id_to_index[{slot_id}]"
            return Difference(f"{name} = {in_words(has)}", f"{name} = {right}", _wrong_index(seen, slot_id))
    return None


def _wrong_index(seen: Seen, slot_id: int) -> str:
    has, want, before = (state.id_to_index[slot_id] for state in (seen.got, seen.want, seen.before))
    still = "still " if type(has) is int and has == before else ""
    name = f"id_to_index[{slot_id}] is {still}{in_words(has)}"
    if want != -1:
        return f"{name}, but slot {slot_id} belongs at memslots[{want}] now."
    if slot_id == seen.slot.id and _deletes(seen):
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
            words = [f"memslots[{i}]: {text}" for text in _brief(got[i], want[i])]
            return Difference(words[0], words[1], _wrong_behind(seen, i))
    return None


def _wrong_behind(seen: Seen, i: int) -> str:
    got, place = seen.got.memslots[i], f"memslots[{i}]"
    if i > seen.want.used or not _deletes(seen):
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
        sentence = f"A warning was noted although {_no_reason(seen)}."
        return Difference(_sites(got), _sites(want), sentence, "What must be true before a warning is noted?")
    if len(got) == len(seen.before.warnings):
        sentence = f"{_reason(seen)}, but no warning was noted."
    else:
        sentence = f"The warnings noted are {_sites(got)}; want {_sites(want)}, {'once' if len(want) == 1 else 'each'}."
    return Difference(_sites(got), _sites(want), sentence)


def _reason(seen: Seen) -> str:
    """Say why a warning belongs there."""
    site = str(getattr(seen.want.warnings[-1], "site", ""))
    if site.endswith("EQUAL_GFN"):
        return f"Another slot has the GFN {seen.slot.base_gfn:#x} too"
    if site == "MOVE_EMPTY":
        return "No slot is in use"
    return f"No slot has id {seen.slot.id}: nothing was changed, which is right"


def _no_reason(seen: Seen) -> str:
    known = 0 <= seen.slot.id < len(seen.before.id_to_index) and seen.before.id_to_index[seen.slot.id] != -1
    return f"slot {seen.slot.id} is there" if known else "nothing is wrong with this call"


def _same_warning(one: object, other: object) -> bool:
    if type(one) is not KernelWarning or type(other) is not KernelWarning:
        return False
    return str(one.site) == str(other.site)


def _sites(warnings: tuple[object, ...]) -> str:
    words = [w.site if type(w) is KernelWarning else in_words(w) for w in warnings]
    return ", ".join(words) or "no warning"


def _before_array(seen: Seen) -> Difference | None:
    got, want = seen.got.before_array, seen.want.before_array
    if same_entry(got, want):
        return None
    words = [f"before_array: {text}" for text in _brief(got, want)]
    if want is None:
        sentence = f"slots.before_array holds {_name(got)}, but only a move that fails stores there: want None."
    else:
        sentence = (
            f"The move failed and its index is -1, so C stores {_name(want)} in front of the array: want it in "
            f"slots.before_array, which holds {in_words(got) if got is None else apart(got, want)[0]}."
        )
    return Difference(words[0], words[1], sentence)


# What was returned.


def _returned(seen: Seen) -> Difference | None:
    if same_value(seen.value, seen.right):
        return None
    got, want = apart(seen.value, seen.right)
    sentence = f"{seen.name}() returned {got}; want {want}."
    if seen.value is None:
        sentence = f"{seen.name}() returned nothing (None); want {want}."
    elif type(seen.value) is not type(seen.right) and _means_the_same(seen.value, seen.right):
        sentence = f"{seen.name}() returned {got}, {_kind(seen.value)}; want {want}, {_kind(seen.right)}."
    return Difference(f"returned {got}", f"returned {want}", sentence, _value_question(seen))


def _value_question(seen: Seen) -> str:
    """Return what to ask where Python is the trouble and not the array; nothing elsewhere."""
    if type(seen.right) is not int:
        return ""
    if seen.value is None:
        return "Does each way through your function end in a `return` with a value?"
    if type(seen.value) is float and seen.value == seen.right:
        return "Which of / and // gives a whole number?"
    return ""


def _means_the_same(one: object, other: object) -> bool:
    """Return whether two values differ in their type alone."""
    numbers = (int, float, bool)
    if type(one) in numbers and type(other) in numbers:
        return one == other
    return str(one) == str(other) if type(one) is str or type(other) is str else False


def _kind(value: object) -> str:
    kind = type_name(value)
    return f"{'an' if kind[0].lower() in 'aeiou' else 'a'} {kind}"


def same_value(one: object, other: object) -> bool:
    """Return whether two values are alike, type by type, all the way down; nothing is asked of foreign objects."""
    if type(one) is not type(other):
        return False
    if is_slot(one):
        return same_entry(one, other)
    if type(one) in (list, tuple):
        rows = cast("tuple[list[object], list[object]]", (one, other))
        kinds = [*map(type, rows[0])]
        if kinds != [*map(type, rows[1])]:
            return False
        return one == other if _SCALARS.issuperset(kinds) else all(map(same_value, *rows))
    return one is other or (type(one) in _PLAIN and one == other)


_SCALARS = {int, str, bool, type(None)}  # two of one of these types may be compared as they are
_PLAIN = (int, str, bool, float, bytes, set, frozenset, dict, Change)


def value_text(value: object) -> str:
    """Return a value in a few words: slots by their id, changes by their name."""
    if is_slot(value):
        return f"slot {value.id}"
    if isinstance(value, Change):
        return value.name
    if type(value) in (list, tuple):
        items = cast("list[object]", value)
        if any(map(is_slot, items)):
            return f"[{', '.join(map(value_text, items))}]"
    return in_words(value)


def apart(got: object, want: object) -> tuple[str, str]:
    """Return two values in a few words each; of two slots of one id the fields that tell them apart."""
    if not _twins(got, want):
        return value_text(got), value_text(want)
    fields = unlike(cast("MemorySlot", got), cast("MemorySlot", want))
    return f"{value_text(got)} with {fields[0]}", fields[1]


def _twins(one: object, other: object) -> bool:
    """Return whether two values are slots of one id that differ in another field."""
    return is_slot(one) and is_slot(other) and one.id == other.id and one != other


def _brief(got: object, want: object) -> tuple[str, str]:
    """Return two entries in a few words each, with what tells them apart."""
    words = entry_text(got, brief=True), entry_text(want, brief=True)
    return apart(got, want) if words[0] == words[1] else words


_LOOKS: dict[Aspect, Callable[[Seen], Difference | None]] = {
    Aspect.USED_SLOTS: _used_slots,
    Aspect.USED_ENTRIES: _used_entries,
    Aspect.OTHER_ENTRIES: _other_entries,
    Aspect.INDEX_TABLE: _index_table,
    Aspect.OTHER_INDICES: _other_indices,
    Aspect.BEHIND: _behind,
    Aspect.BEFORE_ARRAY: _before_array,
    Aspect.WARNINGS: _warnings,
    Aspect.RETURNED: _returned,
}
