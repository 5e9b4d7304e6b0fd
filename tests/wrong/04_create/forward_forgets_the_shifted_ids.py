"""The index table is left as it was."""

from memslot_lab.engine import MemorySlot, Memslots

FAILS = ["index table", "equal GFN"]
NAMED = "forward-forgets-the-shifted-ids"


def move_forward(slots: Memslots, slot: MemorySlot, start: int) -> int:
    mslots = slots.memslots
    end = min(start, 0)
    for i in range(start, 0, -1):
        if slot.base_gfn < mslots[i - 1].base_gfn:
            return i
        if slot.base_gfn == mslots[i - 1].base_gfn:
            slots.warn("FORWARD_EQUAL_GFN")
        mslots[i] = mslots[i - 1]
    return end
