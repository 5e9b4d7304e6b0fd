"""Only the first frame counts."""

from memslot_lab.engine import MemorySlot, Memslots

FAILS = ["one", "inside", "stale", "growth"]
NAMED = "search-wants-the-first-frame"


def search_memslots(slots: Memslots, gfn: int) -> MemorySlot | None:
    low, high = 0, slots.used_slots - 1
    while high >= low:
        middle = (low + high) // 2
        slot = slots.memslots[middle]
        if gfn == slot.base_gfn:
            return slot
        if slot.base_gfn > gfn:
            low = middle + 1
        else:
            high = middle - 1
    return None
