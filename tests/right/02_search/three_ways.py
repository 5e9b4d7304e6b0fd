"""A closed range, three ways at each middle, and an early return."""

from memslot_lab.engine import MemorySlot, Memslots


def search_memslots(slots: Memslots, gfn: int) -> MemorySlot | None:
    left, right = 0, slots.used_slots - 1
    while left <= right:
        middle = (left + right) // 2
        slot = slots.memslots[middle]
        if gfn < slot.base_gfn:
            left = middle + 1
        elif gfn < slot.base_gfn + slot.npages:
            return slot
        else:
            right = middle - 1
    return None
