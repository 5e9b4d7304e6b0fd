"""A loop over a copy of the list, with comparisons that nobody sees."""

from memslot_lab.engine import MemorySlot, Memslots

FAILS = ["growth"]
NAMED = "search-looks-at-every-slot"


def search_memslots(slots: Memslots, gfn: int) -> MemorySlot | None:
    entries = slots.memslots.copy()
    for slot in entries[: slots.used_slots]:
        if gfn in range(slot.base_gfn, slot.base_gfn + slot.npages):
            return slot
    return None
