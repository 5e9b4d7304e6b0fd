"""Two writes a step."""

FAILS = ["backward", "forward"]
NAMED = "move-swaps"


def shifts_of_move(old: int, new: int) -> int:
    return abs(new - old) + abs(old - new)
