"""start stays where it is when one entry is left."""

from memslot_lab.engine import MemorySlot, Memslots

FAILS = ["one", "inside", "holes", "below all", "stale", "left alone", "growth"]
NAMED = "search-never-ends"


def search_memslots(slots: Memslots, gfn: int) -> MemorySlot | None:
    low, high = 0, slots.used_slots
    while high > low:
        middle = (low + high) // 2
        slot = slots.memslots[middle]
        if slot.base_gfn > gfn:
            low = middle
        else:
            high = middle
    if low == slots.used_slots:
        return None
    slot = slots.memslots[low]
    return slot if gfn - slot.base_gfn < slot.npages else None
