"""The hole walks, one call a place."""

from memslot_lab.engine import MemorySlot, Memslots


def walk(slots: Memslots, slot: MemorySlot, i: int) -> int:
    if i + 1 >= slots.used_slots:
        return i
    other = slots.memslots[i + 1]
    if other.base_gfn < slot.base_gfn:
        return i
    if other.base_gfn == slot.base_gfn:
        slots.warn("BACKWARD_EQUAL_GFN")
    slots.memslots[i] = other
    slots.id_to_index[other.id] = i
    return walk(slots, slot, i + 1)


def move_backward(slots: Memslots, slot: MemorySlot) -> int:
    if slots.id_to_index[slot.id] == -1:
        slots.warn("MOVE_UNKNOWN_ID")
        return -1
    if not slots.used_slots:
        slots.warn("MOVE_EMPTY")
        return -1
    return walk(slots, slot, slots.id_to_index[slot.id])
