"""Only ids in use are asked about."""

from itertools import pairwise

from memslot_lab.engine import MemorySlot, Memslots

FAILS = ["absent ids", "together"]
NAMED = "invariants-absent-ids-forgotten"


def violations(slots: Memslots) -> list[str]:
    names: list[str] = []
    capacity, count = slots.capacity, slots.used_slots
    if {len(slots.memslots), len(slots.id_to_index)} != {capacity}:
        names += ["TABLE_LENGTH: a list has the wrong length"]
    if count not in range(capacity + 1):
        names += [f"USED_IN_RANGE: {count}"]
    if names:
        return names
    entries = [slots.memslots[i] for i in range(count)]
    if any(type(entry) is not MemorySlot for entry in entries):
        return ["ENTRY_PRESENT: no slot"]
    gfns = [entry.base_gfn for entry in entries]
    if any(front <= back for front, back in pairwise(gfns)):
        names += ["HIGHEST_GFN_FIRST: out of order"]
    table = dict(enumerate(slots.id_to_index))
    if any(table.get(entry.id) != i for i, entry in enumerate(entries)):
        names += ["INDEX_NAMES_ENTRY: a wrong index"]
    return names
