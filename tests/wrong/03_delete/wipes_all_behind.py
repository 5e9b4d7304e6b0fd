"""A tidy new list: every stale entry is gone."""

from memslot_lab.engine import MemorySlot, Memslots

FAILS = ["stale copy"]
NAMED = "delete-wipes-all-behind"


def delete(slots: Memslots, slot: MemorySlot) -> None:
    if slots.id_to_index[slot.id] == -1:
        slots.warn("DELETE_UNKNOWN_ID")
        return
    used = [s for s in slots.memslots[: slots.used_slots] if s.id != slot.id]
    slots.memslots = used + [slot] + [None] * (slots.capacity - len(used) - 1)
    slots.used_slots = len(used)
    slots.id_to_index = [-1] * slots.capacity
    for i, other in enumerate(used):
        slots.id_to_index[other.id] = i
