"""Pairs by itertools, a sum by merging."""

from itertools import combinations


def shifts_of_create(used_slots: int, new: int) -> int:
    return len(range(new, used_slots))


def shifts_of_delete(used_slots: int, old: int) -> int:
    return used_slots + ~old


def shifts_of_move(old: int, new: int) -> int:
    return max(0, new - old) + max(0, old - new)


def compares_of_create(used_slots: int, new: int) -> int:
    return len(range(max(new - 1, 0), used_slots))


def shifts_of_creates(gfns: list[int]) -> int:
    return sum(1 for earlier, later in combinations(gfns, 2) if earlier < later)
