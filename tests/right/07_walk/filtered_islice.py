"""Iterators of the library."""

from collections.abc import Iterator
from itertools import islice
from operator import attrgetter

from memslot_lab.engine import MemorySlot, Memslots


def for_each_memslot(slots: Memslots) -> Iterator[MemorySlot]:
    return filter(attrgetter("npages"), islice(slots.memslots, slots.used_slots))
