"""The list is made longer."""

from memslot_lab.engine import Memslots

FAILS = ["left alone"]
NAMED = "back-appends"


def insert_back(slots: Memslots) -> int:
    slots.memslots += [None]
    slots.used_slots += 1
    return slots.used_slots - 1
