"""A whole list is yielded."""

from memslot_lab.engine import Memslots

FAILS = ["empty", "order", "end", "without pages", "again"]
NAMED = "walk-gives-one-list"


def for_each_memslot(slots: Memslots):
    yield list(filter(lambda slot: slot.npages > 0, slots.memslots[: slots.used_slots]))
