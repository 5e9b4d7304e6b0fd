"""Each answer from a smaller one."""


def shifts_of_create(used_slots: int, new: int) -> int:
    if used_slots - new > 100:
        return 100 + shifts_of_create(used_slots - 100, new)
    return 0 if used_slots == new else 1 + shifts_of_create(used_slots - 1, new)


def shifts_of_delete(used_slots: int, old: int) -> int:
    return shifts_of_create(used_slots - 1, old)


def shifts_of_move(old: int, new: int) -> int:
    return shifts_of_create(max(old, new), min(old, new))


def compares_of_create(used_slots: int, new: int) -> int:
    return shifts_of_create(used_slots, new) + bool(new)


def shifts_of_creates(gfns: list[int]) -> int:
    if not gfns:
        return 0
    *earlier, last = gfns
    return shifts_of_creates(earlier) + len([gfn for gfn in earlier if gfn < last])
