"""The gap is filled from the front."""

from memslot_lab.engine import MemorySlot, Memslots

FAILS = ["first", "middle", "last", "index table", "stale copy"]
NAMED = "delete-shifts-those-in-front"


def delete(slots: Memslots, slot: MemorySlot) -> None:
    i = slots.id_to_index[slot.id]
    if i < 0:
        slots.warn("DELETE_UNKNOWN_ID")
        return
    while i > 0:
        slots.memslots[i] = slots.memslots[i - 1]
        slots.id_to_index[slots.memslots[i].id] = i
        i -= 1
    slots.used_slots -= 1
    slots.id_to_index[slot.id] = -1
    slots.memslots[slots.used_slots] = slot
