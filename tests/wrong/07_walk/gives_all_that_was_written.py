"""Every entry with pages, up to the end of the list."""

from collections.abc import Iterator

from memslot_lab.engine import MemorySlot, Memslots

FAILS = ["empty", "end", "without pages", "again"]
NAMED = "walk-gives-all-that-was-written"


def for_each_memslot(slots: Memslots) -> Iterator[MemorySlot]:
    return iter([entry for entry in slots.memslots if entry and entry.npages])
