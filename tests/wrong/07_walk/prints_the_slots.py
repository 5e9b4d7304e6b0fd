"""What is met is printed."""

from memslot_lab.engine import Memslots

FAILS = ["empty", "order", "end", "without pages", "again"]
NAMED = "walk-gives-nothing-back"


def for_each_memslot(slots: Memslots):
    for slot in slots.memslots[: slots.used_slots]:
        if slot.npages > 0:
            print(slot)
