"""The walk of the laboratory."""

from collections.abc import Iterator

from memslot_lab.engine import MemorySlot, Memslots


def for_each_memslot(slots: Memslots) -> Iterator[MemorySlot]:
    for i in range(slots.used_slots):
        if slots.memslots[i].npages:
            yield slots.memslots[i]
