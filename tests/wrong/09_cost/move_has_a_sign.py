"""A difference in place of a distance."""

FAILS = ["forward"]
NAMED = "move-has-a-sign"


def shifts_of_move(old: int, new: int) -> int:
    way = -old
    way += new
    return way
