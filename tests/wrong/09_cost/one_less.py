"""Counts from the last used entry."""

FAILS = ["back", "front", "between"]
NAMED = "create-counts-one-less"


def shifts_of_create(used_slots: int, new: int) -> int:
    last = used_slots - 1
    return last - new
