"""As the kernel writes it."""

from memslot_lab.engine import Change, MemorySlot, Memslots, delete, insert_back, move_backward, move_forward


def update_memslots(slots: Memslots, slot: MemorySlot, change: Change) -> None:
    if change is Change.DELETE:
        delete(slots, slot)
    else:
        if change is Change.CREATE:  # noqa: SIM108  # the kernel's shape
            i = insert_back(slots)
        else:
            i = move_backward(slots, slot)
        i = move_forward(slots, slot, i)
        if i < 0:
            slots.before_array = slot
        else:
            slots.memslots[i] = slot
        slots.id_to_index[slot.id] = i
