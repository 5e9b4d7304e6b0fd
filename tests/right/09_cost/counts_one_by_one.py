"""Walks as the kernel does, and counts."""


def shifts_of_create(used_slots: int, new: int) -> int:
    count, i = 0, used_slots
    while i > new:
        count += 1
        i -= 1
    return count


def shifts_of_delete(used_slots: int, old: int) -> int:
    return len(range(old + 1, used_slots))


def shifts_of_move(old: int, new: int) -> int:
    count = 0
    while old < new:
        old, count = old + 1, count + 1
    while old > new:
        old, count = old - 1, count + 1
    return count


def compares_of_create(used_slots: int, new: int) -> int:
    count, i = 0, used_slots
    while i > 0:
        count += 1
        if i == new:
            break
        i -= 1
    return count


def shifts_of_creates(gfns: list[int]) -> int:
    there = []
    count = 0
    for gfn in gfns:
        for other in there:
            if other < gfn:
                count += 1
        there.append(gfn)
    return count
