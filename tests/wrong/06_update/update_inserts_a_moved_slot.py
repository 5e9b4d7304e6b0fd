"""A move is taken for a create."""

from memslot_lab.engine import Change, MemorySlot, Memslots, delete, insert_back, move_forward

FAILS = ["move backward", "move forward", "flags", "in a row", "failed move"]
NAMED = "update-inserts-a-moved-slot"


def update_memslots(slots: Memslots, slot: MemorySlot, change: Change) -> None:
    if change is Change.DELETE:
        delete(slots, slot)
        return
    i = move_forward(slots, slot, insert_back(slots))
    slots.memslots[i] = slot
    slots.id_to_index[slot.id] = i
