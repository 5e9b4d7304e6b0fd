"""An empty body."""

from memslot_lab.engine import MemorySlot, Memslots

FAILS = ["empty", "one", "first", "middle", "last", "index table", "stale copy", "unknown id"]
NAMED = "delete-does-nothing"


def delete(slots: Memslots, slot: MemorySlot) -> None:
    pass
