"""Right on the arrays that fit on paper."""

from memslot_lab.engine import MemorySlot, Memslots

FAILS = ["first", "middle", "index table"]
NAMED = "delete-shifts-four-at-most"


def delete(slots: Memslots, slot: MemorySlot) -> None:
    mslots = slots.memslots
    if slots.id_to_index[slot.id] == -1:
        slots.warn("DELETE_UNKNOWN_ID")
        return
    slots.used_slots -= 1
    i = slots.id_to_index[slot.id]
    while i < min(slots.used_slots, 4):
        mslots[i] = mslots[i + 1]
        slots.id_to_index[mslots[i].id] = i
        i += 1
    mslots[i] = slot
    slots.id_to_index[slot.id] = -1
