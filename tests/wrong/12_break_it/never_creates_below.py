"""Each create is above the one before."""

FAILS = ["two creates", "a delete", "a move", "new flags", "short"]
NAMED = "break-it-never-creates-below"


def break_it() -> list:
    return [[("CREATE", 3, 0x10, 8), ("CREATE", 1, 0x20, 8)], [("CREATE", 0, 5, 1)]]
