"""Through the index table, in the order of the ids."""

from collections.abc import Iterator

from memslot_lab.engine import MemorySlot, Memslots

FAILS = ["order", "end", "without pages", "again"]
NAMED = "walk-goes-by-id"


def for_each_memslot(slots: Memslots) -> Iterator[MemorySlot]:
    used = [slot for slot in slots.memslots[: slots.used_slots] if slot.npages]
    return iter(sorted(used, key=lambda slot: slot.id))
