"""Sorted again, lowest GFN first."""

from memslot_lab.engine import MemorySlot, Memslots

FAILS = ["first", "middle", "last", "index table"]
NAMED = "delete-sorts-ascending"


def delete(slots: Memslots, slot: MemorySlot) -> None:
    if slots.id_to_index[slot.id] == -1:
        slots.warn("DELETE_UNKNOWN_ID")
        return
    used = [s for s in slots.memslots[: slots.used_slots] if s.id != slot.id]
    used.sort(key=lambda s: s.base_gfn)
    slots.used_slots -= 1
    slots.memslots[: len(used)] = used
    slots.memslots[len(used)] = slot
    slots.id_to_index[slot.id] = -1
    for i, other in enumerate(used):
        slots.id_to_index[other.id] = i
