"""The index of the slot in front of the new entry."""

from memslot_lab.engine import Memslots

FAILS = ["index"]
NAMED = "back-returns-the-last-used"


def insert_back(slots: Memslots) -> int:
    last = slots.used_slots - 1
    slots.used_slots += 1
    return last
