"""Neighbours change places."""

from memslot_lab.engine import MemorySlot, Memslots

FAILS = ["shifts"]
NAMED = "forward-swaps"


def move_forward(slots: Memslots, slot: MemorySlot, start: int) -> int:
    mslots = slots.memslots
    end = min(start, 0)
    for i in range(start, 0, -1):
        if slot.base_gfn < mslots[i - 1].base_gfn:
            return i
        if slot.base_gfn == mslots[i - 1].base_gfn:
            slots.warn("FORWARD_EQUAL_GFN")
        old = mslots[i]
        mslots[i] = mslots[i - 1]
        mslots[i - 1] = old
        slots.id_to_index[mslots[i].id] = i
    return end
