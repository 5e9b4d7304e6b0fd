"""The count is not lowered, and the slot goes behind it."""

from memslot_lab.engine import MemorySlot, Memslots

FAILS = ["one", "first", "middle", "last", "index table", "stale copy"]
NAMED = "delete-stores-behind-the-old-count"


def delete(slots: Memslots, slot: MemorySlot) -> None:
    i = slots.id_to_index[slot.id]
    if i < 0:
        slots.warn("DELETE_UNKNOWN_ID")
        return
    for place in range(i + 1, slots.used_slots):
        slots.memslots[place - 1] = slots.memslots[place]
        slots.id_to_index[slots.memslots[place].id] = place - 1
    slots.memslots[slots.used_slots] = slot
    slots.id_to_index[slot.id] = -1
