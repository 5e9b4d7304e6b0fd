"""A generator that yields a sentence for what it sees, and goes on as far as it can."""

from collections.abc import Iterator

from memslot_lab.engine import MemorySlot, Memslots


def violations(slots: Memslots) -> Iterator[str]:
    mslots, index_of, used = slots.memslots, slots.id_to_index, slots.used_slots
    if len(mslots) != slots.capacity or len(index_of) != slots.capacity:
        yield "TABLE_LENGTH"
    if not 0 <= used <= slots.capacity:
        yield "USED_IN_RANGE"
        return
    if len(mslots) < used or len(index_of) < slots.capacity:
        return
    entries = mslots[:used]
    slots_there = [slot for slot in entries if isinstance(slot, MemorySlot)]
    if len(slots_there) < used:
        yield "ENTRY_PRESENT"
    if slots_there != sorted(slots_there, key=lambda slot: slot.base_gfn, reverse=True):
        yield "HIGHEST_GFN_FIRST"
    if len({slot.base_gfn for slot in slots_there}) < len(slots_there):
        yield "HIGHEST_GFN_FIRST: twice the same"
    for i, slot in enumerate(entries):
        if isinstance(slot, MemorySlot) and (slot.id >= slots.capacity or index_of[slot.id] != i):
            yield f"INDEX_NAMES_ENTRY {slot.id}"
    ids = [slot.id for slot in slots_there]
    yield from (f"ABSENT_IS_MINUS_ONE {i}" for i in range(slots.capacity) if i not in ids and index_of[i] != -1)
