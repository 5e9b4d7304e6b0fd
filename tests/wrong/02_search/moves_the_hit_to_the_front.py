"""What was found goes to the front, to be found sooner."""

from memslot_lab.engine import MemorySlot, Memslots

FAILS = ["left alone"]
NAMED = "search-moves-the-hit-to-the-front"


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
    if gfn - slot.base_gfn >= slot.npages:
        return None
    slots.memslots[0], slots.memslots[low] = slot, slots.memslots[0]
    return slot
