"""The index is right, the count is not changed."""

from memslot_lab.engine import Memslots

FAILS = ["index", "count"]
NAMED = "back-forgets-to-count"


def insert_back(slots: Memslots) -> int:
    return max(slots.used_slots, 0)
