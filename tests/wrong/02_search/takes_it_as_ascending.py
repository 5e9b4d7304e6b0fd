"""Bisection as in a textbook, lowest first."""

from memslot_lab.engine import MemorySlot, Memslots

FAILS = ["inside", "stale", "growth"]
NAMED = "search-takes-it-as-ascending"


def search_memslots(slots: Memslots, gfn: int) -> MemorySlot | None:
    low, high = 0, slots.used_slots - 1
    while low <= high:
        middle = (low + high + 1) // 2
        slot = slots.memslots[middle]
        if gfn < slot.base_gfn:
            high = middle - 1
        elif gfn >= slot.base_gfn + slot.npages:
            low = middle + 1
        else:
            return slot
    return None
