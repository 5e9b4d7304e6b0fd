"""The return is indented too far."""

from memslot_lab.engine import Memslots

FAILS = ["empty", "order", "end", "without pages", "again"]
NAMED = "walk-returns-in-the-first-round"


def for_each_memslot(slots: Memslots):
    walk = []
    for slot in slots.memslots[: slots.used_slots]:
        if slot.npages > 0:
            walk += [slot]
        return walk
    return None
