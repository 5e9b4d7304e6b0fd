"""All entries that are not None are searched."""

from memslot_lab.engine import MemorySlot, Memslots

FAILS = ["empty", "stale"]
NAMED = "search-walks-into-stale-entries"


def search_memslots(slots: Memslots, gfn: int) -> MemorySlot | None:
    written = [slot for slot in slots.memslots if slot]
    low, high = 0, len(written)
    while high > low:
        middle = (low + high) // 2
        slot = slots.memslots[middle]
        if slot.base_gfn > gfn:
            low = middle + 1
        else:
            high = middle
    if low == len(written):
        return None
    slot = slots.memslots[low]
    return slot if gfn - slot.base_gfn < slot.npages else None
