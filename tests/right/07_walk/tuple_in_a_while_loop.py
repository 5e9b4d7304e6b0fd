"""A tuple, filled by a while loop that goes on at entries without pages."""

from memslot_lab.engine import MemorySlot, Memslots


def for_each_memslot(slots: Memslots) -> tuple[MemorySlot, ...]:
    walk: tuple[MemorySlot, ...] = ()
    i = -1
    while (i := i + 1) < slots.used_slots:
        if slots.memslots[i].npages == 0:
            continue
        walk += (slots.memslots[i],)
    return walk
