"""One branch a case, early returns."""

from bisect import bisect_left, insort


def shifts_of_create(used_slots: int, new: int) -> int:
    if new == used_slots:
        return 0
    if new == 0:
        return used_slots
    return -(new - used_slots)


def shifts_of_delete(used_slots: int, old: int) -> int:
    last = used_slots - 1
    if old == last:
        return 0
    return last - old


def shifts_of_move(old: int, new: int) -> int:
    if old < new:
        return new - old
    return old - new


def compares_of_create(used_slots: int, new: int) -> int:
    if not used_slots:
        return 0
    if new == 0:
        return used_slots
    return used_slots - new + 1


def shifts_of_creates(gfns: list[int]) -> int:
    known: list[int] = []
    total = 0
    for gfn in gfns:
        total += bisect_left(known, gfn)
        insort(known, gfn)
    return total
