"""The entry is emptied and nobody moves."""

from memslot_lab.engine import MemorySlot, Memslots

FAILS = ["first", "middle", "index table", "stale copy"]
NAMED = "delete-leaves-a-hole"


def delete(slots: Memslots, slot: MemorySlot) -> None:
    if slots.id_to_index[slot.id] == -1:
        slots.warn("DELETE_UNKNOWN_ID")
        return
    slots.memslots[slots.id_to_index[slot.id]] = slot
    slots.id_to_index[slot.id] = -1
    slots.used_slots -= 1
