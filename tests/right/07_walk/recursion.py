"""One slot, then the walk over the rest."""

from collections.abc import Iterator

from memslot_lab.engine import MemorySlot, Memslots


def for_each_memslot(slots: Memslots, start: int = 0) -> Iterator[MemorySlot]:
    if start == slots.used_slots:
        return
    if slots.memslots[start].npages:
        yield slots.memslots[start]
    yield from for_each_memslot(slots, start + 1)
