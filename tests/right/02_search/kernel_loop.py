"""The kernel's way."""

from memslot_lab.engine import MemorySlot, Memslots


def search_memslots(slots: Memslots, gfn: int) -> MemorySlot | None:
    start, end = 0, slots.used_slots
    while start < end:
        pivot = start + (end - start) // 2
        if gfn >= slots.memslots[pivot].base_gfn:
            end = pivot
        else:
            start = pivot + 1
    if start >= slots.used_slots:
        return None
    slot = slots.memslots[start]
    return slot if slot.base_gfn <= gfn < slot.base_gfn + slot.npages else None
