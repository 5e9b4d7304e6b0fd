"""As short as it gets."""


def shifts_of_create(used_slots: int, new: int) -> int:
    return used_slots - new


def shifts_of_delete(used_slots: int, old: int) -> int:
    return used_slots - 1 - old


def shifts_of_move(old: int, new: int) -> int:
    return abs(old - new)


def compares_of_create(used_slots: int, new: int) -> int:
    return used_slots - new + (new > 0)


def shifts_of_creates(gfns: list[int]) -> int:
    return sum(gfns[i] < gfns[j] for j in range(len(gfns)) for i in range(j))
