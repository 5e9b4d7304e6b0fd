"""Ids, not slots."""

from memslot_lab.engine import Memslots

FAILS = ["order", "end", "without pages", "again"]
NAMED = "walk-gives-ids"


def for_each_memslot(slots: Memslots):
    return [slot.id for slot in slots.memslots[: slots.used_slots] if slot.npages > 0]
