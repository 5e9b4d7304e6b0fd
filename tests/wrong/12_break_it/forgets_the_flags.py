"""Everything but a change of flags."""

FAILS = ["new flags", "short"]
NAMED = "break-it-forgets-the-flags"


def break_it() -> list:
    creates = [("CREATE", 7, 0x100, 0x80), ("CREATE", 3, 0x200, 0x80), ("CREATE", 5, 0x0, 0x80)]
    return [[*creates, ("MOVE", 5, 0x400), ("MOVE", 5, 0x0), ("DELETE", 3)]]
