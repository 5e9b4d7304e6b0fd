"""Shifted in the wrong order: the last slot is copied over all the others."""

from memslot_lab.engine import MemorySlot, Memslots

FAILS = ["first", "middle", "index table"]
NAMED = "delete-shifts-from-the-back"


def delete(slots: Memslots, slot: MemorySlot) -> None:
    mslots = slots.memslots
    if slots.id_to_index[slot.id] == -1:
        slots.warn("DELETE_UNKNOWN_ID")
        return
    slots.used_slots -= 1
    gap = slots.id_to_index[slot.id]
    for i in range(slots.used_slots - 1, gap - 1, -1):
        mslots[i] = mslots[i + 1]
        slots.id_to_index[mslots[i].id] = i
    mslots[slots.used_slots] = slot
    slots.id_to_index[slot.id] = -1
