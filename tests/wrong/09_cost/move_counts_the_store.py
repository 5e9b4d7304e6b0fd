"""Both ends of the way are counted."""

FAILS = ["stays", "backward", "forward"]
NAMED = "move-counts-its-own-store"


def shifts_of_move(old: int, new: int) -> int:
    low, high = sorted((old, new))
    return len(range(low, high + 1))
