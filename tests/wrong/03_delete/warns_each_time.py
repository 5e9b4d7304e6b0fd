"""The warning is noted at every delete."""

from memslot_lab.engine import MemorySlot, Memslots

FAILS = ["unknown id"]
NAMED = "delete-warns-each-time"


def delete(slots: Memslots, slot: MemorySlot) -> None:
    mslots = slots.memslots
    slots.warn("DELETE_UNKNOWN_ID")
    if slots.id_to_index[slot.id] == -1:
        return
    slots.used_slots -= 1
    i = slots.id_to_index[slot.id]
    while i < slots.used_slots:
        mslots[i] = mslots[i + 1]
        slots.id_to_index[mslots[i].id] = i
        i += 1
    mslots[i] = slot
    slots.id_to_index[slot.id] = -1
