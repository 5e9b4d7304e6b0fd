"""Everything but the count."""

from memslot_lab.engine import MemorySlot, Memslots

FAILS = ["one", "first", "middle", "last", "index table", "stale copy"]
NAMED = "delete-keeps-the-count"


def delete(slots: Memslots, slot: MemorySlot) -> None:
    mslots = slots.memslots
    if slots.id_to_index[slot.id] == -1:
        slots.warn("DELETE_UNKNOWN_ID")
        return
    i = slots.id_to_index[slot.id]
    while i < slots.used_slots - 1:
        mslots[i] = mslots[i + 1]
        slots.id_to_index[mslots[i].id] = i
        i += 1
    mslots[i] = slot
    slots.id_to_index[slot.id] = -1
