"""One entry behind those in use is looked at."""

from memslot_lab.engine import Memslots

FAILS = ["empty", "order", "end", "without pages", "again"]
NAMED = "walk-goes-one-too-far"


def for_each_memslot(slots: Memslots):
    i = 0
    while i <= slots.used_slots:
        slot = slots.memslots[i]
        if slot.npages > 0:
            yield slot
        i += 1
