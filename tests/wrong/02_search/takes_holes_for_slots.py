"""No range test: the nearest slot below is the answer."""

from memslot_lab.engine import MemorySlot, Memslots

FAILS = ["one", "holes", "stale"]
NAMED = "search-takes-holes-for-slots"


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
    return slots.memslots[low]
