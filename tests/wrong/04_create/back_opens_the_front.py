"""Everybody makes room at the front."""

from memslot_lab.engine import Memslots

FAILS = ["index", "left alone"]
NAMED = "back-opens-the-front"


def insert_back(slots: Memslots) -> int:
    i = slots.used_slots
    while i > 0:
        other = slots.memslots[i - 1]
        slots.memslots[i] = other
        slots.id_to_index[other.id] = i
        i -= 1
    slots.used_slots += 1
    return i
