"""Nothing moves."""

FAILS = ["first", "middle"]
NAMED = "delete-is-free"


def shifts_of_delete(used_slots: int, old: int) -> int:
    return int(old >= used_slots)
