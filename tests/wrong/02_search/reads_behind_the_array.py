"""start is not tested against used_slots: the kernel's own bug until April 2020."""

from memslot_lab.engine import MemorySlot, Memslots

FAILS = ["empty", "one", "below all", "stale"]
NAMED = "search-reads-behind-the-array"


def search_memslots(slots: Memslots, gfn: int) -> MemorySlot | None:
    low, high = 0, slots.used_slots
    while high > low:
        middle = (low + high) // 2
        slot = slots.memslots[middle]
        if slot.base_gfn > gfn:
            low = middle + 1
        else:
            high = middle
    slot = slots.memslots[low]
    if slot.base_gfn > gfn:
        return None
    return slot if gfn - slot.base_gfn < slot.npages else None
