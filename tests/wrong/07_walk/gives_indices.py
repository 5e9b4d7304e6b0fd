"""Indices, not slots."""

from collections.abc import Iterator

from memslot_lab.engine import Memslots

FAILS = ["order", "end", "without pages", "again"]
NAMED = "walk-gives-indices"


def for_each_memslot(slots: Memslots) -> Iterator[int]:
    return (i for i, slot in enumerate(slots.memslots[: slots.used_slots]) if slot.npages > 0)
