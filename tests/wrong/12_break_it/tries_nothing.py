"""No sequence at all."""

FAILS = ["one create", "two creates", "a delete", "a move", "new flags", "short"]
NAMED = "break-it-tries-nothing"


def break_it() -> list:
    return [[]]
