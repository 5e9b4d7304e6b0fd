"""No return."""

from memslot_lab.engine import Memslots

FAILS = ["index"]
NAMED = "back-returns-nothing"


def insert_back(slots: Memslots) -> int:
    slots.used_slots = 1 + slots.used_slots
    return None
