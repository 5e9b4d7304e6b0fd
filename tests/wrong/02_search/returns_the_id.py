"""The id and not the slot."""

from memslot_lab.engine import MemorySlot, Memslots

FAILS = ["one", "inside", "stale", "growth"]
NAMED = "search-returns-the-id"


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
        return None
    slot = slots.memslots[low]
    return slot.id if gfn - slot.base_gfn < slot.npages else None
