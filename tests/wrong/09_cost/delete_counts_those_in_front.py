"""The index is taken for the count."""

FAILS = ["last", "first", "middle"]
NAMED = "delete-counts-those-in-front"


def shifts_of_delete(used_slots: int, old: int) -> int:
    return sum(1 for i in range(used_slots) if i < old)
