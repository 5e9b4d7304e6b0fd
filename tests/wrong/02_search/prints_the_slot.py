"""What is found is printed."""

from memslot_lab.engine import MemorySlot, Memslots

FAILS = ["one", "inside", "stale", "growth"]
NAMED = "search-gives-nothing-back"


def search_memslots(slots: Memslots, gfn: int) -> MemorySlot | None:
    low, high = 0, slots.used_slots
    while high > low:
        middle = (low + high) // 2
        slot = slots.memslots[middle]
        if slot.base_gfn > gfn:
            low = middle + 1
        else:
            high = middle
    slot = slots.memslots[low] if low < slots.used_slots else None
    print(slot if slot and gfn - slot.base_gfn < slot.npages else None)
