"""The creates come from a table."""


def break_it() -> list[list[tuple]]:
    creates = [("CREATE", slot_id, gfn, 8) for slot_id, gfn in {0: 0x40, 7: 0x80, 2: 0x10}.items()]
    return [[*creates, ("MOVE", 2, 0xC0), ("MOVE", 2, 0x10), ("FLAGS", 0, 1), ("DELETE", 7)]]
