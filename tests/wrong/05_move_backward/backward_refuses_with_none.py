"""None for no index."""

from memslot_lab.engine import MemorySlot, Memslots

FAILS = ["refused"]
NAMED = "backward-refuses-with-none"


def move_backward(slots: Memslots, slot: MemorySlot) -> int:
    mslots, table = slots.memslots, slots.id_to_index
    if slots.id_to_index[slot.id] == -1:
        slots.warn("MOVE_UNKNOWN_ID")
        return None
    if not slots.used_slots:
        slots.warn("MOVE_EMPTY")
        return None
    i = table[slot.id]
    while i < slots.used_slots - 1 and slot.base_gfn <= mslots[i + 1].base_gfn:
        if mslots[i + 1].base_gfn == slot.base_gfn:
            slots.warn("BACKWARD_EQUAL_GFN")
        mslots[i] = mslots[i + 1]
        table[mslots[i].id] = i
        i = i + 1
    return i
