"""It is move_forward() under another name."""

from memslot_lab.engine import MemorySlot, Memslots

FAILS = ["stays", "to the back", "middle", "index table", "shifts", "equal GFN"]
NAMED = "backward-goes-to-the-front"


def move_backward(slots: Memslots, slot: MemorySlot) -> int:
    if slots.id_to_index[slot.id] == -1:
        slots.warn("MOVE_UNKNOWN_ID")
        return -1
    if not slots.used_slots:
        slots.warn("MOVE_EMPTY")
        return -1
    i = slots.id_to_index[slot.id]
    for j in range(i - 1, -1, -1):
        other = slots.memslots[j]
        if other.base_gfn > slot.base_gfn:
            break
        if other.base_gfn == slot.base_gfn:
            slots.warn("BACKWARD_EQUAL_GFN")
        slots.memslots[j + 1] = other
        slots.id_to_index[other.id] = j + 1
        i = j
    return i
