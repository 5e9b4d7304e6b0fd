"""Minus one where there is none."""

from memslot_lab.engine import MemorySlot, Memslots

FAILS = ["empty", "one", "holes", "below all", "stale"]
NAMED = "search-says-minus-one"


def search_memslots(slots: Memslots, gfn: int) -> MemorySlot | None:
    low, high = 0, slots.used_slots
    while high > low:
        middle = (low + high) // 2
        slot = slots.memslots[middle]
        if slot.base_gfn > gfn:
            low = middle + 1
        else:
            high = middle
    if low == slots.used_slots:
        return -1
    slot = slots.memslots[low]
    return slot if gfn - slot.base_gfn < slot.npages else -1
