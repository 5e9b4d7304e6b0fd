"""The last question is forgotten."""

FAILS = ["back", "between"]
NAMED = "compares-equal-shifts"


def compares_of_create(used_slots: int, new: int) -> int:
    compares = 0
    i = used_slots
    while i > new:
        compares += 1
        i -= 1
    return compares
