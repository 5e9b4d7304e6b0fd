"""The stale copy is the entry that was in the array, not the slot handed in."""

from memslot_lab.engine import MemorySlot, Memslots

FAILS = ["stale copy"]
NAMED = "delete-keeps-the-old-entry"


def delete(slots: Memslots, slot: MemorySlot) -> None:
    mslots = slots.memslots
    if slots.id_to_index[slot.id] == -1:
        slots.warn("DELETE_UNKNOWN_ID")
        return
    i = slots.id_to_index[slot.id]
    slots.used_slots -= 1
    mslots.insert(slots.used_slots, mslots.pop(i))
    for index in range(i, slots.used_slots):
        slots.id_to_index[mslots[index].id] = index
    slots.id_to_index[slot.id] = -1
