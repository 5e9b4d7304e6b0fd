"""Halves the array."""

FAILS = ["back", "front", "between"]
NAMED = "compares-by-bisection"


def compares_of_create(used_slots: int, new: int) -> int:
    rounds = 0
    while used_slots:
        used_slots //= 2
        rounds += 1
    return rounds
