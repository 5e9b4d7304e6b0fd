"""Only neighbours in time."""

FAILS = ["ascending", "any order"]
NAMED = "creates-looks-at-the-one-before-only"


def shifts_of_creates(gfns: list[int]) -> int:
    shifts = 0
    last = None
    for gfn in gfns:
        if last is not None and last < gfn:
            shifts += 1
        last = gfn
    return shifts
