"""The gap walks to the back, one call a place."""

from memslot_lab.engine import MemorySlot, Memslots


def close_gap(slots: Memslots, i: int) -> None:
    if i < slots.used_slots:
        slots.memslots[i] = slots.memslots[i + 1]
        slots.id_to_index[slots.memslots[i].id] = i
        close_gap(slots, i + 1)


def delete(slots: Memslots, slot: MemorySlot) -> None:
    if slots.id_to_index[slot.id] == -1:
        slots.warn("DELETE_UNKNOWN_ID")
        return
    slots.used_slots -= 1
    close_gap(slots, slots.id_to_index[slot.id])
    slots.memslots[slots.used_slots] = slot
    slots.id_to_index[slot.id] = -1
