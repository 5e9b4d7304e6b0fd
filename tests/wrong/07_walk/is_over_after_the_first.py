"""return where yield belongs."""

from memslot_lab.engine import MemorySlot, Memslots

FAILS = ["empty", "order", "end", "without pages", "again"]
NAMED = "walk-is-over-after-the-first"


def for_each_memslot(slots: Memslots) -> MemorySlot | None:
    with_pages = [slot for slot in slots.memslots[: slots.used_slots] if slot.npages]
    return with_pages[0] if with_pages else None
