"""Each name once, in a set."""

from itertools import pairwise

from memslot_lab.engine import MemorySlot, Memslots


def violations(slots: Memslots) -> set[str]:
    names = set()
    if {len(slots.memslots), len(slots.id_to_index)} != {slots.capacity}:
        names.add("TABLE_LENGTH")
    if slots.used_slots not in range(slots.capacity + 1):
        names.add("USED_IN_RANGE")
    if names:
        return names
    used = slots.memslots[: slots.used_slots]
    if any(type(entry) is not MemorySlot for entry in used):
        return {"ENTRY_PRESENT"}
    if any(front.base_gfn <= back.base_gfn for front, back in pairwise(used)):
        names.add("HIGHEST_GFN_FIRST")
    table = dict(enumerate(slots.id_to_index))
    if any(table.get(slot.id) != i for i, slot in enumerate(used)):
        names.add("INDEX_NAMES_ENTRY")
    if {table[i] for i in table.keys() - {slot.id for slot in used}} - {-1}:
        names.add("ABSENT_IS_MINUS_ONE")
    return names
