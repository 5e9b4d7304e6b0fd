"""Both ends are closed, the slot's own end too, and the first hit is returned."""

from memslot_lab.engine import MemorySlot, Memslots

FAILS = ["one", "inside", "holes"]
NAMED = "search-stops-at-the-frame-behind"


def search_memslots(slots: Memslots, gfn: int) -> MemorySlot | None:
    low, high = 0, slots.used_slots
    while low < high:
        middle = (low + high) // 2
        slot = slots.memslots[middle]
        if 0 <= gfn - slot.base_gfn <= slot.npages:
            return slot
        if gfn < slot.base_gfn:
            low = middle + 1
        else:
            high = middle
    return None
