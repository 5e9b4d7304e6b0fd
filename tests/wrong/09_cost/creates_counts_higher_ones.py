"""As if the lowest GFN came first."""

from bisect import bisect_right

FAILS = ["descending", "ascending", "any order"]
NAMED = "creates-counts-higher-ones"


def shifts_of_creates(gfns: list[int]) -> int:
    seen, shifts = [], 0
    for gfn in gfns:
        place = bisect_right(seen, gfn)
        shifts += len(seen) - place
        seen.insert(place, gfn)
    return shifts
