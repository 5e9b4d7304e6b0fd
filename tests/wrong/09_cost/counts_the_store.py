"""One write more than shifts."""

FAILS = ["back", "front", "between"]
NAMED = "create-counts-its-own-store"


def shifts_of_create(used_slots: int, new: int) -> int:
    last = used_slots + 1
    return last - new
