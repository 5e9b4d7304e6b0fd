"""A for loop that returns as soon as the place is known."""

from memslot_lab.engine import MemorySlot, Memslots


def move_backward(slots: Memslots, slot: MemorySlot) -> int:
    hole = slots.id_to_index[slot.id]
    if hole < 0:
        slots.warn("MOVE_UNKNOWN_ID")
    elif slots.used_slots == 0:
        slots.warn("MOVE_EMPTY")
        hole = -1
    if hole < 0:
        return hole
    for behind in range(hole + 1, slots.used_slots):
        other = slots.memslots[behind]
        if other.base_gfn < slot.base_gfn:
            return behind - 1
        if other.base_gfn == slot.base_gfn:
            slots.warn("BACKWARD_EQUAL_GFN")
        slots.memslots[behind - 1] = other
        slots.id_to_index[other.id] = behind - 1
    return slots.used_slots - 1
