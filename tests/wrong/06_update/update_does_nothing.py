"""Nothing."""

from memslot_lab.engine import Change, MemorySlot, Memslots

FAILS = ["create", "delete", "move backward", "move forward", "flags", "in a row", "failed move"]
NAMED = "update-does-nothing"


def update_memslots(slots: Memslots, slot: MemorySlot, change: Change) -> None:
    pass
