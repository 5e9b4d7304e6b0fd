"""The last slot is put into the gap: quick, but the order is lost."""

from memslot_lab.engine import MemorySlot, Memslots

FAILS = ["first", "middle", "index table"]
NAMED = "delete-swaps-in-the-last"


def delete(slots: Memslots, slot: MemorySlot) -> None:
    mslots = slots.memslots
    if slots.id_to_index[slot.id] == -1:
        slots.warn("DELETE_UNKNOWN_ID")
        return
    slots.used_slots -= 1
    i = slots.id_to_index[slot.id]
    mslots[i] = mslots[slots.used_slots]
    slots.id_to_index[mslots[i].id] = i
    mslots[slots.used_slots] = slot
    slots.id_to_index[slot.id] = -1
