"""One entry too few."""

from collections.abc import Iterator

from memslot_lab.engine import MemorySlot, Memslots

FAILS = ["order", "end", "without pages", "again"]
NAMED = "walk-leaves-the-last-out"


def for_each_memslot(slots: Memslots) -> Iterator[MemorySlot]:
    for slot in slots.memslots[: max(slots.used_slots - 1, 0)]:
        if slot.npages:
            yield slot
