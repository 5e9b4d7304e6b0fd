"""One sequence does it all."""


def break_it() -> list[list[tuple]]:
    return [
        [
            ("CREATE", 5, 0x1000, 0x10),
            ("CREATE", 4, 0x2000, 0x10),
            ("CREATE", 3, 0x0, 0x10),
            ("MOVE", 3, 0x3000),
            ("MOVE", 3, 0x0),
            ("FLAGS", 5, 2),
            ("DELETE", 4),
        ]
    ]
