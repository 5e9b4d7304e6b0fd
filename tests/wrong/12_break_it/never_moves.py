"""Creates, flags and deletes."""

FAILS = ["a move", "short"]
NAMED = "break-it-never-moves"


def break_it() -> list:
    creates = [("CREATE", 1, 0x40, 8), ("CREATE", 6, 0x60, 8), ("CREATE", 2, 0x0, 8)]
    return [[*creates, ("FLAGS", 1, 2), ("DELETE", 6)]]
