"""The library's bisect: the keys rise when their sign is turned."""

from bisect import bisect_left

from memslot_lab.engine import MemorySlot, Memslots


def search_memslots(slots: Memslots, gfn: int) -> MemorySlot | None:
    i = bisect_left(slots.memslots, -gfn, 0, slots.used_slots, key=lambda slot: -slot.base_gfn)
    if i < slots.used_slots and gfn < slots.memslots[i].base_gfn + slots.memslots[i].npages:
        return slots.memslots[i]
    return None
