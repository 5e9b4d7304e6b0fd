"""The list is as long as the array."""

from memslot_lab.engine import MemorySlot, Memslots

FAILS = ["one", "stays", "to the back", "index table", "shifts", "equal GFN"]
NAMED = "backward-runs-to-the-capacity"


def move_backward(slots: Memslots, slot: MemorySlot) -> int:
    i = slots.id_to_index[slot.id]
    if i == -1:
        slots.warn("MOVE_UNKNOWN_ID")
        return -1
    if slots.used_slots == 0:
        slots.warn("MOVE_EMPTY")
        return -1
    while i + 1 < len(slots.memslots):
        behind = slots.memslots[i + 1]
        if slot.base_gfn > behind.base_gfn:
            break
        if slot.base_gfn == behind.base_gfn:
            slots.warn("BACKWARD_EQUAL_GFN")
        slots.memslots[i] = behind
        slots.id_to_index[behind.id] = i
        i += 1
    return i
