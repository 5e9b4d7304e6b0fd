"""No return at the end."""

from memslot_lab.engine import MemorySlot, Memslots

FAILS = ["one", "stays", "to the back", "middle", "shifts", "equal GFN"]
NAMED = "backward-returns-nothing"


def move_backward(slots: Memslots, slot: MemorySlot) -> int:
    mslots, table = slots.memslots, slots.id_to_index
    if slots.id_to_index[slot.id] == -1:
        slots.warn("MOVE_UNKNOWN_ID")
        return -1
    if not slots.used_slots:
        slots.warn("MOVE_EMPTY")
        return -1
    i = table[slot.id]
    while i < slots.used_slots - 1 and slot.base_gfn <= mslots[i + 1].base_gfn:
        if mslots[i + 1].base_gfn == slot.base_gfn:
            slots.warn("BACKWARD_EQUAL_GFN")
        mslots[i] = mslots[i + 1]
        table[mslots[i].id] = i
        i = i + 1
    return None
