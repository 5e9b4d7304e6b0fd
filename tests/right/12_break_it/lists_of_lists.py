"""Lists in the place of tuples."""


def break_it() -> list:
    return [
        [["CREATE", 1, 16, 1], ["CREATE", 2, 32, 1], ["CREATE", 3, 0, 1], ["FLAGS", 1, 1]]
        + [["MOVE", 3, 48], ["MOVE", 3, 0], ["DELETE", 2]]
    ]
