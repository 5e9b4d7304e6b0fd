"""Nothing is passed over."""

from collections.abc import Iterator

from memslot_lab.engine import MemorySlot, Memslots

FAILS = ["without pages"]
NAMED = "walk-keeps-entries-without-pages"


def for_each_memslot(slots: Memslots) -> Iterator[MemorySlot]:
    yield from slots.memslots[: slots.used_slots]
