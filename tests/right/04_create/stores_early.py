"""The slot is stored at once and changes places with its neighbours; its index is written each time."""

from memslot_lab.engine import MemorySlot, Memslots


def insert_back(slots: Memslots) -> int:
    for index in range(slots.capacity):
        if index == slots.used_slots:
            slots.used_slots += 1
            return index
    raise AssertionError


def move_forward(slots: Memslots, slot: MemorySlot, start: int) -> int:
    mslots, table = slots.memslots, slots.id_to_index
    if start < 0:
        return start
    mslots[start], table[slot.id] = slot, start
    for i in range(start, 0, -1):
        if mslots[i - 1].base_gfn > slot.base_gfn:
            return i
        if mslots[i - 1].base_gfn == slot.base_gfn:
            slots.warn("FORWARD_EQUAL_GFN")
        mslots[i - 1], mslots[i] = mslots[i], mslots[i - 1]
        table[mslots[i].id], table[slot.id] = i, i - 1
    return 0
