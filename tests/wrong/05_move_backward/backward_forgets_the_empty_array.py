"""One guard of two."""

from memslot_lab.engine import MemorySlot, Memslots

FAILS = ["refused"]
NAMED = "backward-forgets-the-empty-array"


def move_backward(slots: Memslots, slot: MemorySlot) -> int:
    mslots, table = slots.memslots, slots.id_to_index
    if slots.id_to_index[slot.id] == -1:
        slots.warn("MOVE_UNKNOWN_ID")
        return -1
    i = table[slot.id]
    while i < slots.used_slots - 1 and slot.base_gfn <= mslots[i + 1].base_gfn:
        if mslots[i + 1].base_gfn == slot.base_gfn:
            slots.warn("BACKWARD_EQUAL_GFN")
        mslots[i] = mslots[i + 1]
        table[mslots[i].id] = i
        i = i + 1
    return i
