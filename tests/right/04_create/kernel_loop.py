"""As the kernel writes it."""

from memslot_lab.engine import MemorySlot, Memslots


def insert_back(slots: Memslots) -> int:
    slots.used_slots += 1
    return slots.used_slots - 1


def move_forward(slots: Memslots, slot: MemorySlot, start: int) -> int:
    mslots = slots.memslots
    i = start
    while i > 0:
        if slot.base_gfn < mslots[i - 1].base_gfn:
            break
        if slot.base_gfn == mslots[i - 1].base_gfn:
            slots.warn("FORWARD_EQUAL_GFN")
        mslots[i] = mslots[i - 1]
        slots.id_to_index[mslots[i].id] = i
        i -= 1
    return i
