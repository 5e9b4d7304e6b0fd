"""Creates of every kind, and nothing else."""

FAILS = ["a delete", "a move", "new flags", "short"]
NAMED = "break-it-only-creates"


def break_it() -> list:
    return [[("CREATE", 4, 0x40, 8), ("CREATE", 1, 0x80, 8), ("CREATE", 0, 0x0, 8), ("CREATE", 2, 0x60, 8)]]
