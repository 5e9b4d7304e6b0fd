"""The entry is taken out of the list and nothing is put back."""

from memslot_lab.engine import MemorySlot, Memslots

FAILS = ["stale copy"]
NAMED = "delete-shrinks-the-list"


def delete(slots: Memslots, slot: MemorySlot) -> None:
    if slots.id_to_index[slot.id] == -1:
        slots.warn("DELETE_UNKNOWN_ID")
        return
    gap = slots.id_to_index[slot.id]
    del slots.memslots[gap]
    slots.used_slots -= 1
    for i in range(gap, slots.used_slots):
        slots.id_to_index[slots.memslots[i].id] = i
    slots.id_to_index[slot.id] = -1
