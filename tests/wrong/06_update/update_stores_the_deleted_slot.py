"""No return after the delete."""

from memslot_lab.engine import Change, MemorySlot, Memslots, delete, insert_back, move_backward, move_forward

FAILS = ["delete", "in a row"]
NAMED = "update-stores-the-deleted-slot"


def update_memslots(slots: Memslots, slot: MemorySlot, change: Change) -> None:
    if change is Change.DELETE:
        delete(slots, slot)
    i = insert_back(slots) if change is Change.CREATE else move_backward(slots, slot)
    i = move_forward(slots, slot, i)
    if i >= 0:
        slots.memslots[i] = slot
    else:
        slots.before_array = slot
    slots.id_to_index[slot.id] = i
