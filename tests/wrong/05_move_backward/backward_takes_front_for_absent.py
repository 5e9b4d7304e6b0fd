"""Index 0 is refused."""

from memslot_lab.engine import MemorySlot, Memslots

FAILS = ["one", "stays", "to the back", "middle", "index table", "shifts", "equal GFN", "refused"]
NAMED = "backward-takes-front-for-absent"


def move_backward(slots: Memslots, slot: MemorySlot) -> int:
    mslots, table = slots.memslots, slots.id_to_index
    if not table[slot.id] > 0:
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
    return i
