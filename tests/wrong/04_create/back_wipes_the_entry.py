"""The entry is cleaned first."""

from memslot_lab.engine import Memslots

FAILS = ["left alone"]
NAMED = "back-wipes-the-entry"


def insert_back(slots: Memslots) -> int:
    i = slots.used_slots
    slots.used_slots = i + 1
    slots.memslots[i] = None
    return i
