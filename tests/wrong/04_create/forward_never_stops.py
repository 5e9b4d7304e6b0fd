"""Everybody makes way."""

from memslot_lab.engine import MemorySlot, Memslots

FAILS = ["stays", "middle", "from inside", "index table", "shifts", "equal GFN"]
NAMED = "forward-never-stops"


def move_forward(slots: Memslots, slot: MemorySlot, start: int) -> int:
    mslots = slots.memslots
    end = min(start, 0)
    for i in range(start, 0, -1):
        if slot.base_gfn == mslots[i - 1].base_gfn:
            slots.warn("FORWARD_EQUAL_GFN")
        mslots[i] = mslots[i - 1]
        slots.id_to_index[mslots[i].id] = i
    return end
