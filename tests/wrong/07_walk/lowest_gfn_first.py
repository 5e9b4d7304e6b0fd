"""From the back to the front."""

from collections.abc import Iterator

from memslot_lab.engine import MemorySlot, Memslots

FAILS = ["order", "end", "without pages", "again"]
NAMED = "walk-lowest-gfn-first"


def for_each_memslot(slots: Memslots) -> Iterator[MemorySlot]:
    walk = [slot for slot in slots.memslots[: slots.used_slots] if slot.npages]
    walk.reverse()
    return iter(walk)
