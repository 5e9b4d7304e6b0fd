"""The shifts begin at the id."""

from memslot_lab.engine import MemorySlot, Memslots

FAILS = ["first", "middle", "last", "index table"]
NAMED = "delete-begins-at-the-id"


def delete(slots: Memslots, slot: MemorySlot) -> None:
    i = slots.id_to_index[slot.id]
    if i < 0:
        slots.warn("DELETE_UNKNOWN_ID")
        return
    for place in range(slot.id + 1, slots.used_slots):
        slots.memslots[place - 1] = slots.memslots[place]
        slots.id_to_index[slots.memslots[place].id] = place - 1
    slots.used_slots -= 1
    slots.memslots[slots.used_slots] = slot
    slots.id_to_index[slot.id] = -1
