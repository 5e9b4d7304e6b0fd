"""The easier question first."""

from memslot_lab.engine import MemorySlot, Memslots

FAILS = ["refused"]
NAMED = "backward-asks-for-the-count-first"


def move_backward(slots: Memslots, slot: MemorySlot) -> int:
    i = slots.id_to_index[slot.id]
    if slots.used_slots == 0 or i == -1:
        slots.warn("MOVE_EMPTY" if slots.used_slots == 0 else "MOVE_UNKNOWN_ID")
        return -1
    while i + 1 < slots.used_slots:
        behind = slots.memslots[i + 1]
        if slot.base_gfn > behind.base_gfn:
            break
        if slot.base_gfn == behind.base_gfn:
            slots.warn("BACKWARD_EQUAL_GFN")
        slots.memslots[i] = behind
        slots.id_to_index[behind.id] = i
        i += 1
    return i
