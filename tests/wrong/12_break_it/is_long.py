"""A sequence for each of them."""

FAILS = ["short"]
NAMED = "break-it-is-long"


def break_it() -> list:
    three = [("CREATE", 2, 0x100, 8), ("CREATE", 0, 0x200, 8), ("CREATE", 1, 0x0, 8)]
    ends = [("DELETE", 0)], [("MOVE", 1, 0x300)], [("MOVE", 0, 0x50)], [("MOVE", 0, 0x80), ("FLAGS", 1, 1)]
    return [[*three, *end] for end in ends] + [[*three, ("MOVE", 1, 0x300), ("MOVE", 1, 0x0)]]
