"""One more than needed, and a tuple of tuples."""


def break_it() -> tuple:
    first = ("CREATE", 0, 0x200, 0x80), ("CREATE", 1, 0x100, 0x80), ("CREATE", 2, 0x300, 0x80)
    moves = ("MOVE", 2, 0x0), ("MOVE", 2, 0x300), ("FLAGS", 2, 1)
    return ((*first, *moves, ("DELETE", 2), ("DELETE", 0)),)
