"""One slice over another."""

from memslot_lab.engine import MemorySlot, Memslots


def delete(slots: Memslots, slot: MemorySlot) -> None:
    if slots.id_to_index[slot.id] == -1:
        slots.warn("DELETE_UNKNOWN_ID")
        return
    gap, end = slots.id_to_index[slot.id], slots.used_slots
    slots.memslots[gap:end] = [*slots.memslots[gap + 1 : end], slot]
    slots.used_slots = end - 1
    slots.id_to_index[slot.id] = -1
    for i, other in enumerate(slots.memslots[gap : end - 1], start=gap):
        slots.id_to_index[other.id] = i
