"""The worst case each time."""

FAILS = ["descending", "any order"]
NAMED = "creates-always-worst"


def shifts_of_creates(gfns: list[int]) -> int:
    return sum(range(len(gfns)))
