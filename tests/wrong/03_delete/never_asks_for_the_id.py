"""An id that is not there is deleted all the same."""

from memslot_lab.engine import MemorySlot, Memslots

FAILS = ["empty", "unknown id"]
NAMED = "delete-never-asks"


def delete(slots: Memslots, slot: MemorySlot) -> None:
    mslots = slots.memslots
    slots.used_slots -= 1
    i = slots.id_to_index[slot.id]
    while i < slots.used_slots:
        mslots[i] = mslots[i + 1]
        slots.id_to_index[mslots[i].id] = i
        i += 1
    mslots[i] = slot
    slots.id_to_index[slot.id] = -1
