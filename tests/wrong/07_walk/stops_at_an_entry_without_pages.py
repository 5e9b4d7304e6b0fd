"""break where continue belongs."""

from collections.abc import Iterator
from itertools import takewhile

from memslot_lab.engine import MemorySlot, Memslots

FAILS = ["without pages"]
NAMED = "walk-stops-at-an-entry-without-pages"


def for_each_memslot(slots: Memslots) -> Iterator[MemorySlot]:
    return takewhile(lambda slot: slot.npages, slots.memslots[: slots.used_slots])
