"""A create is taken for a move."""

from memslot_lab.engine import Change, MemorySlot, Memslots, delete, move_backward, move_forward

FAILS = ["create", "in a row"]
NAMED = "update-moves-a-new-slot-backward"


def update_memslots(slots: Memslots, slot: MemorySlot, change: Change) -> None:
    if change is Change.DELETE:
        delete(slots, slot)
        return
    i = move_backward(slots, slot)
    i = move_forward(slots, slot, i)
    if i != -1:
        slots.memslots[i] = slot
    else:
        slots.before_array = slot
    slots.id_to_index[slot.id] = i
