"""The place is found, and nobody moves."""

from memslot_lab.engine import MemorySlot, Memslots

FAILS = ["to the front", "middle", "from inside", "index table", "equal GFN"]
NAMED = "forward-only-counts"


def move_forward(slots: Memslots, slot: MemorySlot, start: int) -> int:
    i = start
    while i > 0 and slot.base_gfn >= slots.memslots[i - 1].base_gfn:
        if slot.base_gfn == slots.memslots[i - 1].base_gfn:
            slots.warn("FORWARD_EQUAL_GFN")
        i -= 1
    return i
