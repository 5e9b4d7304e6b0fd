"""Take the entry out of the list and put the slot back behind the used ones."""

from memslot_lab.engine import MemorySlot, Memslots


def delete(slots: Memslots, slot: MemorySlot) -> None:
    if slots.id_to_index[slot.id] == -1:
        slots.warn("DELETE_UNKNOWN_ID")
        return
    gap = slots.id_to_index[slot.id]
    slots.used_slots -= 1
    slots.memslots.pop(gap)
    slots.memslots.insert(slots.used_slots, slot)
    for i in range(gap, slots.used_slots):
        slots.id_to_index[slots.memslots[i].id] = i
    slots.id_to_index[slot.id] = -1
