"""Entries without pages are taken out of the array on the way."""

from collections.abc import Iterator

from memslot_lab.engine import MemorySlot, Memslots

FAILS = ["left alone"]
NAMED = "walk-tidies-up"


def for_each_memslot(slots: Memslots) -> Iterator[MemorySlot]:
    i = 0
    while i < slots.used_slots:
        if not slots.memslots[i].npages:
            del slots.memslots[i]
            slots.used_slots -= 1
        else:
            i += 1
    return iter(slots.memslots[: slots.used_slots])
