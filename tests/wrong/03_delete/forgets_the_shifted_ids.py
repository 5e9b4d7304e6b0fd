"""The entries move, the index table is not told."""

from memslot_lab.engine import MemorySlot, Memslots

FAILS = ["index table"]
NAMED = "delete-forgets-the-shifted-ids"


def delete(slots: Memslots, slot: MemorySlot) -> None:
    mslots = slots.memslots
    if slots.id_to_index[slot.id] == -1:
        slots.warn("DELETE_UNKNOWN_ID")
        return
    slots.used_slots -= 1
    i = slots.id_to_index[slot.id]
    while i < slots.used_slots:
        mslots[i] = mslots[i + 1]
        i += 1
    mslots[i] = slot
    slots.id_to_index[slot.id] = -1
