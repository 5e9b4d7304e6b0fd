"""Copied in the wrong order."""

from memslot_lab.engine import MemorySlot, Memslots

FAILS = ["to the front", "middle", "from inside", "index table", "equal GFN"]
NAMED = "forward-shifts-from-the-front"


def move_forward(slots: Memslots, slot: MemorySlot, start: int) -> int:
    mslots = slots.memslots
    passed = 0
    for other in mslots[: max(start, 0)]:
        if other.base_gfn <= slot.base_gfn:
            passed += 1
            if other.base_gfn == slot.base_gfn:
                slots.warn("FORWARD_EQUAL_GFN")
    i = start - passed
    while i < start:
        mslots[i + 1] = mslots[i]
        slots.id_to_index[mslots[i + 1].id] = i + 1
        i += 1
    return start - passed
