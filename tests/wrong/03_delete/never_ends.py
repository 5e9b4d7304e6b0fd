"""The index is not counted on."""

from memslot_lab.engine import MemorySlot, Memslots

FAILS = ["first", "middle", "index table", "stale copy"]
NAMED = "delete-never-ends"


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
    mslots[i] = slot
    slots.id_to_index[slot.id] = -1
