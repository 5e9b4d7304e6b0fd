"""No warning."""

from memslot_lab.engine import MemorySlot, Memslots

FAILS = ["equal GFN"]
NAMED = "forward-says-nothing"


def move_forward(slots: Memslots, slot: MemorySlot, start: int) -> int:
    mslots = slots.memslots
    end = min(start, 0)
    for i in range(start, 0, -1):
        if slot.base_gfn < mslots[i - 1].base_gfn:
            return i
        mslots[i] = mslots[i - 1]
        slots.id_to_index[mslots[i].id] = i
    return end
