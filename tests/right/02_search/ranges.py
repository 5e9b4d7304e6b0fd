"""`in range(...)` instead of two comparisons."""

from memslot_lab.engine import MemorySlot, Memslots


def search_memslots(slots: Memslots, gfn: int) -> MemorySlot | None:
    low, high = 0, slots.used_slots
    while low < high:
        middle = (low + high) // 2
        slot = slots.memslots[middle]
        if gfn in range(slot.base_gfn, slot.base_gfn + slot.npages):
            return slot
        low, high = (middle + 1, high) if slot.base_gfn > gfn else (low, middle)
    return None
