"""A loop from the front to the back."""

from memslot_lab.engine import MemorySlot, Memslots

FAILS = ["growth"]
NAMED = "search-looks-at-every-slot"


def search_memslots(slots: Memslots, gfn: int) -> MemorySlot | None:
    used = slots.memslots[: slots.used_slots]
    return next((slot for slot in used if gfn in range(slot.base_gfn, slot.base_gfn + slot.npages)), None)
