"""The front is never asked."""

from memslot_lab.engine import MemorySlot, Memslots

FAILS = ["to the front", "from inside", "index table", "shifts", "equal GFN"]
NAMED = "forward-stops-one-early"


def move_forward(slots: Memslots, slot: MemorySlot, start: int) -> int:
    mslots = slots.memslots
    for i in range(start, 1, -1):
        if slot.base_gfn < mslots[i - 1].base_gfn:
            return i
        if slot.base_gfn == mslots[i - 1].base_gfn:
            slots.warn("FORWARD_EQUAL_GFN")
        mslots[i] = mslots[i - 1]
        slots.id_to_index[mslots[i].id] = i
    return min(start, 1)
