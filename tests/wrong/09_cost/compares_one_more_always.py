"""The loop's own condition is taken for a comparison."""

FAILS = ["empty", "front"]
NAMED = "compares-one-more-always"


def compares_of_create(used_slots: int, new: int) -> int:
    shifts = used_slots - new
    return shifts + 1
