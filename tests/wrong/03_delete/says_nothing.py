"""An unknown id is left alone, without the warning."""

from memslot_lab.engine import MemorySlot, Memslots

FAILS = ["empty", "unknown id"]
NAMED = "delete-says-nothing"


def delete(slots: Memslots, slot: MemorySlot) -> None:
    mslots = slots.memslots
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
