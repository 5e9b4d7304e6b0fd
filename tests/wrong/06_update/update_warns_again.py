"""Better twice than never."""

from memslot_lab.engine import Change, MemorySlot, Memslots, delete, insert_back, move_backward, move_forward

FAILS = ["failed move"]
NAMED = "update-warns-again"


def update_memslots(slots: Memslots, slot: MemorySlot, change: Change) -> None:
    if change is Change.DELETE:
        delete(slots, slot)
        return
    start = insert_back(slots) if change is Change.CREATE else move_backward(slots, slot)
    i = move_forward(slots, slot, start)
    if i == -1:
        slots.before_array = slot
        slots.warn("MOVE_UNKNOWN_ID")
    else:
        slots.memslots[i] = slot
    slots.id_to_index[slot.id] = i
