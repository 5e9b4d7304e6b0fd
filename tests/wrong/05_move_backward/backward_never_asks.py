"""No guard at all."""

from memslot_lab.engine import MemorySlot, Memslots

FAILS = ["refused"]
NAMED = "backward-never-asks"


def move_backward(slots: Memslots, slot: MemorySlot) -> int:
    mslots, table = slots.memslots, slots.id_to_index
    i = table[slot.id]
    while i < slots.used_slots - 1 and slot.base_gfn <= mslots[i + 1].base_gfn:
        if mslots[i + 1].base_gfn == slot.base_gfn:
            slots.warn("BACKWARD_EQUAL_GFN")
        mslots[i] = mslots[i + 1]
        table[mslots[i].id] = i
        i = i + 1
    return i
