"""The walk of kernel 5.6: the first entry without pages ends it."""

from collections.abc import Iterator

from memslot_lab.engine import MemorySlot, Memslots

FAILS = ["empty", "end", "without pages", "again"]
NAMED = "walk-ends-at-no-pages"


def for_each_memslot(slots: Memslots) -> Iterator[MemorySlot]:
    i = 0
    while i < slots.capacity and slots.memslots[i] is not None and slots.memslots[i].npages > 0:
        yield slots.memslots[i]
        i += 1
