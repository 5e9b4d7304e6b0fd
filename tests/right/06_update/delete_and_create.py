"""A move is a delete and a create: more copies, the same array."""

from memslot_lab.engine import Change, MemorySlot, Memslots, delete, insert_back, move_backward, move_forward


def update_memslots(slots: Memslots, slot: MemorySlot, change: Change) -> None:
    if change is not Change.CREATE:
        if change is not Change.DELETE and slots.id_to_index[slot.id] == -1:
            move_backward(slots, slot)
            slots.before_array = slot
            return
        delete(slots, slot)
    if change is not Change.DELETE:
        i = move_forward(slots, slot, insert_back(slots))
        slots.memslots[i], slots.id_to_index[slot.id] = slot, i
