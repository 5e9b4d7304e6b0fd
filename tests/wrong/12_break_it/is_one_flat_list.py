"""The operations, without a list around them."""

FAILS = ["one create", "two creates", "a delete", "a move", "new flags", "short"]
NAMED = "break-it-is-one-flat-list"


def break_it() -> list:
    return [("CREATE", 2, 0x100, 0x80), ("CREATE", 0, 0x200, 0x80), ("DELETE", 2)]
