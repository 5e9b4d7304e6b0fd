"""The GFN of the old entry is compared, and that one is in its place."""

from memslot_lab.engine import MemorySlot, Memslots

FAILS = ["to the back", "middle", "index table", "shifts", "equal GFN"]
NAMED = "backward-never-moves"


def move_backward(slots: Memslots, slot: MemorySlot) -> int:
    if slots.id_to_index[slot.id] == -1:
        slots.warn("MOVE_UNKNOWN_ID")
        return -1
    if not slots.used_slots:
        slots.warn("MOVE_EMPTY")
        return -1
    return slots.id_to_index[slot.id]
