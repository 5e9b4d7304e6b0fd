"""The cursor outlives the walk."""

from collections.abc import Iterator

from memslot_lab.engine import MemorySlot, Memslots

FAILS = ["order", "end", "again"]
NAMED = "walk-counts-on-from-the-last-one"

place = 0


def for_each_memslot(slots: Memslots) -> Iterator[MemorySlot]:
    global place
    while place < slots.used_slots:
        place += 1
        if slots.memslots[place - 1].npages:
            yield slots.memslots[place - 1]
    place = 0
