"""What was found once is kept for the object."""

from collections.abc import Iterator

from memslot_lab.engine import MemorySlot, Memslots

FAILS = ["again"]
NAMED = "walk-remembers-the-array"

WALKS = []


def for_each_memslot(slots: Memslots) -> Iterator[MemorySlot]:
    known = [walk for array, walk in WALKS if array is slots]
    if not known:
        known = [tuple(slot for slot in slots.memslots[: slots.used_slots] if slot.npages)]
        WALKS.append((slots, known[0]))
    return iter(known[0])
