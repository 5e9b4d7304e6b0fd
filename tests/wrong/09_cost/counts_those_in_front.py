"""The index is taken for the count."""

FAILS = ["back", "front", "between"]
NAMED = "create-counts-those-in-front"


def shifts_of_create(used_slots: int, new: int) -> int:
    shifts = 0
    for _ in range(new):
        shifts += 1
    return shifts
