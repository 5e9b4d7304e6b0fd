"""One entry too many."""

FAILS = ["last", "first", "middle"]
NAMED = "delete-counts-the-gap"


def shifts_of_delete(used_slots: int, old: int) -> int:
    return len([i for i in range(used_slots) if i >= old])
