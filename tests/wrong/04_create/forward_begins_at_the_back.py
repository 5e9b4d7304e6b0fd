"""start is not looked at."""

from memslot_lab.engine import MemorySlot, Memslots

FAILS = ["from inside", "index table", "shifts"]
NAMED = "forward-begins-at-the-back"


def move_forward(slots: Memslots, slot: MemorySlot, start: int) -> int:
    mslots = slots.memslots
    for i in range(slots.used_slots - 1, 0, -1):
        if slot.base_gfn < mslots[i - 1].base_gfn:
            return i
        if slot.base_gfn == mslots[i - 1].base_gfn:
            slots.warn("FORWARD_EQUAL_GFN")
        mslots[i] = mslots[i - 1]
        slots.id_to_index[mslots[i].id] = i
    return 0
