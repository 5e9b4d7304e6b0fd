"""The count is taken for the index."""

from memslot_lab.engine import Memslots

FAILS = ["index"]
NAMED = "back-returns-the-new-count"


def insert_back(slots: Memslots) -> int:
    count = slots.used_slots + 1
    slots.used_slots = count
    return count
