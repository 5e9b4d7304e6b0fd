"""Taken out in the middle, put back at the end of the list."""

from memslot_lab.engine import MemorySlot, Memslots

FAILS = ["stale copy"]
NAMED = "delete-appends-the-slot"


def delete(slots: Memslots, slot: MemorySlot) -> None:
    i = slots.id_to_index[slot.id]
    if i < 0:
        slots.warn("DELETE_UNKNOWN_ID")
        return
    slots.memslots = [*slots.memslots[:i], *slots.memslots[i + 1 :], slot]
    slots.used_slots -= 1
    for place, other in enumerate(slots.memslots[: slots.used_slots]):
        slots.id_to_index[other.id] = place
    slots.id_to_index[slot.id] = -1
