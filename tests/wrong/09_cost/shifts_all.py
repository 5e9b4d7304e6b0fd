"""The worst case each time."""

FAILS = ["back", "between"]
NAMED = "create-always-shifts-all"


def shifts_of_create(used_slots: int, new: int) -> int:
    return len(range(used_slots))
