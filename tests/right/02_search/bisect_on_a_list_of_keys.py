"""A list of keys is made first: that reads every entry, but compares few."""

import bisect

from memslot_lab.engine import MemorySlot, Memslots


def search_memslots(slots: Memslots, gfn: int) -> MemorySlot | None:
    used = slots.memslots[: slots.used_slots]
    bases = [slot.base_gfn for slot in reversed(used)]
    i = bisect.bisect_right(bases, gfn) - 1
    if i < 0:
        return None
    slot = used[len(used) - 1 - i]
    return slot if gfn <= slot.base_gfn + slot.npages - 1 else None
