"""Throw the slot out, sort what is left."""

from memslot_lab.engine import MemorySlot, Memslots


def delete(slots: Memslots, slot: MemorySlot) -> None:
    if slots.id_to_index[slot.id] == -1:
        slots.warn("DELETE_UNKNOWN_ID")
        return
    slots.memslots[slots.id_to_index[slot.id]] = slots.memslots[slots.used_slots - 1]
    slots.used_slots -= 1
    slots.memslots[: slots.used_slots] = sorted(slots.memslots[: slots.used_slots], key=lambda s: -s.base_gfn)
    slots.memslots[slots.used_slots] = slot
    slots.id_to_index[slot.id] = -1
    for i in range(slots.used_slots):
        slots.id_to_index[slots.memslots[i].id] = i
