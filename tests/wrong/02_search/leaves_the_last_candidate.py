"""Both ends are included, and the loop ends when they meet."""

from memslot_lab.engine import MemorySlot, Memslots

FAILS = ["one", "inside", "stale", "growth"]
NAMED = "search-leaves-the-last-candidate"


def search_memslots(slots: Memslots, gfn: int) -> MemorySlot | None:
    low, high = 0, slots.used_slots - 1
    while high > low:
        middle = (low + high) // 2
        slot = slots.memslots[middle]
        if 0 <= gfn - slot.base_gfn < slot.npages:
            return slot
        if slot.base_gfn > gfn:
            low = middle + 1
        else:
            high = middle - 1
    return None
