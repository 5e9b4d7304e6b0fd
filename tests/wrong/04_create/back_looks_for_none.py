"""Free is what holds None."""

from memslot_lab.engine import Memslots

FAILS = ["index"]
NAMED = "back-looks-for-none"


def insert_back(slots: Memslots) -> int:
    slots.used_slots += 1
    i = 0
    while i < slots.capacity and slots.memslots[i] is not None:
        i += 1
    return i
