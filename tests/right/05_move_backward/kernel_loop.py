"""As the kernel writes it."""

from memslot_lab.engine import MemorySlot, Memslots


def move_backward(slots: Memslots, slot: MemorySlot) -> int:
    mslots = slots.memslots
    if slots.id_to_index[slot.id] == -1:
        slots.warn("MOVE_UNKNOWN_ID")
        return -1
    if not slots.used_slots:
        slots.warn("MOVE_EMPTY")
        return -1
    i = slots.id_to_index[slot.id]
    while i < slots.used_slots - 1:
        if slot.base_gfn > mslots[i + 1].base_gfn:
            break
        if slot.base_gfn == mslots[i + 1].base_gfn:
            slots.warn("BACKWARD_EQUAL_GFN")
        mslots[i] = mslots[i + 1]
        slots.id_to_index[mslots[i].id] = i
        i += 1
    return i
