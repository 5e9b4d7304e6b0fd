"""Keys that rise, in a list of their own, and `in range(...)` for the only candidate."""

from bisect import bisect_left

from memslot_lab.engine import MemorySlot, Memslots


def search_memslots(slots: Memslots, gfn: int) -> MemorySlot | None:
    keys = [-slot.base_gfn for slot in slots.memslots[: slots.used_slots]]
    i = bisect_left(keys, -gfn)
    if i == len(keys):
        return None
    slot = slots.memslots[i]
    return slot if gfn in range(slot.base_gfn, slot.base_gfn + slot.npages) else None
