"""used_slots is lowered before the loop and after it."""

from memslot_lab.engine import MemorySlot, Memslots

FAILS = ["one", "first", "middle", "last", "index table"]
NAMED = "delete-counts-down-twice"


def delete(slots: Memslots, slot: MemorySlot) -> None:
    mslots = slots.memslots
    if slots.id_to_index[slot.id] == -1:
        slots.warn("DELETE_UNKNOWN_ID")
        return
    slots.used_slots -= 1
    i = slots.id_to_index[slot.id]
    while i < slots.used_slots:
        mslots[i] = mslots[i + 1]
        slots.id_to_index[mslots[i].id] = i
        i += 1
    mslots[i] = slot
    slots.id_to_index[slot.id] = -1
    slots.used_slots -= 1
