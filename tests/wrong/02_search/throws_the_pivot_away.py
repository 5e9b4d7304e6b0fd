"""The range is closed at its end and loses the pivot."""

from memslot_lab.engine import MemorySlot, Memslots

FAILS = ["inside", "stale", "growth"]
NAMED = "search-throws-the-pivot-away"


def search_memslots(slots: Memslots, gfn: int) -> MemorySlot | None:
    low, high = 0, slots.used_slots
    while high > low:
        middle = (low + high) // 2
        slot = slots.memslots[middle]
        if slot.base_gfn > gfn:
            low = middle + 1
        else:
            high = middle - 1
    if low == slots.used_slots:
        return None
    slot = slots.memslots[low]
    return slot if 0 <= gfn - slot.base_gfn < slot.npages else None
